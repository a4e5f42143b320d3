/** What the end of a probe says of the member and of the link to it (rules 2 to 4, 6 and 9). */
import type { Action } from './actions.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member } from './member-table.ts';
import type { Outcome } from './prober.ts';
import type { States } from './states.ts';
import { isLiving } from './update.ts';

/** Answers in time that make a slow link good again. */
const GOOD_AFTER = 2;

export interface FindingsInit {
  health: LocalHealth;
  states: States;
  act: (action: Action) => void;
}

export class Findings {
  readonly #init: FindingsInit;

  constructor(init: FindingsInit) {
    this.#init = init;
  }

  probed(member: Member, outcome: Outcome, nowMs: number): void {
    if (!isLiving(member.state)) return;
    const { health, states } = this.#init;
    const { accusation } = member;
    member.accusation = undefined;
    switch (outcome.kind) {
      case 'answered':
        if (!outcome.late) health.better();
        this.#judgeLink(member, outcome.late);
        if (member.state === 'suspect') states.lives(member, 'refuted', null, nowMs);
        break;
      case 'cut':
        this.#setLink(member, 'cut');
        break;
      case 'refused':
        // One that was never connected may only have told a wrong address.
        if (member.lostMs > -Infinity) states.dies(member, 'dead', 'refused', null, nowMs);
        else states.suspect(member, 'refused', nowMs);
        break;
      case 'failed':
        if (accusation !== undefined && !isLiving(accusation.state))
          states.dies(member, accusation.state, outcome.cause, null, nowMs);
        else states.suspect(member, outcome.cause, nowMs, accusation);
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
    this.#init.act({ do: 'link', peer: member.peer, state });
  }
}
