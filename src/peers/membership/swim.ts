/**
 * Who is alive, as SWIM (Das, Gupta and Motivala, 2002) with Lifeguard's lessons (Dadgar, Phillips and Currey, 2018) finds
 * it out on an overlay: a node probes those it is connected to, and hears of all others from them.
 *
 * Clock-free and without I/O: what happens comes in with the time it happened at, what is to be done is taken out as
 * actions, and dice are handed in. So it runs the same on any network, and under any loss a test cares to invent.
 *
 * PROBES
 *  1. Each period one neighbour is pinged, in rounds of a shuffled order. Load is one ping and one answer a period whatever
 *     the size of the network, and a silent neighbour is found within two rounds, mostly at once: its neighbours do not
 *     keep step.
 *  2. A ping unanswered in time goes to k other neighbours, who ping over their connection or dial for it. What they say
 *     tells a cut link (they reach it) from a silent peer (they do not either). One way lost is not a peer lost.
 *  3. An answer that comes too late is one: the peer is slow, not dead. Pings are left open for three time-outs.
 *  4. A connection lost without a goodbye is looked into at once, by a dial. Refused: its process is gone, and it is dead
 *     there and then, for no live process refuses. Accepted: it did not want us. Anything else: others are asked (2).
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
 *     had for a few lies. What a neighbour says of itself needs no bound: its identity is proven.
 * 15. Errands for others are bounded in number and rate (errands.ts): each may be a dial to where a stranger said.
 *
 * COMING AND GOING
 * 16. A dead neighbour is dropped at once. Whoever connects is alive, whatever was held of it; it hears what was, and counts
 *     up beyond it. A process that begins anew begins at 0 and is taught so too.
 * 17. Who says goodbye has left: no suspicion, no look.
 * 18. The gone are remembered for a time, so that old news does not raise them.
 */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { MemberCause, MemberState } from '../../telemetry/trace.ts';
import type { Action, Message, Reach } from './actions.ts';
import { Errands } from './errands.ts';
import { LocalHealth } from './local-health.ts';
import { MAX_UPDATES } from './messages.ts';
import { MemberTable, type Member } from './member-table.ts';
import { News } from './news.ts';
import type { MembershipOptions } from './options.ts';
import { Prober, type Outcome } from './prober.ts';
import { sample, shuffled } from './sample.ts';
import { suspicionMs } from './suspicion.ts';
import { isLiving, MAX_ACCUSERS, MAX_INCARNATION_JUMP, overrides, type Update } from './update.ts';

/** Whom only others suspect is dead so many periods after they should have said so: they know better. */
const HEARSAY_PERIODS = 2;
/** Answers in time that make a slow link good again. */
const GOOD_AFTER = 2;
/** A connection shorter than this, ms, over which nothing was said, was a visit to see whether we live: its end says nothing. */
const VISIT_MS = 2_000;
/** Between two looks at the same member for failed dials of others in this node, ms. */
const LOOK_AGAIN_MS = 10_000;
/** Between two lists of all members for the same neighbour, ms: 400 kB at most. */
const LIST_AGAIN_MS = 10_000;
/** So late a timer may be on a machine that has time, ms. */
const LATE_MS = 50;
/** Between two sweeps of the long gone, ms. */
const SWEEP_MS = 60_000;
/** Share by which intervals vary, so that nodes do not keep step. */
const JITTER = 0.25;

export interface SwimInit {
  self: PeerIdText;
  /** Of this node, without /p2p/. */
  addresses: () => readonly string[];
  random: Random;
  options: MembershipOptions;
  /** Whether a text is a peer id; asked once for each member heard of. */
  isPeerId: (text: string) => boolean;
}

export class Swim {
  readonly health = new LocalHealth();
  readonly #init: SwimInit;
  readonly #self: PeerIdText;
  readonly #options: MembershipOptions;
  readonly #table: MemberTable;
  readonly #news = new News();
  readonly #prober: Prober;
  readonly #errands: Errands;
  readonly #connected = new Set<Member>();
  readonly #suspects = new Set<Member>();
  #actions: Action[] = [];
  #incarnation = 0;
  #ids = 0;
  /** Neighbours still to be pinged in this round. */
  #round: PeerIdText[] = [];
  /** Neighbours still to be told in this round. */
  #tellRound: PeerIdText[] = [];
  #probeAtMs = Infinity;
  #newsAtMs = Infinity;
  #exchangeAtMs = Infinity;
  #verifyAtMs = Infinity;
  #sweepAtMs = Infinity;
  #wakeAtMs = Infinity;
  #nowMs = -Infinity;
  #runs = false;

