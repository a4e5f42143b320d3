/** What the nodes counted while it was measured: `after - before`, summed over nodes. */
import { BYTE_KINDS, noBytes } from '../../src/telemetry/counters.ts';
import type { BytesByKind, NodeCounters } from '../../src/telemetry/trace.ts';
import type { ExperimentRecord } from './record.ts';

export interface CounterSums {
  sent: BytesByKind;
  received: BytesByKind;
  duplicateBytes: number;
  /** By gossip and by reconciliation. */
  copiesReceived: number;
}

export type Counted = { measured: true; sums: CounterSums } | { measured: false; reason: string };

/**
 * Of a process that was killed nobody knows what it counted last: then no difference tells what it did, and there are
 * no sums. A simulated node's counters outlive it.
 */
export function countersWhileMeasuring(record: ExperimentRecord): Counted {
  const down =
    record.network === 'simulated'
      ? undefined
      : record.downtimes?.find(
          ({ fromMs, untilMs }) => fromMs < record.endedAtMs && (untilMs ?? Infinity) > record.readyAtMs,
        );
  if (down) return { measured: false, reason: `node ${down.node} was down while it was measured` };
  const sums: CounterSums = {
    sent: noBytes(),
    received: noBytes(),
    duplicateBytes: 0,
    copiesReceived: 0,
  };
  for (const [node, { counters: after }] of record.after.entries()) {
    const before = record.before[node]!.counters;
    if (after.messagesReceived < before.messagesReceived || after.sent.message < before.sent.message) {
      return { measured: false, reason: `the counters of node ${node} fell: it was started again` };
    }
    for (const kind of BYTE_KINDS) {
      sums.sent[kind] += after.sent[kind] - before.sent[kind];
      sums.received[kind] += after.received[kind] - before.received[kind];
    }
    sums.duplicateBytes += after.duplicateBytes - before.duplicateBytes;
    sums.copiesReceived += copiesOf(after) - copiesOf(before);
  }
  return { measured: true, sums };
}

const copiesOf = ({ copiesReceived, syncCopiesReceived }: NodeCounters): number =>
  copiesReceived + syncCopiesReceived;
