/** Members this node is not connected to, dialled now and then to see if they live (rule 5). */
import type { Random } from '../../environment.ts';
import { jittered } from './jitter.ts';
import type { MemberTable } from './member-table.ts';
import type { MembershipOptions } from './options.ts';
import type { Prober } from './prober.ts';
import { Recurrence, withinFirst } from './recurrence.ts';
import { sample } from './sample.ts';

export interface StrangersInit {
  options: MembershipOptions;
  random: Random;
  table: MemberTable;
  prober: Prober;
}

export class Strangers {
  readonly timer: Recurrence;
  readonly #init: StrangersInit;

  constructor(init: StrangersInit) {
    this.#init = init;
    const { options, random } = init;
    this.timer = new Recurrence({
      firstMs: () => withinFirst(options.verifyMs, random),
      againMs: () => jittered(options.verifyMs, random),
      work: (nowMs) => this.#look(nowMs),
    });
  }

  #look(nowMs: number): void {
    const { random, table, prober } = this.#init;
    const strangers = [...table.all()].filter(
      (member) => !member.connected && member.state === 'alive' && member.addresses.length > 0,
    );
    const [chosen] = sample(strangers, 1, random);
    if (chosen !== undefined && !prober.isProbing(chosen)) prober.reach(chosen, nowMs);
  }
}