  constructor(init: SwimInit) {
    const { self, random, options } = init;
    this.#init = init;
    this.#self = self;
    this.#options = options;
    this.#table = new MemberTable(options.maxMembers);
    const act = (action: Action): void => void this.#actions.push(action);
    const nextId = (): number => this.#ids++;
    this.#errands = new Errands(options, act, nextId);
    this.#prober = new Prober({
      random,
      options,
      health: this.health,
      act,
      nextId,
      helpers: (about) => this.#neighbours().filter((other) => other !== about && this.#canHelp(other)),
      onEnd: (member, outcome, nowMs) => this.#probed(member, outcome, nowMs),
    });
  }

  get incarnation(): number {
    return this.#incarnation;
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
    let atMs = Math.min(this.#probeAtMs, this.#exchangeAtMs, this.#verifyAtMs, this.#sweepAtMs);
    if (this.#news.size > 0) atMs = Math.min(atMs, this.#newsAtMs);
    for (const member of this.#suspects) atMs = Math.min(atMs, this.#deadlineMs(member));
    // What was due before it was known is due now.
    this.#wakeAtMs = Math.max(this.#nowMs, Math.min(atMs, this.#prober.nextMs()));
    return this.#wakeAtMs;
  }

  start(nowMs: number): void {
    const { random } = this.#init;
    const { periodMs, exchangeMs, verifyMs } = this.#options;
    this.#runs = true;
    this.#nowMs = nowMs;
    this.#probeAtMs = nowMs + random.next() * periodMs;
    this.#newsAtMs = nowMs;
    // Nodes that start together do not compare together.
    this.#exchangeAtMs = nowMs + random.next() * exchangeMs;
    this.#verifyAtMs = verifyMs === 0 ? Infinity : nowMs + random.next() * verifyMs;
    this.#sweepAtMs = nowMs + SWEEP_MS;
    this.#tell(this.#ourselves());
  }

  /** Says goodbye; nothing is done afterwards. */
  leave(): void {
    const incarnation = this.#incarnation;
    for (const { peer, greeted } of this.#neighbours())
      if (greeted) this.#send(peer, { kind: 'goodbye', incarnation });
    this.#runs = false;
    this.#probeAtMs = this.#newsAtMs = this.#exchangeAtMs = this.#verifyAtMs = this.#sweepAtMs = Infinity;
    this.#suspects.clear();
  }

  // What happens

  /** @param addresses it was dialled at; none when it dialled. */
  connected(peer: PeerIdText, addresses: readonly string[], nowMs: number): void {
    this.#enter(nowMs);
    const known = this.#table.get(peer);
    const member = known ?? this.#table.add(peer, 'alive', 0, nowMs, true)!;
    if (!member.connected || known === undefined) member.connectedMs = nowMs;
    member.connected = true;
    this.#connected.add(member);
    if (addresses.length > 0) member.addresses = addresses;
    this.#prober.forget(member);
    if (known === undefined) this.#announce(member);
    else if (member.state !== 'alive') this.#lives(member, 'returned', null, nowMs);
  }

  /** The last connection to it is gone. */
  disconnected(peer: PeerIdText, nowMs: number): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member?.connected !== true) return;
    const wasVisit = !member.spoke && nowMs - member.connectedMs < VISIT_MS;
    member.connected = member.spoke = member.greeted = false;
    this.#connected.delete(member);
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
    this.#hello(member, true);
    if (member.grudge !== undefined) this.#send(peer, { kind: 'news', updates: [member.grudge] });
    if (member.owesList) this.#list(member, nowMs);
  }

  /** No longer; the connection is as it was. */
  silenced(peer: PeerIdText): void {
    const member = this.#table.get(peer);
    if (member !== undefined) member.greeted = false;
  }

  /** Somebody in this node dialled it in vain. */
  dialFailed(peer: PeerIdText, reach: 'refused' | 'unreachable', nowMs: number): void {
    this.#enter(nowMs);
    const member = this.#table.get(peer);
    if (member === undefined || member.connected || !isLiving(member.state) || !this.#runs) return;
    if (reach === 'refused' && member.lostMs > -Infinity) {
      this.#prober.forget(member);
      this.#dies(member, 'dead', 'refused', null, nowMs);
      return;
    }
    if (this.#prober.isProbing(member) || nowMs - member.lookedIntoMs < LOOK_AGAIN_MS) return;
    member.lookedIntoMs = nowMs;
    this.#prober.ask(member, reach, nowMs);
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
        this.#greetedBy(sender, message, nowMs);
        break;
      case 'news':
      case 'list':
        for (const update of message.updates) this.#learn(update, from, nowMs);
        break;
      case 'ask':
        if (message.peer === this.#self) this.#errands.answer(from, message.id, 'reached');
        else this.#errands.ask(from, { ...message, addresses: this.#addressesOf(message) }, nowMs);
        break;
      case 'answer':
        this.#prober.answered(from, message.id, message.reach, nowMs);
        break;
      case 'goodbye':
        this.#prober.forget(sender);
        this.#table.set(sender, sender.state, Math.max(sender.incarnation, message.incarnation));
        this.#dies(sender, 'left', 'goodbye', from, nowMs);
        break;
    }
  }

  tick(nowMs: number): void {
    this.#enter(nowMs);
    if (!this.#runs) return;
    this.#prober.tick(nowMs);
    for (const member of [...this.#suspects]) {
      if (this.#deadlineMs(member) > nowMs) continue;
      const { isOwn, accusers } = member.suspicion!;
      if (isOwn) this.#dies(member, 'dead', member.cause, null, nowMs);
      else this.#dies(member, 'dead', 'told', accusers[0]!, nowMs);
    }
    if (this.#probeAtMs <= nowMs) this.#period(nowMs);
    if (this.#exchangeAtMs <= nowMs) this.#exchange(nowMs);
    if (this.#verifyAtMs <= nowMs) this.#verify(nowMs);
    if (this.#sweepAtMs <= nowMs) {
      this.#sweepAtMs = nowMs + SWEEP_MS;
      this.#table.forget(nowMs - this.#options.forgetMs);
    }
    if (this.#news.size > 0 && this.#newsAtMs <= nowMs) this.#tellNews(nowMs);
  }

  // Probes

  #period(nowMs: number): void {
    this.#probeAtMs = nowMs + this.#options.periodMs * this.health.stretch;
    for (const suspect of this.#suspects)
      if (suspect.connected && !this.#prober.isProbing(suspect)) this.#ping(suspect, nowMs);
    const next = this.#nextToProbe();
    if (next !== undefined) this.#ping(next, nowMs);
  }

  #nextToProbe(): Member | undefined {
    const { random } = this.#init;
    const isFree = (member: Member | undefined): member is Member =>
      member?.connected === true && member.state === 'alive' && !this.#prober.isProbing(member);
    if (this.#options.order === 'uniform') {
      const [chosen] = sample(this.#neighbours(), 1, random);
      return isFree(chosen) ? chosen : undefined;
    }
    for (let rounds = 0; rounds < 2; rounds++) {
      for (let peer = this.#round.pop(); peer !== undefined; peer = this.#round.pop()) {
        const member = this.#table.get(peer);
        if (isFree(member)) return member;
      }
      this.#round = shuffled(
        this.#neighbours().map(({ peer }) => peer),
        random,
      );
    }
    return undefined;
  }

  /** A suspect is told first what it is to contradict. */
  #ping(member: Member, nowMs: number): void {
    if (member.suspicion !== undefined) this.#confront(member, this.#record(member));
    this.#prober.ping(member, nowMs);
  }

  #verify(nowMs: number): void {
    this.#verifyAtMs = nowMs + this.#jittered(this.#options.verifyMs);
    const strangers = [...this.#table.all()].filter(
      (member) => !member.connected && member.state === 'alive' && member.addresses.length > 0,
    );
    const [chosen] = sample(strangers, 1, this.#init.random);
    if (chosen !== undefined && !this.#prober.isProbing(chosen)) this.#prober.reach(chosen, nowMs);
  }

  #probed(member: Member, outcome: Outcome, nowMs: number): void {
    if (!isLiving(member.state) || !this.#runs) return;
    const { accusation } = member;
    member.accusation = undefined;
    switch (outcome.kind) {
      case 'answered':
        if (!outcome.late) this.health.better();
        this.#judgeLink(member, outcome.late);
        if (member.state === 'suspect') this.#lives(member, 'refuted', null, nowMs);
        break;
      case 'cut':
        this.#setLink(member, 'cut');
        break;
      case 'refused':
        // One that was never connected may only have told a wrong address.
        if (member.lostMs > -Infinity) this.#dies(member, 'dead', 'refused', null, nowMs);
        else this.#suspect(member, 'refused', nowMs);
        break;
      case 'failed':
        if (accusation !== undefined && !isLiving(accusation.state))
          this.#dies(member, accusation.state, outcome.cause, null, nowMs);
        else this.#suspect(member, outcome.cause, nowMs, accusation);
        break;
    }
  }

  #judgeLink(member: Member, late: boolean): void {
    member.inTime = late ? 0 : member.inTime + 1;
    if (late) this.#setLink(member, 'slow');
    else if (member.link === 'cut' || member.inTime >= GOOD_AFTER) this.#setLink(member, 'good');
  }

  #setLink(member: Member, state: Member['link']): void {
    if (member.link === state) return;
    member.link = state;
    this.#actions.push({ do: 'link', peer: member.peer, state });
  }

  // States

  /** Found out by this node. */
  #suspect(member: Member, cause: MemberCause, nowMs: number, accusation?: Update): void {
    const accusers = new Set([...(member.suspicion?.accusers ?? []), ...(accusation?.by ?? []), this.#self]);
    const incarnation = Math.max(member.incarnation, accusation?.incarnation ?? 0);
    const isNew = member.state !== 'suspect';
    this.#table.set(member, 'suspect', incarnation);
    member.suspicion = {
      sinceMs: member.suspicion?.sinceMs ?? nowMs,
      accusers: [...accusers].slice(0, MAX_ACCUSERS),
      isOwn: true,
    };
    this.#suspects.add(member);
    member.cause = cause;
    member.by = null;
    if (isNew) {
      member.sinceMs = nowMs;
      this.#announce(member);
    }
    this.#confront(member, this.#record(member));
    this.#tell(this.#record(member));
  }

  #deadlineMs({ suspicion }: Member): number {
    const { sinceMs, accusers, isOwn } = suspicion!;
    const forMs = suspicionMs(this.#options, this.#table.living + 1, accusers.length - 1);
    const hearsayMs = isOwn ? 0 : HEARSAY_PERIODS * this.#options.periodMs;
    return sinceMs + forMs * this.health.suspicionStretch + hearsayMs;
  }

  #dies(
    member: Member,
    state: MemberState,
    cause: MemberCause,
    by: PeerIdText | null,
    nowMs: number,
    from?: PeerIdText,
  ): void {
    this.#prober.forget(member);
    this.#set(member, state, member.incarnation, cause, by, nowMs);
    this.#tell(this.#record(member), from);
    if (member.connected) this.#actions.push({ do: 'drop', peer: member.peer });
  }

  /** Found out by this node: it is told what was held of it, so that it tells the others. */
  #lives(member: Member, cause: MemberCause, by: PeerIdText | null, nowMs: number): void {
    const held = this.#record(member);
    member.grudge = held;
    this.#news.forget(member.peer);
    this.#set(member, 'alive', member.incarnation, cause, by, nowMs);
    if (member.greeted) this.#confront(member, held);
  }

  #set(
    member: Member,
    state: MemberState,
    incarnation: number,
    cause: MemberCause,
    by: PeerIdText | null,
    nowMs: number,
  ): void {
    const isNew = member.state !== state;
    this.#table.set(member, state, incarnation);
    member.accusation = undefined;
    if (state !== 'suspect') {
      member.suspicion = undefined;
      this.#suspects.delete(member);
    }
    if (!isNew) return;
    Object.assign(member, { cause, by, sinceMs: nowMs });
    this.#announce(member);
  }

  #announce({ peer, state, incarnation, sinceMs, by, cause, addresses }: Member): void {
    const member = { peer, state, incarnation, sinceMs, by, cause, addresses };
    this.#actions.push({ do: 'tell', member });
  }

  // News

  #learn(update: Update, from: PeerIdText, nowMs: number): void {
    if (update.peer === this.#self) {
      this.#contradict(update, from);
      return;
    }
    const member = this.#table.get(update.peer);
    if (member === undefined) this.#meet(update, from, nowMs);
    else if (update.incarnation > member.incarnation + MAX_INCARNATION_JUMP) return;
    else if (update.state === 'alive') this.#learnAlive(member, update, from, nowMs);
    else this.#learnWorse(member, update, from, nowMs);
  }

  #meet(update: Update, from: PeerIdText, nowMs: number): void {
    if (update.incarnation > MAX_INCARNATION_JUMP || !this.#init.isPeerId(update.peer)) return;
    const { peer, state, incarnation, addresses } = update;
    const member = this.#table.add(peer, state === 'suspect' ? 'alive' : state, incarnation, nowMs, false);
    if (member === undefined) return;
    member.addresses = addresses;
    member.by = update.by[0] ?? from;
    member.cause = state === 'alive' || state === 'suspect' ? 'joined' : 'told';
    this.#announce(member);
    if (state === 'suspect') this.#learnWorse(member, update, from, nowMs);
    else this.#tell(update, from);
  }

  #learnAlive(member: Member, update: Update, from: PeerIdText, nowMs: number): void {
    if (update.incarnation <= member.incarnation) {
      if (member.addresses.length === 0 && isLiving(member.state)) member.addresses = update.addresses;
      return;
    }
    member.grudge = undefined;
    if (update.addresses.length > 0) member.addresses = update.addresses;
    this.#set(member, 'alive', update.incarnation, 'refuted', from, nowMs);
    this.#tell(update, from);
  }

  #learnWorse(member: Member, update: Update, from: PeerIdText, nowMs: number): void {
    if (
      member.state === 'suspect' &&
      update.state === 'suspect' &&
      update.incarnation === member.incarnation
    ) {
      this.#confirm(member, update.by, from);
      return;
    }
    if (!overrides(update, member)) return;
    if (member.connected && member.state === 'alive') {
      member.accusation = update;
      this.#confront(member, update);
      if (this.#prober.isProbing(member) || nowMs - member.lookedIntoMs < this.#options.periodMs) return;
      member.lookedIntoMs = nowMs;
      this.#prober.ping(member, nowMs);
      return;
    }
    if (update.state === 'suspect') {
      const accusers = update.by.length > 0 ? [...update.by] : [from];
      this.#set(member, 'suspect', update.incarnation, 'told', accusers[0]!, nowMs);
      member.suspicion = { sinceMs: nowMs, accusers, isOwn: false };
      this.#suspects.add(member);
      this.#tell(update, from);
      return;
    }
    this.#table.set(member, member.state, update.incarnation);
    this.#dies(member, update.state, 'told', update.by[0] ?? from, nowMs, from);
  }

  #confirm(member: Member, by: readonly PeerIdText[], from: PeerIdText): void {
    const { accusers } = member.suspicion!;
    const fresh = by.filter((peer) => !accusers.includes(peer)).slice(0, MAX_ACCUSERS - accusers.length);
    if (fresh.length === 0) return;
    accusers.push(...fresh);
    this.#tell(this.#record(member), from);
  }

  /** Ill is said of us, or what a former life of ours said is still about. */
  #contradict({ state, incarnation }: Update, from: PeerIdText): void {
    const isOld = state === 'alive' ? incarnation <= this.#incarnation : incarnation < this.#incarnation;
    if (isOld || incarnation > this.#incarnation + MAX_INCARNATION_JUMP) return;
    // We were thought dead while we were not: perhaps we are slow.
    if (state !== 'alive' && incarnation === this.#incarnation) this.health.worse(1);
    this.#incarnation = incarnation + 1;
    const update = this.#ourselves();
    this.#tell(update);
    if (this.#table.get(from)?.greeted === true) this.#send(from, { kind: 'news', updates: [update] });
  }

  #confront(member: Member, update: Update): void {
    if (member.greeted) this.#send(member.peer, { kind: 'news', updates: [update] });
  }

  #tell(update: Update, from?: PeerIdText): void {
    this.#news.add(update, from);
  }

  #tellNews(nowMs: number): void {
    const { newsMs, fanout, retransmit } = this.#options;
    this.#newsAtMs = nowMs + newsMs;
    const enough = Math.ceil(retransmit * Math.log10(this.#table.living + 2));
    for (const target of this.#nextToTell(fanout)) {
      const updates = this.#news.take(target, MAX_UPDATES, enough);
      if (updates.length > 0) this.#send(target, { kind: 'news', updates });
    }
  }

  #nextToTell(count: number): PeerIdText[] {
    const open = this.#neighbours().filter(({ greeted }) => greeted);
    const targets = new Set<PeerIdText>();
    const most = Math.min(count, open.length);
    while (targets.size < most) {
      const peer = this.#tellRound.pop();
      if (peer === undefined)
        this.#tellRound = shuffled(
          open.map((member) => member.peer),
          this.#init.random,
        );
      else if (this.#table.get(peer)?.greeted === true) targets.add(peer);
    }
    return [...targets];
  }

  // Exchange

  #exchange(nowMs: number): void {
    this.#exchangeAtMs = nowMs + this.#jittered(this.#options.exchangeMs);
    const [chosen] = sample(
      this.#neighbours().filter(({ greeted }) => greeted),
      1,
      this.#init.random,
    );
    if (chosen !== undefined) this.#hello(chosen, false);
  }

  #hello({ peer }: Member, isAnswer: boolean): void {
    const digest = this.#table.digest(this.#self, this.#incarnation);
    this.#send(peer, { kind: 'hello', self: this.#ourselves(), digest, isAnswer });
  }

  #greetedBy(sender: Member, hello: Extract<Message, { kind: 'hello' }>, nowMs: number): void {
    const { self, digest, isAnswer } = hello;
    const { peer, incarnation } = sender;
    const isNews = sender.addresses.length === 0 || incarnation !== self.incarnation;
    if (self.addresses.length > 0) sender.addresses = self.addresses;
    if (self.incarnation > incarnation) {
      // First-hand: no bound, and it has contradicted whatever we held.
      sender.grudge = undefined;
      this.#set(sender, 'alive', self.incarnation, 'refuted', peer, nowMs);
    } else if (self.incarnation < incarnation) this.#confront(sender, this.#record(sender));
    if (isNews && sender.state === 'alive') this.#tell(this.#record(sender), peer);
    if (digest === this.#table.digest(this.#self, this.#incarnation)) return;
    this.#list(sender, nowMs);
    if (!isAnswer) this.#hello(sender, true);
  }

  #list(to: Member, nowMs: number): void {
    to.owesList = !to.greeted;
    if (!to.greeted || nowMs - to.listedMs < LIST_AGAIN_MS) return;
    to.listedMs = nowMs;
    const all = [...this.#table.all()]
      .filter((member) => member !== to)
      .map((member) => this.#record(member));
    for (let at = 0; at < all.length; at += MAX_UPDATES)
      this.#send(to.peer, { kind: 'list', updates: all.slice(at, at + MAX_UPDATES) });
  }

  // Small things

  /** A clock that ran on while this process stood still says nothing of others. */
  #enter(nowMs: number): void {
    const lateMs = nowMs - this.#wakeAtMs;
    this.#nowMs = nowMs;
    if (!(lateMs > LATE_MS)) return;
    this.#wakeAtMs = Infinity;
    this.health.late(lateMs, this.#options.timeoutMs);
    this.#prober.postpone(lateMs);
    for (const { suspicion } of this.#suspects) suspicion!.sinceMs += lateMs;
  }

  /** Connected, and not dead. */
  #neighbours(): Member[] {
    return [...this.#connected].filter(({ state }) => isLiving(state));
  }

  #canHelp({ greeted, state, link }: Member): boolean {
    return greeted && state === 'alive' && link !== 'cut';
  }

  /** Of one we are asked to reach: what we know ourselves first. */
  #addressesOf({ peer, addresses }: { peer: PeerIdText; addresses: readonly string[] }): readonly string[] {
    const known = this.#table.get(peer)?.addresses ?? [];
    return known.length > 0 ? known : addresses;
  }

  #ourselves(): Update {
    const addresses = this.#init.addresses();
    return { peer: this.#self, state: 'alive', incarnation: this.#incarnation, addresses, by: [] };
  }

  #record({ peer, state, incarnation, addresses, suspicion, by }: Member): Update {
    const isAlive = state === 'alive';
    const found = suspicion?.accusers.slice() ?? (isAlive ? [] : [by ?? this.#self]);
    return { peer, state, incarnation, addresses: isLiving(state) ? addresses : [], by: found };
  }

  #send(peer: PeerIdText, message: Message): void {
    this.#actions.push({ do: 'send', peer, message });
  }

  #jittered(ms: number): number {
    return ms * (1 - JITTER + 2 * JITTER * this.#init.random.next());
  }
}
