/**
 * Order statistics over samples some of which are infinite: a pair that was never delivered is a sample too. The
 * finite ones are handed over sorted, the infinite ones as a count, so that a million of them cost nothing.
 */
import type { Random } from '../../src/environment.ts';

/** `finite`: ascending. `count`: all samples, the infinite ones included. */
export interface Sample {
  finite: Float64Array;
  count: number;
}

/** @throws {RangeError} when a value is NaN: it stands nowhere in an order. */
export function sampleOf(values: Iterable<number>): Sample {
  const all = Float64Array.from(values);
  let finiteCount = 0;
  for (const value of all) {
    if (Number.isNaN(value))
      throw new RangeError('a sample must not hold NaN; leave out what was not measured');
    if (value !== Infinity) all[finiteCount++] = value;
  }
  return { finite: all.slice(0, finiteCount).sort(), count: all.length };
}

/**
 * The percentile by nearest rank: the smallest sample such that at least `percent` % of all samples are no larger
 * (Hyndman and Fan 1996, definition 1). Always one of the samples, never a blend of two. Infinity when the rank
 * falls on an infinite sample, NaN when there is no sample.
 *
 * @throws {RangeError} when `percent` is not in (0, 100].
 */
export function percentile({ finite, count }: Sample, percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`a percentile lies in (0, 100], not ${percent}`);
  if (count === 0) return NaN;
  const rank = rankOf(percent, count);
  return rank <= finite.length ? finite[rank - 1]! : Infinity;
}

/** ceil(percent % of count), at least 1. Multiplied first: 7 % of 100 is 7, while 0.07 * 100 is a little more. */
function rankOf(percent: number, count: number): number {
  return Math.max(1, Math.ceil((percent * count) / 100));
}

/** What a file can hold: null for the infinite and for what was not measured. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A right-continuous step function: from `at[i]` on, the share of all samples no larger is `share[i]`. */
export interface Steps {
  at: number[];
  share: number[];
}

/**
 * The empirical distribution as steps, one per distinct value. At most `maxSteps` (2 or more) of them: above that the
 * first, the last and evenly spaced ranks between are kept, which errs by about 1 / maxSteps in the share and keeps
 * every plateau.
 */
export function ecdf({ finite, count }: Sample, maxSteps = Infinity): Steps {
  const steps: Steps = { at: [], share: [] };
  const stride = Math.max(1, Math.ceil(finite.length / (maxSteps - 1)));
  for (let rank = 1; rank <= finite.length;) {
    const value = finite[rank - 1]!;
    // A tie belongs to one step: its height is that of the last of the equal values.
    let last = rank;
    while (last < finite.length && finite[last] === value) last++;
    steps.at.push(value);
    steps.share.push(last / count);
    if (last === finite.length) break;
    rank = Math.min(last + stride, finite.length);
  }
  return steps;
}

/**
 * Two-sample Kolmogorov-Smirnov distance: the largest gap between the two empirical distributions. Infinite samples
 * count in the height of the curves. NaN when either sample is empty.
 */
export function kolmogorovSmirnov(a: Sample, b: Sample): number {
  if (a.count === 0 || b.count === 0) return NaN;
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.finite.length || j < b.finite.length) {
    const value = Math.min(a.finite[i] ?? Infinity, b.finite[j] ?? Infinity);
    while (i < a.finite.length && a.finite[i] === value) i++;
    while (j < b.finite.length && b.finite[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / a.count - j / b.count));
  }
  return distance;
}

export interface Interval {
  low: number;
  high: number;
}

/**
 * Bootstrap confidence interval, percentile method (Efron 1979): `statistic` over `resamples` draws with
 * replacement, cut at both ends. For figures across seeds, where nothing is known of their distribution.
 *
 * @throws {RangeError} when there is nothing to draw from, or `level` is not in (0, 1).
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (draw: readonly number[]) => number,
  random: Random,
  { level = 0.95, resamples = 1000 } = {},
): Interval {
  if (values.length === 0) throw new RangeError('a confidence interval needs at least one value');
  if (!(level > 0 && level < 1)) throw new RangeError(`a confidence level lies in (0, 1), not ${level}`);
  const statistics = Array.from({ length: resamples }, () =>
    statistic(values.map(() => values[Math.floor(random.next() * values.length)]!)),
  );
  const sample: Sample = { finite: Float64Array.from(statistics).sort(), count: resamples };
  const tailPercent = (100 - level * 100) / 2;
  return { low: percentile(sample, tailPercent), high: percentile(sample, 100 - tailPercent) };
}
