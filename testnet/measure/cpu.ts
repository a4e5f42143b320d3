/** What the run cost the machine. Nodes of one process all report its CPU and memory: each process counts once. */
import { max } from 'd3-array';
import type { ExperimentRecord } from './record.ts';

/** CPU of all processes while measured, in ms. Null where it is virtual, or a process was started again meanwhile. */
export function cpuMs({ before, after }: Pick<ExperimentRecord, 'before' | 'after'>): number | null {
  let total = 0;
  for (const [node, status] of after.entries()) {
    const was = before[node]?.cpuMs ?? null;
    if (status.cpuMs === null || was === null || status.cpuMs < was) return null;
    total += (status.cpuMs - was) / status.nodesInProcess;
  }
  return after.length === 0 ? null : total;
}

export function cpuMsPerDelivery(totalMs: number | null, deliveries: number): number | null {
  return totalMs === null || deliveries === 0 ? null : totalMs / deliveries;
}

/** Largest resident set of any process, at either end. */
export function rssBytesMax({ before, after }: Pick<ExperimentRecord, 'before' | 'after'>): number | null {
  return max([...before, ...after], ({ rssBytes }) => rssBytes) ?? null;
}

/** The busiest process's share of one core while measured; above 1 when it has worker threads. */
export function busiestProcessShare(record: ExperimentRecord): number | null {
  const windowMs = record.endedAtMs - record.readyAtMs;
  if (windowMs <= 0) return null;
  const shares = record.after.flatMap((status, node) => {
    const was = record.before[node]?.cpuMs ?? null;
    return status.cpuMs === null || was === null ? [] : [(status.cpuMs - was) / windowMs];
  });
  return max(shares) ?? null;
}
