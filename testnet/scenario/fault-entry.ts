/** One entry of the timeline, as it is written. */
import { FAULT_KINDS } from './faults-fields.ts';
import type { FaultKind } from './faults-fields.ts';
import type { ScenarioFields } from './scenario.ts';
import { durationMs } from './units.ts';

export type WrittenEntry = ScenarioFields['faults']['timeline'][number];

/** What it does; more or less than one thing is refused. */
export function kindsOf(entry: { [Kind in FaultKind]?: unknown }): FaultKind[] {
  return FAULT_KINDS.filter((kind) => entry[kind] !== undefined);
}

/** How long it lasts; undefined: until another says so. */
export function lastingMs(entry: Pick<WrittenEntry, 'for' | 'forMs'>): number | undefined {
  return entry.for === undefined ? entry.forMs : durationMs(entry.for);
}
