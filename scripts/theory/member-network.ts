/**
 * Members alone (src/peers/membership/swim.ts, the state machine that nodes run) on a network of messages that may be lost,
 * driven by a virtual clock. Links of the simulated network retransmit, as TCP does, so what SWIM's authors computed for
 * lost messages can only be held against it here.
 *
 * Everybody is connected to everybody and knows all; each message takes the same time.
 */
import type { Action, Message } from '../../src/peers/membership/actions.ts';
import type { MemberInfo } from '../../src/peers/membership/member-table.ts';
import { encodeMessage } from '../../src/peers/membership/messages.ts';
import { defaultMembershipOptions, type MembershipOptions } from '../../src/peers/membership/options.ts';
import { Swim } from '../../src/peers/membership/swim.ts';
import { EventHeap, VirtualEvent } from '../../testnet/networks/simulated/event-heap.ts';
import { streamOf } from '../../testnet/random.ts';

const PING_BYTES = 32;

export interface MemberNetworkInit {
  seed: number;
  members: number;
  options?: Partial<MembershipOptions>;
  /** Of each message, independently. */
  loss?: number;
  /** Of each message. Default: 1. */
  latencyMs?: number;
}

export interface Told {
  atMs: number;
  /** Who holds it. */
  node: number;
  member: MemberInfo;
}

export class MemberNetwork {
  readonly nodes: Swim[] = [];
  readonly told: Told[] = [];
  /** Is called with each ping. */
  onPing: (from: number, to: number) => void = () => undefined;
  /** And with each change of what one holds. */
  onTold: (told: Told) => void = () => undefined;
  /** Messages sent and received by all, pings and answers included, and their bytes; sent ones are counted once. */
  messages = 0;
  bytes = 0;
  nowMs = 0;
  readonly #heap = new EventHeap();
  readonly #indexOf = new Map<string, number>();
  readonly #down = new Set<number>();
  readonly #ticks: (VirtualEvent | undefined)[] = [];
  readonly #loss: number;
  readonly #latencyMs: number;
  readonly #dice: () => number;
  #sequence = 0;

  constructor({ seed, members, options = {}, loss = 0, latencyMs = 1 }: MemberNetworkInit) {
    this.#loss = loss;
    this.#latencyMs = latencyMs;
    const dice = streamOf(seed, 'member-network');
    this.#dice = () => dice.next();
    const all = { ...defaultMembershipOptions, verifyMs: 0, ...options };
    for (let node = 0; node < members; node++) {
      this.#indexOf.set(this.nameOf(node), node);
      this.nodes.push(
        new Swim({
          self: this.nameOf(node),
          addresses: () => [`/memory/${node}`],
          random: streamOf(seed, 'member', node),
          options: all,
          isPeerId: () => true,
          believable: (said) => said,
        }),
      );
    }
    for (const [node, swim] of this.nodes.entries()) {
      swim.start(0);
      for (let other = 0; other < members; other++)
        if (other !== node) swim.connected(this.nameOf(other), `/memory/${other}`, 0);
      for (let other = 0; other < members; other++) if (other !== node) swim.greeted(this.nameOf(other), 0);
      // They have known each other for long.
      swim.take();
      this.#tickLater(node);
    }
  }

  /** As long as a real one. */
  nameOf(node: number): string {
    return `12D3KooW${String(node).padStart(44, 'x')}`;
  }

  /** Nothing of it is heard any more, and its connections stay. */
  silence(node: number): void {
    this.#down.add(node);
  }

  /** Whatever a node is told by its surroundings. */
  tell(node: number, event: (swim: Swim, nowMs: number) => void): void {
    this.#do(node, (swim) => event(swim, this.nowMs));
  }

  runUntil(atMs: number, done: () => boolean = () => false): void {
    for (
      let event = this.#heap.peek();
      event !== undefined && event.timeMs <= atMs;
      event = this.#heap.peek()
    ) {
      this.#heap.pop();
      this.nowMs = event.timeMs;
      event.callback!();
      if (done()) return;
    }
    this.nowMs = atMs;
  }

  #after(delayMs: number, callback: () => void): VirtualEvent {
    const event = new VirtualEvent(this.nowMs + delayMs, this.#sequence++, 0, callback, 'timer');
    this.#heap.push(event);
    return event;
  }

  #do(node: number, work: (swim: Swim) => void): void {
    if (this.#down.has(node)) return;
    const swim = this.nodes[node]!;
    work(swim);
    for (let actions = swim.take(); actions.length > 0; actions = swim.take())
      for (const action of actions) this.#act(node, action);
    this.#tickLater(node);
  }

  #tickLater(node: number): void {
    const atMs = this.nodes[node]!.wakeAtMs();
    const known = this.#ticks[node];
    if (known?.timeMs === atMs && known.callback !== undefined) return;
    if (known?.callback !== undefined) this.#heap.cancel(known);
    if (atMs === Infinity) return;
    const event = this.#after(Math.max(0, atMs - this.nowMs), () => {
      event.callback = undefined;
      this.#do(node, (swim) => swim.tick(this.nowMs));
    });
    this.#ticks[node] = event;
  }

  #act(node: number, action: Action): void {
    switch (action.do) {
      case 'ping': {
        const { peer, id } = action;
        const to = this.#indexOf.get(peer)!;
        this.onPing(node, to);
        this.#echo(to, () => this.#do(node, (swim) => swim.ponged(peer, id, this.nowMs)));
        break;
      }
      case 'reach': {
        const { peer, id, timeoutMs } = action;
        const to = this.#indexOf.get(peer)!;
        let reach: 'reached' | 'silent' = 'silent';
        this.#echo(to, () => {
          reach = 'reached';
          this.#do(node, (swim) => swim.reached(peer, id, reach, this.nowMs));
        });
        this.#after(timeoutMs, () => {
          if (reach === 'silent') this.#do(node, (swim) => swim.reached(peer, id, reach, this.nowMs));
        });
        break;
      }
      case 'send':
        this.#send(node, this.#indexOf.get(action.peer)!, action.message);
        break;
      case 'drop': {
        const to = this.#indexOf.get(action.peer)!;
        this.#after(0, () => this.#do(node, (swim) => swim.disconnected(action.peer, this.nowMs)));
        this.#after(this.#latencyMs, () =>
          this.#do(to, (swim) => swim.disconnected(this.nameOf(node), this.nowMs)),
        );
        break;
      }
      case 'tell':
        this.told.push({ atMs: this.nowMs, node, member: action.member });
        this.onTold(this.told.at(-1)!);
        break;
      case 'link':
        break;
    }
  }

  #echo(to: number, back: () => void): void {
    this.#pass(PING_BYTES, () => {
      if (this.#down.has(to)) return;
      this.#pass(PING_BYTES, back);
    });
  }

  #send(from: number, to: number, message: Message): void {
    this.#pass(encodeMessage(message).byteLength, () =>
      this.#do(to, (swim) => swim.heard(this.nameOf(from), message, this.nowMs)),
    );
  }

  #pass(bytes: number, arrive: () => void): void {
    this.messages++;
    this.bytes += bytes;
    if (this.#loss > 0 && this.#dice() < this.#loss) return;
    this.#after(this.#latencyMs, arrive);
  }
}
