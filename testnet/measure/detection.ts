/** How long after a death the first living node held it dead, and all of them that had known the node. */
import type { MemberCause, MemberEvent } from '../../src/telemetry/trace.ts';
import { deathsOf, type Away, type Death } from './away.ts';
import type { ExperimentRecord } from './record.ts';
import { finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';

export interface DetectedDeath extends Death {
  /** Nodes that held it alive or suspect when it died and lived until it came back, or to the end. */
  knew: number;
  /** Since the death, ms, ascending: when each of these held it dead. Those who never did are left out. */
  heldDeadMs: number[];
  /** Of the first; null without one. */
  cause: MemberCause | null;
}

/** `away`: of the same record. */
export function detections(record: ExperimentRecord, away: Away): DetectedDeath[] {
  const { traces, downtimes = [], endedAtMs } = record;
  return deathsOf(record).map((death) => {
    const { peerId } = traces[death.node]!;
    const untilMs = Math.min(death.untilMs, endedAtMs);
    let knew = 0;
    let first: MemberEvent | undefined;
    const heldDeadMs: number[] = [];
    for (const { index, events } of traces) {
      if (index === death.node || away.between(index, death.fromMs, untilMs)) continue;
      // What a process knew went with it.
      const livesSinceMs = downtimes.reduce(
        (sinceMs, { node, untilMs: upAtMs }) =>
          node === index && upAtMs !== null && upAtMs <= death.fromMs ? Math.max(sinceMs, upAtMs) : sinceMs,
        -Infinity,
      );
      const about = events.filter(
        (event): event is MemberEvent =>
          event.kind === 'member' &&
          event.peer === peerId &&
          event.atMs >= livesSinceMs &&
          event.atMs <= untilMs,
      );
      const before = about.findLast(({ atMs }) => atMs < death.fromMs);
      if (before === undefined || before.state === 'dead' || before.state === 'left') continue;
      knew++;
      const found = about.find(({ atMs, state }) => atMs >= death.fromMs && state === 'dead');
      if (found === undefined) continue;
      heldDeadMs.push(found.atMs - death.fromMs);
      if (first === undefined || found.atMs < first.atMs) first = found;
    }
    heldDeadMs.sort((a, b) => a - b);
    return { ...death, knew, heldDeadMs, cause: first?.cause ?? null };
  });
}

/** A death that was over before it was found says nothing of how long finding takes. */
export interface DetectionTimes {
  first: Sample;
  all: Sample;
}

/** The never found are infinite; whoever came back before is left out, and so is a death of whom nobody knew. */
export function detectionTimes(deaths: readonly DetectedDeath[], endedAtMs: number): DetectionTimes {
  const times = (ofOne: (death: DetectedDeath) => number | undefined): Sample =>
    sampleOf(
      deaths.flatMap((death) => {
        if (death.knew === 0) return [];
        const found = ofOne(death);
        if (found !== undefined) return [found];
        return death.untilMs < endedAtMs ? [] : [Infinity];
      }),
    );
  return {
    first: times(({ heldDeadMs }) => heldDeadMs[0]),
    all: times(({ heldDeadMs, knew }) => (heldDeadMs.length === knew ? heldDeadMs.at(-1) : undefined)),
  };
}

export function p50AndMax(sample: Sample): { p50: number | null; max: number | null } {
  return { p50: finiteOrNull(percentile(sample, 50)), max: finiteOrNull(percentile(sample, 100)) };
}
