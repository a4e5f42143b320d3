/** Whom to ping and when: a neighbour a period, in rounds of a shuffled order, and each suspect (rules 1 and 9). */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member, MemberTable } from './member-table.ts';
import type { Neighbours } from './neighbours.ts';
import type { MembershipOptions } from './options.ts';
import type { Prober } from './prober.ts';
import { sample, shuffled } from './sample.ts';
import type { States } from './states.ts';
import type { Telling } from './telling.ts';

export interface ProbeRoundsInit {
  options: MembershipOptions;
  random: Random;
  health: LocalHealth;
  table: MemberTable;
  neighbours: Neighbours;
  states: States;
  telling: Telling;
  prober: Prober;
}

export class ProbeRounds {
  readonly #init: ProbeRoundsInit;
  /** Neighbours still to be pinged in this round. */
  #round: PeerIdText[] = [];
  #atMs = Infinity;

  constructor(init: ProbeRoundsInit) {
    this.#init = init;
  }

  start(nowMs: number): void {
    const { options, random } = this.#init;
    this.#atMs = nowMs + random.next() * options.periodMs;
  }

  stop(): void {
    this.#atMs = Infinity;
  }

  nextMs(): number {
    return this.#atMs;
  }

  tick(nowMs: number): void {
    if (this.#atMs > nowMs) return;
    const { options, health, states, prober } = this.#init;
    this.#atMs = nowMs + options.periodMs * health.stretch;
    for (const suspect of states.suspects)
      if (suspect.connected && !prober.isProbing(suspect)) this.#ping(suspect, nowMs);
    const next = this.#nextToProbe();
    if (next !== undefined) this.#ping(next, nowMs);
  }

  #nextToProbe(): Member | undefined {
    const { options, random, table, neighbours, prober } = this.#init;
    const isFree = (member: Member | undefined): member is Member =>
      member?.connected === true && member.state === 'alive' && !prober.isProbing(member);
    if (options.order === 'uniform') {
      const [chosen] = sample(neighbours.living(), 1, random);
      return isFree(chosen) ? chosen : undefined;
    }
    for (let rounds = 0; rounds < 2; rounds++) {
      for (let peer = this.#round.pop(); peer !== undefined; peer = this.#round.pop()) {
        const member = table.get(peer);
        if (isFree(member)) return member;
      }
      this.#round = shuffled(
        neighbours.living().map(({ peer }) => peer),
        random,
      );
    }
    return undefined;
  }

  /** A suspect is told first what it is to contradict. */
  #ping(member: Member, nowMs: number): void {
    const { states, telling, prober } = this.#init;
    if (member.suspicion !== undefined) telling.confront(member, states.record(member));
    prober.ping(member, nowMs);
  }
}
