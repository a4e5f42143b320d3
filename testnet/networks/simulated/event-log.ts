import { createHash, type Hash } from 'node:crypto';
import { CopyLedger } from '../../../src/telemetry/copy-ledger.ts';
import { noTrace, type TraceEvent, type TraceSink } from '../../../src/telemetry/trace.ts';

/**
 * Everything every node says of itself, in the one order it happened. The digest covers all of it: two runs with the
 * same digest were the same run.
 */
export class EventLog {
  readonly events: TraceEvent[][];
  readonly arrivals: number[];
  readonly #copies: readonly CopyLedger[] | undefined;
  readonly #hash: Hash = createHash('sha256');

  /** @param countsCopies of each transaction at each node; `takeCopies` makes events of them. */
  constructor(nodes: number, countsCopies: boolean) {
    if (countsCopies) this.#copies = Array.from({ length: nodes }, () => new CopyLedger());
    this.events = Array.from({ length: nodes }, () => []);
    this.arrivals = new Array<number>(nodes).fill(0);
  }

  /** Of one node; `also` is told the same. */
  sink(node: number, also: TraceSink = noTrace): TraceSink {
    const events = this.events[node]!;
    return {
      copies: this.#copies?.[node],
      record: (event) => {
        also.record(event);
        events.push(event);
        if (event.kind === 'arrival') this.arrivals[node]!++;
        this.#hash.update(`${node} ${JSON.stringify(event)}\n`);
      },
    };
  }

  /** Those counted since the last time, as events of this moment. Not in the digest, which does not depend on who looks. */
  takeCopies(atMs: number): void {
    for (const [node, copies] of this.#copies?.entries() ?? [])
      for (const event of copies.take(atMs)) this.events[node]!.push(event);
  }

  /** SHA-256 of the log so far, hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
