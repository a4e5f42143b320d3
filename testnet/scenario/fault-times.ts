/** Times of faults as the schema lets them be written, and as everybody behind it reads them: in ms. */
import type { z } from 'zod';

import type { faultsFields } from './faults-fields.ts';
import { lastingMs } from './fault-entry.ts';
import { durationMs } from './units.ts';

type Written = z.infer<typeof faultsFields>;
type Entry = Written['timeline'][number];
type LateJoiners = NonNullable<Written['lateJoiners']>;

/** An entry of the timeline with its times resolved. */
export type TimelineEntry = Omit<Entry, 'at' | 'for' | 'atMs'> & { atMs: number };

/** `5s` becomes 5000 under the name of the field in ms. */
export function withTimesInMs({ timeline, churn, lateJoiners }: Written) {
  return {
    timeline: timeline.map(entryInMs),
    churn,
    lateJoiners: lateJoiners === null ? null : joinersInMs(lateJoiners),
  };
}

function entryInMs({ at, for: lasting, ...entry }: Entry): TimelineEntry {
  const forMs = lastingMs({ for: lasting, forMs: entry.forMs });
  return { ...entry, atMs: timeOf({ at, atMs: entry.atMs }), ...(forMs !== undefined && { forMs }) };
}

function joinersInMs({ at, ...joiners }: LateJoiners): Omit<LateJoiners, 'at' | 'atMs'> & { atMs: number } {
  return { ...joiners, atMs: timeOf({ at, atMs: joiners.atMs }) };
}

/** 0 where neither is written, which the schema's contradictions refuse before anybody reads it. */
export function timeOf({ at, atMs }: { at?: string | undefined; atMs?: number | undefined }): number {
  return at === undefined ? (atMs ?? 0) : durationMs(at);
}
