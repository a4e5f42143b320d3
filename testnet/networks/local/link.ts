/** What lies between a node of this process and another one: both directions as they are now, and who uses them. */
import { AccessLine } from '../access-line.ts';
import { retransmission, type LinkConditions } from '../link-conditions.ts';

/**
 * One direction. When it changes, latency and loss hold from the next message on; the rate holds at once for what its
 * users tell it again (LinkPipe.changed).
 */
export class DirectedLink {
  #conditions!: LinkConditions;
  #line!: AccessLine;
  /** What came out of it so far, and how late that was in all: what the emulation itself is off by. */
  #lateness = { messages: 0, lateMs: 0 };
  countsLateness = true;

  constructor(conditions: LinkConditions) {
    this.change(conditions);
  }

  get bitsPerSecond(): number {
    return this.#line.bitsPerSecond;
  }

  get lateness(): { readonly messages: number; readonly lateMs: number } {
    return this.#lateness;
  }

  change(conditions: LinkConditions): void {
    this.#conditions = conditions;
    this.#line = new AccessLine(conditions.bitsPerSecond);
  }

  /** When the last bit of `bytes` handed over at `nowMs` has left. */
  pass(nowMs: number, bytes: number): number {
    return this.#line.pass(nowMs, bytes);
  }

  /** How long `bytes` take once they have left: one draw of latency, and what losses add. */
  travelMs(bytes: number): number {
    const delayMs = this.#conditions.latency();
    if (this.#conditions.lossProbability === 0) return delayMs;
    return delayMs + retransmission(this.#conditions, bytes).delayMs;
  }

  /** Negative: early. */
  cameLate(lateMs: number): void {
    if (!this.countsLateness) return;
    this.#lateness.messages++;
    this.#lateness.lateMs += lateMs;
  }

  forgetLateness(): void {
    this.#lateness = { messages: 0, lateMs: 0 };
  }
}

/** What is made to feel what becomes of a link. */
export interface LinkUser {
  cut(): void;
  heal(): void;
  /** A rate is another one now. */
  changed(): void;
}

export class Link {
  /** From the node of this process. */
  readonly there: DirectedLink;
  readonly back: DirectedLink;
  readonly #users = new Set<LinkUser>();
  #cut = false;
  #whole: PromiseWithResolvers<void> | undefined;

  constructor(there: LinkConditions, back: LinkConditions) {
    this.there = new DirectedLink(there);
    this.back = new DirectedLink(back);
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** Undefined: that direction stays as it is. */
  change(there: LinkConditions | undefined, back: LinkConditions | undefined): void {
    if (there !== undefined) this.there.change(there);
    if (back !== undefined) this.back.change(back);
    for (const user of this.#users) user.changed();
  }

  /** Nothing passes until heal(); nobody is told. @returns whether it was whole. */
  cut(): boolean {
    if (this.#cut) return false;
    this.#cut = true;
    this.#whole = Promise.withResolvers();
    for (const user of this.#users) user.cut();
    return true;
  }

  /** @returns whether it was cut. */
  heal(): boolean {
    if (!this.#cut) return false;
    this.#cut = false;
    this.#whole?.resolve();
    for (const user of this.#users) user.heal();
    return true;
  }

  /** `user` feels every cut from now on, and the one there is. */
  attach(user: LinkUser): void {
    this.#users.add(user);
    if (this.#cut) user.cut();
  }

  detach(user: LinkUser): void {
    this.#users.delete(user);
  }

  /** Resolves when nothing is cut. @throws the reason of `signal`. */
  async whole(signal: AbortSignal): Promise<void> {
    while (this.#cut) {
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => aborted.reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        await Promise.race([this.#whole!.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    }
  }
}
