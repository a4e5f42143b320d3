/** Who is held for what, and for how long a suspect is one (rules 6 to 9 and 16). Changes are announced and told. */
import type { PeerIdText } from '../../host/host.ts';
import type { MemberCause, MemberState } from '../../telemetry/trace.ts';
import type { Action } from './actions.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member, MemberTable } from './member-table.ts';
import type { MembershipOptions } from './options.ts';
import { suspicionMs } from './suspicion.ts';
import type { Telling } from './telling.ts';
import { isLiving, MAX_ACCUSERS, type Update } from './update.ts';

/** Whom only others suspect is dead so many periods after they should have said so: they know better. */
const HEARSAY_PERIODS = 2;

export interface StatesInit {
  self: PeerIdText;
  options: MembershipOptions;
  health: LocalHealth;
  table: MemberTable;
  telling: Telling;
  act: (action: Action) => void;
  /** A probe of one that has died is about nothing any more. */
  onDeath: (member: Member) => void;
}

export class States {
  readonly #init: StatesInit;
  readonly #suspects = new Set<Member>();

  constructor(init: StatesInit) {
    this.#init = init;
  }

  get suspects(): Iterable<Member> {
    return this.#suspects;
  }

  /** When the first suspect's time is over. */
  nextMs(): number {
    let nextMs = Infinity;
    for (const member of this.#suspects) nextMs = Math.min(nextMs, this.#deadlineMs(member));
    return nextMs;
  }

  tick(nowMs: number): void {
    for (const member of [...this.#suspects]) {
      if (this.#deadlineMs(member) > nowMs) continue;
      const { isOwn, accusers } = member.suspicion!;
      if (isOwn) this.dies(member, 'dead', member.cause, null, nowMs);
      else this.dies(member, 'dead', 'told', accusers[0]!, nowMs);
    }
  }

  /** Nothing was heard for so long because this process stood still. */
  postpone(byMs: number): void {
    for (const { suspicion } of this.#suspects) suspicion!.sinceMs += byMs;
  }

  stop(): void {
    this.#suspects.clear();
  }

  /** Found out by this node. */
  suspect(member: Member, cause: MemberCause, nowMs: number, accusation?: Update): void {
    const { self, table, telling } = this.#init;
    const accusers = new Set([...(member.suspicion?.accusers ?? []), ...(accusation?.by ?? []), self]);
    const incarnation = Math.max(member.incarnation, accusation?.incarnation ?? 0);
    const isNew = member.state !== 'suspect';
    table.set(member, 'suspect', incarnation);
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
      this.announce(member);
    }
    telling.confront(member, this.record(member));
    telling.tell(this.record(member));
  }

  /** Others suspect it. */
  suspectOnHearsay(member: Member, update: Update, from: PeerIdText, nowMs: number): void {
    const accusers = update.by.length > 0 ? [...update.by] : [from];
    this.set(member, 'suspect', update.incarnation, 'told', accusers[0]!, nowMs);
    member.suspicion = { sinceMs: nowMs, accusers, isOwn: false };
    this.#suspects.add(member);
    this.#init.telling.tell(this.record(member), from);
  }

  /** Further ones suspect a suspect. */
  confirm(member: Member, by: readonly PeerIdText[], from: PeerIdText): void {
    const { accusers } = member.suspicion!;
    const fresh = by.filter((peer) => !accusers.includes(peer)).slice(0, MAX_ACCUSERS - accusers.length);
    if (fresh.length === 0) return;
    accusers.push(...fresh);
    this.#init.telling.tell(this.record(member), from);
  }

  dies(
    member: Member,
    state: MemberState,
    cause: MemberCause,
    by: PeerIdText | null,
    nowMs: number,
    from?: PeerIdText,
  ): void {
    const { telling, act, onDeath } = this.#init;
    onDeath(member);
    this.set(member, state, member.incarnation, cause, by, nowMs);
    telling.tell(this.record(member), from);
    if (member.connected) act({ do: 'drop', peer: member.peer });
  }

  /** Found out by this node: it is told what was held of it, so that it tells the others. */
  lives(member: Member, cause: MemberCause, by: PeerIdText | null, nowMs: number): void {
    const { telling } = this.#init;
    const held = this.record(member);
    member.grudge = held;
    telling.forget(member.peer);
    this.set(member, 'alive', member.incarnation, cause, by, nowMs);
    telling.confront(member, held);
  }

  /** Tells nobody but this node. */
  set(
    member: Member,
    state: MemberState,
    incarnation: number,
    cause: MemberCause,
    by: PeerIdText | null,
    nowMs: number,
  ): void {
    const isNew = member.state !== state;
    this.#init.table.set(member, state, incarnation);
    member.accusation = undefined;
    if (state !== 'suspect') {
      member.suspicion = undefined;
      this.#suspects.delete(member);
    }
    if (!isNew) return;
    Object.assign(member, { cause, by, sinceMs: nowMs });
    this.announce(member);
  }

  /** To this node. */
  announce({ peer, state, incarnation, sinceMs, by, cause, addresses }: Member): void {
    const member = { peer, state, incarnation, sinceMs, by, cause, addresses };
    this.#init.act({ do: 'tell', member });
  }

  /** What is held of it, as others are told. */
  record({ peer, state, incarnation, addresses, suspicion, by }: Member): Update {
    const isAlive = state === 'alive';
    const found = suspicion?.accusers.slice() ?? (isAlive ? [] : [by ?? this.#init.self]);
    return { peer, state, incarnation, addresses: isLiving(state) ? addresses : [], by: found };
  }

  #deadlineMs({ suspicion }: Member): number {
    const { options, health, table } = this.#init;
    const { sinceMs, accusers, isOwn } = suspicion!;
    const forMs = suspicionMs(options, table.living + 1, accusers.length - 1);
    const hearsayMs = isOwn ? 0 : HEARSAY_PERIODS * options.periodMs;
    return sinceMs + forMs * health.suspicionStretch + hearsayMs;
  }
}
