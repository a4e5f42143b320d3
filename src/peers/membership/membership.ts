/**
 * Carries out over a host what the state machine (swim.ts, which is the specification) wants, tells it what happens, and
 * tells others in this node what it finds.
 *
 *   Host: connections, dials of others ─────┐
 *   /txgossip/members/1 ──> decodeMessage ──┼─> Swim ──> actions: ping, reach, send, drop ──> Host
 *   Clock ──> tick ─────────────────────────┘       └──> changes ──> listeners, trace
 *
 * Streams are kept open, one each way and neighbour: opening one costs two round trips and more bytes than most frames.
 */
import type { PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Cancel, Clock, Random } from '../../environment.ts';
import { parseMultiaddr } from '../../host/address.ts';
import { DialRefusedError, type Host, type HostConnection, type PeerIdText } from '../../host/host.ts';
import { PeerStreams, type PeerFault } from '../../host/peer-streams.ts';
import { MEMBERS_PROTOCOL } from '../../host/protocols.ts';
import type { TraceSink } from '../../telemetry/trace.ts';
import { isWithin, reachOf, type Reach as AddressReach } from '../reach.ts';
import type { Action, Reach } from './actions.ts';
import { FrameReader } from './frame-reader.ts';
import type { Member, MemberInfo } from './member-table.ts';
import { decodeMessage, encodeMessage } from './messages.ts';
import type { MembershipOptions } from './options.ts';
import { Swim } from './swim.ts';

/** How a dial of others in this node ended; `refused`: at every address. */
export type FailedDial = 'refused' | 'unreachable';

/** A list of all members, twice. */
const MAX_UNSENT_BYTES = 1024 * 1024;

export interface MembershipInit {
  host: Host;
  clock: Clock;
  random: Random;
  options: MembershipOptions;
  trace: TraceSink;
  /** Whether a connection opened to see if a peer lives is to stay: others in this node want it too. */
  keeps: (peerId: PeerId) => boolean;
  /** A peer broke the rules and is being disconnected. */
  onFault: (peer: PeerIdText, fault: PeerFault) => void;
  /** An exception nobody expected: a bug. */
  onError: (error: unknown) => void;
}

interface MembershipView {
  enabled: boolean;
  incarnation: number;
  /** 0: well; up to 8: this node is slow or cut off itself, and waits the longer for others. */
  localHealth: number;
  probes: { begun: number; failed: number };
  members: MemberInfo[];
}

type Listener = (member: MemberInfo) => void;

export class Membership {
  readonly #init: MembershipInit;
  readonly #swim: Swim;
  readonly #streams: PeerStreams;
  readonly #listeners = new Set<Listener>();
  /** Being dialled to see if they live: a connection of ours to them means nothing yet. */
  readonly #visiting = new Set<PeerIdText>();
  /** Neighbours, as they were met. Reading an id from its text takes longer than the rest of a ping. */
  readonly #met = new Map<PeerIdText, { peerId: PeerId; reach: AddressReach }>();
  readonly #leaving = new AbortController();
  #cancelTick: Cancel | undefined;
  #tickAtMs = Infinity;
  #runs = false;

