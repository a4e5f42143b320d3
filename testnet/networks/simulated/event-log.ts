import { createHash, type Hash } from 'node:crypto';
import { noTrace, type TraceEvent, type TraceSink } from '../../../src/telemetry/trace.ts';

/**
 * Everything every node says of itself, in the one order it happened. The digest covers all of it: two runs with the
 * same digest were the same run.
 */
export class EventLog {
  readonly events: TraceEvent[][];
  readonly arrivals: number[];
  readonly #hash: Hash = createHash('sha256');

  constructor(nodes: number) {
    this.events = Array.from({ length: nodes }, () => []);
    this.arrivals = new Array<number>(nodes).fill(0);
  }

  /** Of one node; `also` is told the same. */
  sink(node: number, also: TraceSink = noTrace): TraceSink {
    const events = this.events[node]!;
    return {
      record: (event) => {
        also.record(event);
        events.push(event);
        if (event.kind === 'arrival') this.arrivals[node]!++;
        this.#hash.update(`${node} ${JSON.stringify(event)}\n`);
      },
    };
  }

  /** SHA-256 of the log so far, hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
