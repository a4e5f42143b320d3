/** Neighbours compare all they hold by a digest, and send it where it differs (rule 12). */
import type { Random } from '../../environment.ts';
import type { Action, Message } from './actions.ts';
import { jittered } from './jitter.ts';
import type { Member, MemberTable } from './member-table.ts';
import { MAX_UPDATES } from './messages.ts';
import type { Neighbours } from './neighbours.ts';
import type { MembershipOptions } from './options.ts';
import type { Ourselves } from './ourselves.ts';
import { Recurrence, withinFirst } from './recurrence.ts';
import { saysItIsAt, type Believable } from './places.ts';
import { sample } from './sample.ts';
import type { States } from './states.ts';
import type { Telling } from './telling.ts';

/** Between two lists of all members for the same neighbour, ms: 400 kB at most. */
const LIST_AGAIN_MS = 10_000;

export interface ExchangeInit {
  ourselves: Ourselves;
  options: MembershipOptions;
  random: Random;
  table: MemberTable;
  neighbours: Neighbours;
  states: States;
  telling: Telling;
  believable: Believable;
  act: (action: Action) => void;
}

export class Exchange {
  /** When to compare with some neighbour. */
  readonly timer: Recurrence;
  readonly #init: ExchangeInit;

  constructor(init: ExchangeInit) {
    this.#init = init;
    const { options, random } = init;
    this.timer = new Recurrence({
      firstMs: () => withinFirst(options.exchangeMs, random),
      againMs: () => jittered(options.exchangeMs, random),
      work: () => this.#compare(),
    });
  }

  /** It can be sent to from now on. */
  greet(member: Member, nowMs: number): void {
    this.#hello(member, true);
    if (member.grudge !== undefined) this.#init.telling.confront(member, member.grudge);
    if (member.owesList) this.#list(member, nowMs);
  }

  greetedBy(sender: Member, hello: Extract<Message, { kind: 'hello' }>, nowMs: number): void {
    const { states, telling, believable } = this.#init;
    const { self, digest, isAnswer } = hello;
    const { peer, incarnation } = sender;
    const isNews = sender.addresses.length === 0 || incarnation !== self.incarnation;
    if (self.addresses.length > 0) saysItIsAt(sender, believable(self.addresses, peer));
    if (self.incarnation > incarnation) {
      // First-hand: no bound, and it has contradicted whatever we held.
      sender.grudge = undefined;
      states.set(sender, 'alive', self.incarnation, 'refuted', peer, nowMs);
    } else if (self.incarnation < incarnation) telling.confront(sender, states.record(sender));
    if (isNews && sender.state === 'alive') telling.tell(states.record(sender), peer);
    if (digest === this.#digest()) return;
    this.#list(sender, nowMs);
    if (!isAnswer) this.#hello(sender, true);
  }

  #compare(): void {
    const { neighbours, random } = this.#init;
    const [chosen] = sample(neighbours.greeted(), 1, random);
    if (chosen !== undefined) this.#hello(chosen, false);
  }

  #hello({ peer }: Member, isAnswer: boolean): void {
    const { ourselves, act } = this.#init;
    const message = {
      kind: 'hello' as const,
      self: ourselves.update(),
      digest: this.#digest(),
      isAnswer,
    };
    act({ do: 'send', peer, message });
  }

  #digest(): number {
    const { ourselves, table } = this.#init;
    return table.digest(ourselves.peer, ourselves.incarnation);
  }

  #list(to: Member, nowMs: number): void {
    const { table, states, act } = this.#init;
    to.owesList = !to.greeted;
    if (!to.greeted || nowMs - to.listedMs < LIST_AGAIN_MS) return;
    to.listedMs = nowMs;
    const all = [...table.all()].filter((member) => member !== to).map((member) => states.record(member));
    for (let at = 0; at < all.length; at += MAX_UPDATES) {
      const message = { kind: 'list' as const, updates: all.slice(at, at + MAX_UPDATES) };
      act({ do: 'send', peer: to.peer, message });
    }
  }
}