  constructor(init: MembershipInit) {
    this.#init = init;
    const { host, clock, random, options } = init;
    this.#swim = new Swim({
      self: host.peerId.toString(),
      addresses: () => host.addresses().map((address) => withoutPeer(address.toString())),
      random,
      options,
      isPeerId,
      believable: (said, from) => {
        const reach = this.#met.get(from)?.reach;
        return reach === undefined ? [] : said.filter((address) => isKnownAt(address, reach));
      },
    });
    this.#streams = new PeerStreams({
      host,
      clock,
      protocol: MEMBERS_PROTOCOL,
      maxUnsentBytes: MAX_UNSENT_BYTES,
      onPeer: (peer) => this.#do((nowMs) => this.#swim.greeted(peer, nowMs)),
      onGone: (peer) => this.#do(() => this.#swim.silenced(peer)),
      reader: (peer) => {
        const reader = new FrameReader();
        return (piece) => reader.push(piece, (body) => this.#heard(peer, body));
      },
      onFault: init.onFault,
      onError: init.onError,
    });
  }

  /** Nothing when it is switched off. */
  async start(): Promise<void> {
    if (!this.#init.options.enabled || this.#leaving.signal.aborted) return;
    this.#runs = true;
    this.#do((nowMs) => this.#swim.start(nowMs));
    for (const connection of this.#init.host.connections()) this.connected(connection);
    await this.#streams.start();
  }

  /** Says goodbye. */
  async stop(): Promise<void> {
    if (!this.#runs) return;
    this.#do(() => this.#swim.leave());
    this.#runs = false;
    this.#cancelTick?.();
    this.#leaving.abort();
    await this.#streams.stop();
  }

  /** Everybody heard of and not yet forgotten, this node excepted. */
  members(): MemberInfo[] {
    return [...this.#swim.members()].map(info);
  }

  /** Undefined: never heard of, or forgotten. */
  get(peer: PeerIdText): MemberInfo | undefined {
    const member = this.#swim.get(peer);
    return member && info(member);
  }

  view(): MembershipView {
    const { incarnation, health, probes } = this.#swim;
    const { enabled } = this.#init.options;
    return { enabled, incarnation, localHealth: health.points, probes, members: this.members() };
  }

  /** Called with each member whose state has changed, or that was not known. @returns what ends it. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The owner saw a connection open, */
  connected({ peerId, direction }: Pick<HostConnection, 'peerId' | 'direction'>): void {
    const peer = peerId.toString();
    // Who dials us means it, visited or not.
    if (direction === 'outbound' && this.#visiting.has(peer)) return;
    this.#do((nowMs) => this.#connected(peer, peerId, nowMs));
  }

  /** and the last one to a peer go. */
  disconnected(peerId: PeerId): void {
    const peer = peerId.toString();
    this.#do((nowMs) => {
      this.#met.delete(peer);
      this.#swim.disconnected(peer, nowMs);
    });
  }

  /** Others in this node dialled it at these addresses in vain. */
  dialFailed(peer: PeerIdText, failed: FailedDial, triedAt: readonly Multiaddr[]): void {
    if (!this.#runs || this.#visiting.has(peer)) return;
    const places = triedAt.map((address) => withoutPeer(address.toString()));
    this.#do((nowMs) => this.#swim.dialFailed(peer, failed, places, nowMs));
  }

  #connected(peer: PeerIdText, peerId: PeerId, nowMs: number): void {
    const open = this.#connection(peerId);
    if (open === undefined) return;
    this.#met.set(peer, { peerId, reach: reachOf(open.remoteAddress) });
    const dialledAt = open.direction === 'outbound' ? withoutPeer(open.remoteAddress.toString()) : undefined;
    this.#swim.connected(peer, dialledAt, nowMs);
    if (this.#streams.peers().includes(peer)) this.#swim.greeted(peer, nowMs);
  }

  #heard(peer: PeerIdText, body: Uint8Array): void {
    const message = decodeMessage(body);
    this.#do((nowMs) => this.#swim.heard(peer, message, nowMs));
  }

  /** The only way to the state machine: what it wants done is done afterwards. */
  #do(event: (nowMs: number) => void): void {
    if (!this.#runs) return;
    event(this.#init.clock.nowMs());
    for (let actions = this.#swim.take(); actions.length > 0; actions = this.#swim.take())
      for (const action of actions) this.#act(action);
    this.#tickLater();
  }

  #tickLater(): void {
    const { clock } = this.#init;
    const atMs = this.#swim.wakeAtMs();
    if (atMs === this.#tickAtMs && this.#cancelTick !== undefined) return;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#tickAtMs = atMs;
    if (!this.#runs || atMs === Infinity) return;
    this.#cancelTick = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      this.#cancelTick = undefined;
      this.#do((nowMs) => this.#swim.tick(nowMs));
    });
  }

  #act(action: Action): void {
    const { host, clock, trace, onError } = this.#init;
    switch (action.do) {
      case 'ping': {
        const { peer, id, giveUpMs } = action;
        this.#ping(peer, giveUpMs).then(
          () => this.#do((nowMs) => this.#swim.ponged(peer, id, nowMs)),
          // Given up, or the connection is lost, which is told otherwise.
          () => undefined,
        );
        break;
      }
      case 'reach': {
        const { peer, id } = action;
        this.#reach(action).then(
          (reach) => this.#do((nowMs) => this.#swim.reached(peer, id, reach, nowMs)),
          onError,
        );
        break;
      }
      case 'send':
        this.#streams.send(action.peer, encodeMessage(action.message));
        break;
      case 'drop':
        host.disconnect(this.#idOf(action.peer)).catch(onError);
        break;
      case 'tell': {
        const { member } = action;
        const { peer, state, incarnation, cause, by } = member;
        trace.record({ kind: 'member', atMs: clock.nowMs(), peer, state, incarnation, cause, by });
        for (const listener of this.#listeners) listener(member);
        break;
      }
      case 'link':
        trace.record({ kind: 'link', atMs: clock.nowMs(), peer: action.peer, state: action.state });
        break;
    }
  }

  async #ping(peer: PeerIdText, timeoutMs: number): Promise<void> {
    const { host, clock } = this.#init;
    const timeout = new AbortController();
    const cancel = clock.after(timeoutMs, () => timeout.abort());
    const leave = (): void => timeout.abort();
    this.#leaving.signal.addEventListener('abort', leave, { once: true });
    try {
      await host.ping(this.#idOf(peer), { signal: timeout.signal });
    } finally {
      cancel();
      this.#leaving.signal.removeEventListener('abort', leave);
    }
  }

  /** Never throws. */
  async #reach(action: Extract<Action, { do: 'reach' }>): Promise<Reach> {
    const { peer, addresses, timeoutMs } = action;
    const peerId = this.#idOf(peer);
    if (this.#connection(peerId) !== undefined) {
      return this.#ping(peer, timeoutMs).then(
        () => 'reached',
        () => 'silent',
      );
    }
    if (this.#visiting.has(peer)) return 'unknown';
    if (addresses.length === 0) return 'unknown';
    this.#visiting.add(peer);
    const visit = this.#visit(peerId, addresses);
    // The dial may go on; the answer has to be there in time.
    void visit.finally(() => this.#visited(peerId));
    return Promise.race([visit, this.#late(timeoutMs, visit)]);
  }

  /** The first address that answers is enough. Refused: at every one, for some may never have been its own. */
  async #visit(peerId: PeerId, addresses: readonly string[]): Promise<Reach> {
    let refusals = 0;
    for (const address of addresses) {
      try {
        await this.#init.host.dial(parseMultiaddr(`${address}/p2p/${peerId.toString()}`));
        return 'reached';
      } catch (error) {
        if (error instanceof DialRefusedError) refusals++;
      }
    }
    return refusals === addresses.length ? 'refused' : 'unreachable';
  }

  #late(ms: number, visit: Promise<Reach>): Promise<Reach> {
    return new Promise((resolve) => {
      const cancel = this.#init.clock.after(ms, () => resolve('unreachable'));
      void visit.then(cancel);
    });
  }

  /** A connection that somebody else wants as well, in this node or there, is one like any other. */
  #visited(peerId: PeerId): void {
    const peer = peerId.toString();
    this.#visiting.delete(peer);
    const open = this.#connection(peerId);
    if (open === undefined || this.#swim.get(peer)?.connected === true) return;
    if (this.#runs && (open.direction === 'inbound' || this.#init.keeps(peerId))) this.connected(open);
    else this.#init.host.disconnect(peerId).catch(this.#init.onError);
  }

  #idOf(peer: PeerIdText): PeerId {
    return this.#met.get(peer)?.peerId ?? peerIdFromString(peer);
  }

  #connection(peerId: PeerId): HostConnection | undefined {
    return this.#init.host.connections().find((connection) => connection.peerId.equals(peerId));
  }
}

function info({ peer, state, incarnation, sinceMs, by, cause, addresses }: Member): MemberInfo {
  return { peer, state, incarnation, sinceMs, by, cause, addresses };
}

const PEER_SUFFIX = /\/p2p\/[^/]+$/;

function withoutPeer(address: string): string {
  return address.replace(PEER_SUFFIX, '');
}

/** Whether who is met at `reach` can know the address; whoever told it may have said anything. */
function isKnownAt(address: string, reach: AddressReach): boolean {
  try {
    return isWithin(reachOf(parseMultiaddr(address)), reach);
  } catch {
    return false;
  }
}

function isPeerId(text: string): boolean {
  try {
    peerIdFromString(text);
    return true;
  } catch {
    return false;
  }
}
