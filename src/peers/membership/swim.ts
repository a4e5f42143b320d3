/**
 * Who is alive, as SWIM (Das, Gupta and Motivala, 2002) with Lifeguard's lessons (Dadgar, Phillips and Currey, 2018) finds
 * it out on an overlay: a node probes those it is connected to, and hears of all others from them.
 *
 * Clock-free and without I/O: what happens comes in with the time it happened at, what is to be done is taken out as
 * actions, and dice are handed in. So it runs the same on any network, and under any loss a test cares to invent.
 *
 * These are the rules; each file beside this one names those it carries out. Here is the door: what happens, and when.
 *
 * PROBES
 *  1. Each period one neighbour is pinged, in rounds of a shuffled order. Load is one ping and one answer a period whatever
 *     the size of the network, and a silent neighbour is found within two rounds, mostly at once: its neighbours do not
 *     keep step.
 *  2. A ping unanswered in time goes to k other neighbours, who ping over their connection or dial for it. What they say
 *     tells a cut link (they reach it) from a silent peer (they do not either). One way lost is not a peer lost.
 *  3. An answer that comes too late is one: the peer is slow, not dead. Pings are left open for three time-outs.
 *  4. A connection lost without a goodbye is looked into at once, by a dial. Refused at each address: its process is gone, and it is dead
 *     there and then, for no live process refuses. Accepted: it did not want us. Anything else: others are asked (2).
 *     A dial somewhere else says nothing, for it may have moved: it is looked for where it is.
 *  5. A member that nobody we know of is connected to would stay alive for ever: now and then one that we are not
 *     connected to is dialled.
 *
 * SUSPICION
 *  6. Who fails a probe is a suspect, not dead: it is told first of all (Lifeguard's buddy), and has a while to say that it
 *     lives. Slow processes are the most common cause of silence.
 *  7. The while is long as long as one node alone says so and shrinks with each that confirms it independently: what many
 *     see is not one's own fault. Then it is dead. (suspicion.ts)
 *  8. A node that finds no answers, and no answers to its requests either, or whose timers are late, first suspects itself:
 *     it waits longer in all it does (local-health.ts). One that stood still adds the time to all it waits for: what came
 *     meanwhile is unread.
 *  9. A suspect neighbour is pinged every period. An answer ends our suspicion; it is told, so that it ends that of others.
 *
 * NEWS
 * 10. Of two sayings the higher incarnation holds, then the worse state (update.ts). Only a member itself counts its
 *     incarnation up, when it hears ill of itself: so that it can always contradict, and nobody for it.
 * 11. What changed is told to a few neighbours each tick, in turn, each item some log of the members times: all hear of it,
 *     in a time that grows with the log, and each node sends so much an item whatever their number.
 * 12. Neighbours compare a digest of all they hold when they connect, and one by chance now and then. Only where it
 *     differs all is sent: what news missed, what a newcomer lacks, what two halves of a healed partition lack.
 *
 * HEARSAY
 * 13. Nothing that is said costs a neighbour that answers us its connection. It is pinged at once and told what is said, and
 *     what is said is not passed on until it has failed us too: so a liar reaches nobody who knows better.
 * 14. Incarnations that jump too far are not believed, and members are bounded in number: numbers and memory are not to be
 *     had for a few lies. What a neighbour says of itself needs no bound: its identity is proven. An address is believed,
 *     and told on, only as far as whoever told it could know it: met on another machine, nothing of this one.
 * 15. Errands for others are bounded in number and rate (errands.ts): each may be a dial to where a stranger said.
 *
 * COMING AND GOING
 * 16. A dead neighbour is dropped at once. Whoever connects is alive, whatever was held of it; it hears what was, and counts
 *     up beyond it. A process that begins anew begins at 0 and is taught so too.
 * 17. Who says goodbye has left: no suspicion, no look.
 * 18. The gone are remembered for a time, so that old news does not raise them, and only by those who knew them alive: word
 *     of the gone is nothing to anybody else, or the last to forget would remind the first.
 */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { Action, Message, Reach } from './actions.ts';
import { Errands } from './errands.ts';
import { Exchange } from './exchange.ts';
import { Findings } from './findings.ts';
import { Hearsay } from './hearsay.ts';
import { LocalHealth } from './local-health.ts';
import { MemberTable, type Member } from './member-table.ts';
import { Neighbours } from './neighbours.ts';
import type { MembershipOptions } from './options.ts';
import { Ourselves } from './ourselves.ts';
import { isAmong, reachedAt, type Believable } from './places.ts';
import { ProbeRounds } from './probe-rounds.ts';
import { Prober } from './prober.ts';
import { Recurrence } from './recurrence.ts';
import { States } from './states.ts';
import { Strangers } from './strangers.ts';
import { Telling } from './telling.ts';
import { isLiving } from './update.ts';

