/** Members that others ask us to reach, and what they may cost. */
import type { PeerIdText } from '../../host/host.ts';
import type { Action, Reach } from './actions.ts';
import type { MembershipOptions } from './options.ts';

/** Of the time the one who asks waits: our answer has to travel as well. */
const TIME_SHARE = 0.75;

interface Errand {
  from: PeerIdText;
  /** Of the one who asked. */
  askId: number;
}

export class Errands {
  readonly #options: MembershipOptions;
  readonly #act: (action: Action) => void;
  readonly #nextId: () => number;
  readonly #errands = new Map<number, Errand>();
  /** What each neighbour may still ask for at once, as of when. */
  readonly #allowances = new Map<PeerIdText, { left: number; atMs: number }>();

  constructor(options: MembershipOptions, act: (action: Action) => void, nextId: () => number) {
    this.#options = options;
    this.#act = act;
    this.#nextId = nextId;
  }

  ask(
    from: PeerIdText,
    { id: askId, peer, addresses }: { id: number; peer: PeerIdText; addresses: readonly string[] },
    nowMs: number,
  ): void {
    const { maxErrands, maxErrandsOfOne, timeoutMs } = this.#options;
    const ofOne = [...this.#errands.values()].filter((errand) => errand.from === from).length;
    if (this.#errands.size >= maxErrands || ofOne >= maxErrandsOfOne || !this.#mayAsk(from, nowMs)) {
      this.answer(from, askId, 'unknown');
      return;
    }
    const id = this.#nextId();
    this.#errands.set(id, { from, askId });
    this.#act({ do: 'reach', peer, id, addresses, timeoutMs: TIME_SHARE * timeoutMs });
  }

  answer(to: PeerIdText, id: number, reach: Reach): void {
    this.#act({ do: 'send', peer: to, message: { kind: 'answer', id, reach } });
  }

  /** Whether it was one of these. */
  reached(id: number, reach: Reach): boolean {
    const errand = this.#errands.get(id);
    if (errand === undefined) return false;
    this.#errands.delete(id);
    this.answer(errand.from, errand.askId, reach);
    return true;
  }

  /** It cannot be answered any more, and asks nothing more. */
  forget(peer: PeerIdText): void {
    this.#allowances.delete(peer);
  }

  #mayAsk(from: PeerIdText, nowMs: number): boolean {
    const { errandsPerSecond } = this.#options;
    const most = 2 * errandsPerSecond;
    const allowance = this.#allowances.get(from) ?? { left: most, atMs: nowMs };
    allowance.left = Math.min(most, allowance.left + ((nowMs - allowance.atMs) / 1000) * errandsPerSecond);
    allowance.atMs = nowMs;
    this.#allowances.set(from, allowance);
    if (allowance.left < 1) return false;
    allowance.left--;
    return true;
  }
}
