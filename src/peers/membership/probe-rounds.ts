/** Whom to ping and when: a neighbour a period, in rounds of a shuffled order, and each suspect (rules 1 and 9). */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member, MemberTable } from './member-table.ts';
import type { Neighbours } from './neighbours.ts';
import type { MembershipOptions } from './options.ts';
import type { Prober } from './prober.ts';
import { Recurrence, withinFirst } from './recurrence.ts';
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
  readonly timer: Recurrence;
  readonly #init: ProbeRoundsInit;
  /** Neighbours still to be pinged in this round. */
  #round: PeerIdText[] = [];

  constructor(init: ProbeRoundsInit) {
    this.#init = init;
    const { options, random, health } = init;
    this.timer = new Recurrence({
      firstMs: () => withinFirst(options.periodMs, random),
      againMs: () => options.periodMs * health.stretch,
      work: (nowMs) => this.#probe(nowMs),
    });
  }

  #probe(nowMs: number): void {
    const { states, prober } = this.#init;
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