/** A connection shorter than this, ms, over which nothing was said, was a visit to see whether we live: its end says nothing. */
const VISIT_MS = 2_000;
/** Between two looks at the same member for failed dials of others in this node, ms. */
const LOOK_AGAIN_MS = 10_000;
/** So late a timer may be on a machine that has time, ms. */
const LATE_MS = 50;
/** Between two sweeps of the long gone, ms. */
const SWEEP_MS = 60_000;

export interface SwimInit {
  self: PeerIdText;
  /** Of this node, without /p2p/. */
  addresses: () => readonly string[];
  random: Random;
  options: MembershipOptions;
  /** Whether a text is a peer id; asked once for each member heard of. */
  isPeerId: (text: string) => boolean;
  /** Of where a neighbour says that somebody is, what it can know of. */
  believable: Believable;
}

export class Swim {
  readonly health = new LocalHealth();
  readonly #options: MembershipOptions;
  readonly #believable: Believable;
  readonly #ourselves: Ourselves;
  readonly #table: MemberTable;
  readonly #neighbours = new Neighbours();
  readonly #telling: Telling;
  readonly #states: States;
  readonly #prober: Prober;
  readonly #exchange: Exchange;
  readonly #hearsay: Hearsay;
  readonly #errands: Errands;
  /** In the order in which they throw their dice and, of what is due at once, take their turn. */
  readonly #timed: readonly (Recurrence | Telling)[];
  #actions: Action[] = [];
  #ids = 0;
  #wakeAtMs = Infinity;
  #nowMs = -Infinity;
  #runs = false;

