/** Which nodes were alive from a transaction's t0 to the end of the drain: the nodes that coverage asks of. */
import type { Downtime, ExperimentRecord } from './record.ts';

export interface Alive {
  /** Per node: 1 when it was up all the time. */
  mask: Uint8Array;
  count: number;
  /** The same number for the same set, so that what is derived from a set is derived once. */
  epoch: number;
}

export type Liveness = (t0Ms: number) => Alive;

/** @throws {RangeError} when a downtime is of no node of the record, or ends before it begins. */
export function liveness(record: ExperimentRecord): Liveness {
  const nodes = record.traces.length;
  // The set changes with t0 only where a downtime ends: it is found by how many ended by then.
  const downtimes = [...(record.downtimes ?? [])]
    .map((downtime) => checked(downtime, nodes))
    .filter(({ fromMs }) => fromMs < record.endedAtMs)
    .sort((a, b) => endOf(a) - endOf(b));
  const known = new Map<number, Alive>();
  return (t0Ms) => {
    const epoch = downtimes.filter((downtime) => endOf(downtime) <= t0Ms).length;
    let alive = known.get(epoch);
    if (alive === undefined) {
      const mask = new Uint8Array(nodes).fill(1);
      for (const { node } of downtimes.slice(epoch)) mask[node] = 0;
      alive = { mask, count: mask.reduce((sum, up) => sum + up, 0), epoch };
      known.set(epoch, alive);
    }
    return alive;
  };
}

function endOf({ untilMs }: Downtime): number {
  return untilMs ?? Infinity;
}

function checked(downtime: Downtime, nodes: number): Downtime {
  const { node, fromMs } = downtime;
  if (!Number.isInteger(node) || node < 0 || node >= nodes) {
    throw new RangeError(`a downtime is of node ${node}, but the record has ${nodes} nodes`);
  }
  if (!(endOf(downtime) >= fromMs)) throw new RangeError(`a downtime of node ${node} ends before it begins`);
  return downtime;
}
