import assert from 'node:assert/strict';
import {
  compareGroups,
  medianOf,
  pooledCoverage,
  pooledLatencies,
  type ComparedRun,
  type Group,
} from '../../../../testnet/compare/compare.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { sampleOf } from '../../../../testnet/measure/statistics.ts';
import type { Summary } from '../../../../testnet/measure/summary.ts';
import { syntheticRecord } from '../../../helpers/synthetic-record.ts';

const { summary: SUMMARY } = summarize(syntheticRecord());

/** A run of which only the redundancy and the t99 matter. */
function run(redundancy: number | null, t99Ms: number | null = 100): ComparedRun {
  const summary: Summary = {
    ...SUMMARY,
    redundancy,
    timeToMs: { ...SUMMARY.timeToMs, t99: { p50: t99Ms, p99: t99Ms } },
  };
  return {
    directory: '/nowhere',
    summary,
    coverageOverTime: { sinceMs: [], mean: [], least: [], most: [] },
    latencies: sampleOf([]),
    missed: 0,
  };
}

const group = (name: string, runs: ComparedRun[]): Group => ({ name, factors: [], settings: {}, runs });

function redundancyOf(...groups: number[][]) {
  const rows = compareGroups(
    groups.map((values, i) =>
      group(
        `g${i}`,
        values.map((value) => run(value)),
      ),
    ),
  );
  return rows.find(({ figure }) => figure.name === 'redundancy')!.groups;
}

describe('compareGroups', () => {
  it('gives medians, and intervals from two runs up', () => {
    const [first, second] = redundancyOf([3, 1, 2], [5]);
    assert.equal(first!.median, 2);
    assert.ok(first!.interval!.low >= 1 && first!.interval!.high <= 3);
    assert.equal(first!.difference, null);
    assert.deepEqual([second!.median, second!.interval], [5, null]);
  });

  it('tells a difference from noise', () => {
    const noise = redundancyOf([1, 1.2, 0.8, 1.1, 0.9], [1.05, 0.95, 1.15, 0.85, 1])[1]!;
    assert.equal(noise.difference!.verdict, 'noise');
    const more = redundancyOf([1, 1.2, 0.8, 1.1, 0.9], [2, 2.2, 1.8, 2.1, 1.9])[1]!;
    assert.equal(more.difference!.verdict, 'more');
    assert.ok(Math.abs(more.difference!.share! - 1) < 1e-9);
    const less = redundancyOf([2, 2.2, 1.8, 2.1, 1.9], [1, 1.2, 0.8, 1.1, 0.9])[1]!;
    assert.equal(less.difference!.verdict, 'less');
  });

  it('says nothing of noise from fewer than three runs', () => {
    assert.equal(redundancyOf([1, 1], [9, 9, 9])[1]!.difference!.verdict, 'unknown');
  });

  it('is the same for the same runs', () => {
    assert.deepEqual(redundancyOf([1, 2, 3], [2, 3, 5]), redundancyOf([1, 2, 3], [2, 3, 5]));
  });

  it('counts what never happened as infinite, not as missing', () => {
    const groups = [
      group('all', [run(1), run(1), run(1)]),
      group('never', [run(1, null), run(1, null), run(1, 90)]),
    ];
    const row = compareGroups(groups).find(({ figure }) => figure.name === 't99, median transaction')!;
    assert.equal(row.groups[1]!.median, Infinity);
    assert.equal(row.groups[1]!.difference!.share, null);
  });

  it('leaves out what nobody measured', () => {
    const rows = compareGroups([group('a', [run(null)]), group('b', [run(null)])]);
    assert.ok(!rows.some(({ figure }) => figure.name === 'redundancy'));
  });
});

describe('medianOf', () => {
  it('is the mean of the two in the middle of an even number', () => {
    assert.equal(medianOf([4, 1, 3, 2]), 2.5);
    assert.equal(medianOf([4, 1, 3]), 3);
    assert.equal(medianOf([]), null);
  });
});

describe('pooled distributions', () => {
  const runs: ComparedRun[] = [
    {
      ...run(1),
      latencies: sampleOf([1, 5, Infinity]),
      coverageOverTime: { sinceMs: [10, 30], mean: [0.5, 1], least: [], most: [] },
    },
    {
      ...run(1),
      latencies: sampleOf([3]),
      coverageOverTime: { sinceMs: [20], mean: [1], least: [], most: [] },
    },
  ];

  it('put all latencies into one', () => {
    const { finite, count } = pooledLatencies(group('g', runs));
    assert.deepEqual([[...finite], count], [[1, 3, 5], 4]);
  });

  it('average coverage at every moment of any run', () => {
    assert.deepEqual(pooledCoverage(group('g', runs)), { at: [10, 20, 30], share: [0.25, 0.75, 1] });
  });
});