  constructor({ self, addresses, random, options, isPeerId, believable }: SwimInit) {
    const { health } = this;
    const neighbours = this.#neighbours;
    const act = (action: Action): void => void this.#actions.push(action);
    const nextId = (): number => this.#ids++;
    this.#options = options;
    this.#believable = believable;
    const ourselves = new Ourselves(self, addresses);
    const table = new MemberTable(options.maxMembers);
    const telling = new Telling({ options, random, table, neighbours, act });
    const states = new States({
      self,
      options,
      health,
      table,
      telling,
      act,
      onDeath: (member) => this.#prober.forget(member),
    });
    const findings = new Findings({ health, states, act });
    const prober = new Prober({
      random,
      options,
      health,
      act,
      nextId,
      helpers: (about) => neighbours.helpers(about),
      onEnd: (member, outcome, nowMs) => {
        if (this.#runs) findings.probed(member, outcome, nowMs);
      },
    });
    this.#ourselves = ourselves;
    this.#table = table;
    this.#telling = telling;
    this.#states = states;
    this.#prober = prober;
    const rounds = new ProbeRounds({ options, random, health, table, neighbours, states, telling, prober });
    const strangers = new Strangers({ options, random, table, prober });
    const sweep = new Recurrence({
      firstMs: () => SWEEP_MS,
      againMs: () => SWEEP_MS,
      work: (nowMs) => table.forget(nowMs - options.forgetMs),
    });
    const shared = { ourselves, options, table, states, telling, believable };
    this.#exchange = new Exchange({ ...shared, random, neighbours, act });
    this.#hearsay = new Hearsay({ ...shared, health, prober, isPeerId });
    this.#errands = new Errands(options, act, nextId);
    this.#timed = [rounds.timer, this.#exchange.timer, strangers.timer, sweep, telling];
  }

  get incarnation(): number {
    return this.#ourselves.incarnation;
  }

  /** Begun, and those nobody answered. */
  get probes(): { begun: number; failed: number } {
    const { begun, failed } = this.#prober;
    return { begun, failed };
  }

  members(): Iterable<Member> {
    return this.#table.all();
  }

  get(peer: PeerIdText): Member | undefined {
    return this.#table.get(peer);
  }

  /** What is to be done since this was last asked, in order. */
  take(): Action[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** When `tick` is wanted next; changes with every call. */
  wakeAtMs(): number {
    let atMs = Math.min(this.#states.nextMs(), this.#prober.nextMs());
    for (const part of this.#timed) atMs = Math.min(atMs, part.nextMs());
    // What was due before it was known is due now.
    this.#wakeAtMs = Math.max(this.#nowMs, atMs);
    return this.#wakeAtMs;
  }

  start(nowMs: number): void {
    this.#runs = true;
    this.#nowMs = nowMs;
    for (const part of this.#timed) part.start(nowMs);
    this.#telling.tell(this.#ourselves.update());
  }

  /** Says goodbye; nothing is done afterwards. */
  leave(): void {
    const { incarnation } = this.#ourselves;
    for (const { peer } of this.#neighbours.greeted())
      this.#actions.push({ do: 'send', peer, message: { kind: 'goodbye', incarnation } });
    this.#runs = false;
    for (const part of this.#timed) part.stop();
    this.#states.stop();
  }

  // What happens

  /** @param dialledAt where we dialled it; undefined when it dialled us. */
  connected(peer: PeerIdText, dialledAt: string | undefined, nowMs: number): void {
    this.#enter(nowMs);
    const known = this.#table.get(peer);
    const member = known ?? this.#table.add(peer, 'alive', 0, nowMs, true)!;
    if (!member.connected || known === undefined) member.connectedMs = nowMs;
    member.connected = true;
    this.#neighbours.add(member);
    reachedAt(member, dialledAt);
    this.#prober.forget(member);
    if (known === undefined) this.#states.announce(member);
    else if (member.state !== 'alive') this.#states.lives(member, 'returned', null, nowMs);
  }

  /** The last connection to it is gone. */
  disconnected(peer: PeerIdText, nowMs: number): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member?.connected !== true) return;
    const wasVisit = !member.spoke && nowMs - member.connectedMs < VISIT_MS;
    member.connected = member.spoke = member.greeted = false;
    this.#neighbours.delete(member);
    member.lostMs = nowMs;
    member.accusation = undefined;
    this.#prober.forget(member);
    this.#errands.forget(peer);
    if (!isLiving(member.state) || !this.#runs) return;
    if (member.suspicion !== undefined || !wasVisit) this.#prober.reach(member, nowMs);
  }

  /** It can be sent to from now on. */
  greeted(peer: PeerIdText, nowMs: number): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member?.connected !== true || !this.#runs) return;
    member.greeted = true;
    this.#exchange.greet(member, nowMs);
  }

  /** No longer; the connection is as it was. */
  silenced(peer: PeerIdText): void {
    const member = this.#table.get(peer);
    if (member !== undefined) member.greeted = false;
  }

  /** Somebody in this node dialled it in vain. `refused`: at all of these addresses. */
  dialFailed(
    peer: PeerIdText,
    reach: 'refused' | 'unreachable',
    triedAt: readonly string[],
    nowMs: number,
  ): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member === undefined || member.connected || !isLiving(member.state) || !this.#runs) return;
    const isThere = isAmong(member, triedAt);
    if (reach === 'refused' && isThere && member.lostMs > -Infinity) {
      this.#prober.forget(member);
      this.#states.dies(member, 'dead', 'refused', null, nowMs);
      return;
    }
    if (this.#prober.isProbing(member) || nowMs - member.lookedIntoMs < LOOK_AGAIN_MS) return;
    member.lookedIntoMs = nowMs;
    if (isThere) this.#prober.ask(member, reach, nowMs);
    else this.#prober.reach(member, nowMs);
  }

  ponged(peer: PeerIdText, id: number, nowMs: number): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member?.connected === true) this.#prober.ponged(member, id, nowMs);
  }

  reached(peer: PeerIdText, id: number, reach: Reach, nowMs: number): void {
    this.#enter(nowMs);
    if (!this.#errands.reached(id, reach)) this.#prober.reached(peer, id, reach, nowMs);
  }

  heard(from: PeerIdText, message: Message, nowMs: number): void {
    this.#enter(nowMs);
    const sender = this.#table.get(from);
    if (sender?.connected !== true || !this.#runs) return;
    sender.spoke = true;
    switch (message.kind) {
      case 'hello':
        this.#exchange.greetedBy(sender, message, nowMs);
        break;
      case 'news':
      case 'list':
        for (const update of message.updates) this.#hearsay.learn(update, from, nowMs);
        break;
      case 'ask':
        if (message.peer === this.#ourselves.peer) this.#errands.answer(from, message.id, 'reached');
        else this.#errands.ask(from, { ...message, addresses: this.#addressesOf(message, from) }, nowMs);
        break;
      case 'answer':
        this.#prober.answered(from, message.id, message.reach, nowMs);
        break;
      case 'goodbye':
        this.#prober.forget(sender);
        this.#table.set(sender, sender.state, Math.max(sender.incarnation, message.incarnation));
        this.#states.dies(sender, 'left', 'goodbye', from, nowMs);
        break;
    }
  }

  tick(nowMs: number): void {
    this.#enter(nowMs);
    if (!this.#runs) return;
    this.#prober.tick(nowMs);
    this.#states.tick(nowMs);
    for (const part of this.#timed) part.tick(nowMs);
  }

  /** A clock that ran on while this process stood still says nothing of others. */
  #enter(nowMs: number): void {
    const lateMs = nowMs - this.#wakeAtMs;
    this.#nowMs = nowMs;
    if (!(lateMs > LATE_MS)) return;
    this.#wakeAtMs = Infinity;
    this.health.late(lateMs, this.#options.timeoutMs);
    this.#prober.postpone(lateMs);
    this.#states.postpone(lateMs);
  }

  /** Of one we are asked to reach: what we know ourselves first. */
  #addressesOf(
    { peer, addresses }: { peer: PeerIdText; addresses: readonly string[] },
    from: PeerIdText,
  ): readonly string[] {
    const known = this.#table.get(peer)?.addresses ?? [];
    return known.length > 0 ? known : this.#believable(addresses, from);
  }
}
