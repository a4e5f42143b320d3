/** Members this node is not connected to, dialled now and then to see if they live (rule 5). */
import type { Random } from '../../environment.ts';
import { jittered } from './jitter.ts';
import type { MemberTable } from './member-table.ts';
import type { MembershipOptions } from './options.ts';
import type { Prober } from './prober.ts';
import { sample } from './sample.ts';

export interface StrangersInit {
  options: MembershipOptions;
  random: Random;
  table: MemberTable;
  prober: Prober;
}

export class Strangers {
  readonly #init: StrangersInit;
  #atMs = Infinity;

  constructor(init: StrangersInit) {
    this.#init = init;
  }

  start(nowMs: number): void {
    const { options, random } = this.#init;
    this.#atMs = options.verifyMs === 0 ? Infinity : nowMs + random.next() * options.verifyMs;
  }

  stop(): void {
    this.#atMs = Infinity;
  }

  nextMs(): number {
    return this.#atMs;
  }

  tick(nowMs: number): void {
    if (this.#atMs > nowMs) return;
    const { options, random, table, prober } = this.#init;
    this.#atMs = nowMs + jittered(options.verifyMs, random);
    const strangers = [...table.all()].filter(
      (member) => !member.connected && member.state === 'alive' && member.addresses.length > 0,
    );
    const [chosen] = sample(strangers, 1, random);
    if (chosen !== undefined && !prober.isProbing(chosen)) prober.reach(chosen, nowMs);
  }
}
