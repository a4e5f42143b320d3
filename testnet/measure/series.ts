/** Figures of every node over time. */

/** What a node says of itself at one look; null where it was down, or did not say. */
export interface Look {
  mesh: number | null;
  peers: number | null;
  pending: number | null;
  queued: number | null;
  unsettled: number | null;
  /** The lowest and the mean of the scores it gives its peers. */
  scoreLowest: number | null;
  scoreMean: number | null;
}

export type SeriesKey = keyof Look;

/** One row a node, one value a look. Only what was asked for is there. */
export interface Series extends Partial<Record<SeriesKey, (number | null)[][]>> {
  /** When each look was taken, in the time of the record. */
  atMs: number[];
}

/** `looks`: in order of time, each with one row a node. */
export function seriesOf(
  looks: readonly { atMs: number; nodes: readonly Look[] }[],
  keys: readonly SeriesKey[],
): Series {
  const nodes = looks[0]?.nodes.length ?? 0;
  const rows = (key: SeriesKey): (number | null)[][] =>
    Array.from({ length: nodes }, (_, node) => looks.map((look) => look.nodes[node]?.[key] ?? null));
  return {
    atMs: looks.map(({ atMs }) => atMs),
    ...Object.fromEntries(keys.map((key) => [key, rows(key)])),
  };
}
