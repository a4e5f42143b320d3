/** What others say of members, and of this node: what is believed of it, and what is looked into (rules 10, 13, 14). */
import type { PeerIdText } from '../../host/host.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member, MemberTable } from './member-table.ts';
import type { MembershipOptions } from './options.ts';
import type { Ourselves } from './ourselves.ts';
import { movedTo, saysItIsAt, type Believable } from './places.ts';
import type { Prober } from './prober.ts';
import type { States } from './states.ts';
import type { Telling } from './telling.ts';
import { isLiving, MAX_INCARNATION_JUMP, overrides, type Update } from './update.ts';

export interface HearsayInit {
  ourselves: Ourselves;
  options: MembershipOptions;
  health: LocalHealth;
  table: MemberTable;
  states: States;
  telling: Telling;
  prober: Prober;
  /** Whether a text is a peer id; asked once for each member heard of. */
  isPeerId: (text: string) => boolean;
  believable: Believable;
}

export class Hearsay {
  readonly #init: HearsayInit;

  constructor(init: HearsayInit) {
    this.#init = init;
  }

  learn(update: Update, from: PeerIdText, nowMs: number): void {
    const { ourselves, table } = this.#init;
    if (update.peer === ourselves.peer) {
      this.#contradict(update, from);
      return;
    }
    const member = table.get(update.peer);
    if (member === undefined) this.#meet(update, from, nowMs);
    else if (update.incarnation > member.incarnation + MAX_INCARNATION_JUMP) return;
    else if (update.state === 'alive') this.#learnAlive(member, update, from, nowMs);
    else this.#learnWorse(member, update, from, nowMs);
  }

  #meet(update: Update, from: PeerIdText, nowMs: number): void {
    const { table, states, telling, isPeerId, believable } = this.#init;
    // Who forgot the gone must not hear of them anew from those who have not yet: so they would be told of for ever.
    if (!isLiving(update.state)) return;
    if (update.incarnation > MAX_INCARNATION_JUMP || !isPeerId(update.peer)) return;
    const { peer, state, incarnation, addresses } = update;
    const member = table.add(peer, 'alive', incarnation, nowMs, false);
    if (member === undefined) return;
    saysItIsAt(member, believable(addresses, from));
    member.by = update.by[0] ?? from;
    states.announce(member);
    if (state === 'suspect') this.#learnWorse(member, update, from, nowMs);
    else telling.tell(states.record(member), from);
  }

  #learnAlive(member: Member, update: Update, from: PeerIdText, nowMs: number): void {
    const { states, telling, believable } = this.#init;
    if (update.incarnation <= member.incarnation) {
      if (member.addresses.length === 0 && isLiving(member.state))
        saysItIsAt(member, believable(update.addresses, from));
      return;
    }
    member.grudge = undefined;
    if (update.addresses.length > 0) movedTo(member, believable(update.addresses, from));
    states.set(member, 'alive', update.incarnation, 'refuted', from, nowMs);
    telling.tell(states.record(member), from);
  }

  #learnWorse(member: Member, update: Update, from: PeerIdText, nowMs: number): void {
    const { options, table, states, telling, prober } = this.#init;
    if (
      member.state === 'suspect' &&
      update.state === 'suspect' &&
      update.incarnation === member.incarnation
    ) {
      states.confirm(member, update.by, from);
      return;
    }
    if (!overrides(update, member)) return;
    if (member.connected && member.state === 'alive') {
      member.accusation = update;
      telling.confront(member, update);
      if (prober.isProbing(member) || nowMs - member.lookedIntoMs < options.periodMs) return;
      member.lookedIntoMs = nowMs;
      prober.ping(member, nowMs);
      return;
    }
    if (update.state === 'suspect') {
      states.suspectOnHearsay(member, update, from, nowMs);
      return;
    }
    table.set(member, member.state, update.incarnation);
    states.dies(member, update.state, 'told', update.by[0] ?? from, nowMs, from);
  }

  /** Ill is said of us, or what a former life of ours said is still about. */
  #contradict({ state, incarnation }: Update, from: PeerIdText): void {
    const { ourselves, health, table, telling } = this.#init;
    const own = ourselves.incarnation;
    const isOld = state === 'alive' ? incarnation <= own : incarnation < own;
    if (isOld || incarnation > own + MAX_INCARNATION_JUMP) return;
    // We were thought dead while we were not: perhaps we are slow.
    if (state !== 'alive' && incarnation === own) health.worse(1);
    ourselves.incarnation = incarnation + 1;
    const update = ourselves.update();
    telling.tell(update);
    const teller = table.get(from);
    if (teller !== undefined) telling.confront(teller, update);
  }
}
