/**
 * Groups of runs side by side. A group is runs that differ by their seed alone; each figure of it is the median over
 * its runs with a 95 % bootstrap interval, and the difference to the first group is told from noise by the interval of
 * that difference: more than noise when 0 is outside.
 */
import {
  bootstrapInterval,
  percentile,
  sampleOf,
  type Interval,
  type Sample,
} from '../measure/statistics.ts';
import type { Steps } from '../measure/statistics.ts';
import type { CoverageOverTime } from '../measure/coverage.ts';
import type { Summary } from '../measure/summary.ts';
import { streamOf } from '../random.ts';
import { COMPARED_FIGURES, type ComparedFigure } from './compared-figures.ts';

export interface ComparedRun {
  /** Where its report is. */
  directory: string;
  summary: Summary;
  coverageOverTime: CoverageOverTime;
  latencies: Sample;
  /** Expectations missed. */
  missed: number;
}

export interface Group {
  name: string;
  /** What the name is made of: a part for each respect in which the groups differ. */
  factors: readonly string[];
  /** Fields of the scenario in which the groups differ, with this group's values. */
  settings: Record<string, unknown>;
  runs: ComparedRun[];
}

export interface GroupFigure {
  /** Infinity: in the median run it never happened. Null: no run measured it. */
  median: number | null;
  /** Of the median, over the runs; null with fewer than two. */
  interval: Interval | null;
  /** Against the first group; null for the first itself and where either has not been measured. */
  difference: { share: number | null; verdict: 'more' | 'less' | 'noise' | 'unknown' } | null;
}

export interface ComparisonRow {
  figure: ComparedFigure;
  groups: GroupFigure[];
}

/** Fewer runs than this on either side say nothing of noise. */
const MIN_RUNS_TO_JUDGE = 3;
const RESAMPLES = 2000;

export function compareGroups(groups: readonly Group[]): ComparisonRow[] {
  return COMPARED_FIGURES.map((figure) => {
    const valuesOf = groups.map(({ runs }) =>
      runs.map(({ summary }) => figure.of(summary)).filter((value) => value !== null),
    );
    const row = valuesOf.map((values, index): GroupFigure => {
      const median = medianOf(values);
      return {
        median,
        interval: values.length < 2 ? null : intervalOf(values, figure.name, index),
        difference: index === 0 ? null : differenceOf(valuesOf[0]!, values, figure.name, index),
      };
    });
    return { figure, groups: row };
  }).filter(({ groups: row }) => row.some(({ median }) => median !== null));
}

/** All latencies of a group as one distribution. */
export function pooledLatencies({ runs }: Group): Sample {
  const finite = new Float64Array(runs.reduce((sum, { latencies }) => sum + latencies.finite.length, 0));
  let offset = 0;
  for (const { latencies } of runs) {
    finite.set(latencies.finite, offset);
    offset += latencies.finite.length;
  }
  return { finite: finite.sort(), count: runs.reduce((sum, { latencies }) => sum + latencies.count, 0) };
}

/** Mean coverage over the runs of a group, as a step function on the times of all of them. */
export function pooledCoverage({ runs }: Group): Steps {
  const times = [...new Set(runs.flatMap(({ coverageOverTime }) => coverageOverTime.sinceMs))].sort(
    (a, b) => a - b,
  );
  const at = new Array<number>(runs.length).fill(-1);
  const share = times.map((time) => {
    const values = runs.map(({ coverageOverTime: { sinceMs, mean } }, run) => {
      while (sinceMs[at[run]! + 1]! <= time) at[run]!++;
      return at[run] === -1 ? 0 : mean[at[run]!]!;
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  return { at: times, share };
}

/** Of an even number, the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const median = (values: readonly number[]): number => medianOf(values)!;

/** Seeded by what it is about: the same runs give the same interval. */
const diceOf = (figure: string, group: number) => streamOf(1, 'bootstrap', figure, group);

function intervalOf(values: readonly number[], figure: string, group: number): Interval {
  return bootstrapInterval(values, median, diceOf(figure, group), { resamples: RESAMPLES });
}

function differenceOf(
  base: readonly number[],
  values: readonly number[],
  figure: string,
  group: number,
): GroupFigure['difference'] {
  const [before, after] = [medianOf(base), medianOf(values)];
  if (before === null || after === null) return null;
  const isRatio = Number.isFinite(before) && Number.isFinite(after) && before !== 0;
  const share = isRatio ? (after - before) / before : null;
  if (Math.min(base.length, values.length) < MIN_RUNS_TO_JUDGE) return { share, verdict: 'unknown' };
  const { low, high } = differenceInterval(base, values, figure, group);
  if (low > 0) return { share, verdict: 'more' };
  return { share, verdict: high < 0 ? 'less' : 'noise' };
}

function differenceInterval(
  base: readonly number[],
  values: readonly number[],
  figure: string,
  group: number,
): Interval {
  const random = diceOf(`difference of ${figure}`, group);
  const draw = (from: readonly number[]): number[] =>
    from.map(() => from[Math.floor(random.next() * from.length)]!);
  const differences = Array.from({ length: RESAMPLES }, () => {
    const [before, after] = [median(draw(base)), median(draw(values))];
    // Never on both sides is no difference.
    return before === after ? 0 : after - before;
  });
  const sample = sampleOf(
    differences.map((difference) => (difference === -Infinity ? -Number.MAX_VALUE : difference)),
  );
  return { low: percentile(sample, 2.5), high: percentile(sample, 97.5) };
}
