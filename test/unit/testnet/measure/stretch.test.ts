import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { Overlay } from '../../../../testnet/measure/overlay.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { stretches } from '../../../../testnet/measure/stretch.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

const link = (from: number, to: number, latencyMs: number) => ({ from, to, latencyMs });
const both = (a: number, b: number, latencyMs: number) => [link(a, b, latencyMs), link(b, a, latencyMs)];

/** A triangle: 0-1 takes 10 ms, 1-2 20 ms, and 0-2 50 ms, so that the way over 1 is the shorter. */
function triangle(
  events: Parameters<typeof recordOf>[0],
  some: Partial<ExperimentRecord> = {},
): ExperimentRecord {
  return recordOf(events, {
    edges: [
      [0, 1],
      [1, 2],
      [0, 2],
    ],
    links: [...both(0, 1, 10), ...both(1, 2, 20), ...both(0, 2, 50)],
    submissions: [submission(1, { scheduledAtMs: 100 })],
    ...some,
  });
}

const stretchOf = (record: ExperimentRecord) => {
  const { finite, count } = stretches(join(record), new Overlay(record));
  return { finite: [...finite], count };
};

describe('stretch', () => {
  it('is latency over the shortest way there was', () => {
    const record = triangle([[arrival(1, 101, null)], [arrival(1, 115, 0)], [arrival(1, 160, 0)]]);
    assert.deepEqual(stretchOf(record), { finite: [1.5, 2], count: 2 });
    assert.deepEqual(summarize(record).summary.stretch, { p50: 1.5, p90: 2, p99: 2 });
    assert.deepEqual(summarize(record).details.stretchCdf, { at: [1.5, 2], share: [0.5, 1] });
  });

  it('has the never delivered as infinite, and leaves out who could not be reached', () => {
    assert.deepEqual(stretchOf(triangle([[], [arrival(1, 110, 0)], []])), { finite: [1], count: 2 });
    const cut = triangle([[], [arrival(1, 110, 0)], []], {
      downtimes: [{ node: 2, fromMs: 0, untilMs: null }],
    });
    assert.deepEqual(stretchOf(cut), { finite: [1], count: 1 });
  });

  it('takes links as they were at t0: cut, healed, slower and as before', () => {
    const events = [[], [], [arrival(1, 150, 0)]] as Parameters<typeof recordOf>[0];
    const at = (atMs: number, action: NonNullable<ExperimentRecord['faults']>[number]['action']) => {
      return { atMs, appliedAtMs: atMs, action, cause: 'test', missed: null };
    };
    const of = (...faults: NonNullable<ExperimentRecord['faults']>) =>
      stretchOf(triangle(events, { faults })).finite;
    assert.deepEqual(of(), [50 / 30]);
    const links = [[0, 1]] as const;
    assert.deepEqual(of(at(50, { kind: 'cut', links })), [1]);
    assert.deepEqual(of(at(50, { kind: 'cut', links }), at(60, { kind: 'heal', links })), [50 / 30]);
    assert.deepEqual(of(at(120, { kind: 'cut', links })), [50 / 30]);
    const slow = at(50, { kind: 'change', links, change: { latencyMs: 20 } });
    assert.deepEqual(of(slow), [50 / 40]);
    assert.deepEqual(of(slow, at(60, { kind: 'restore', links })), [50 / 30]);
  });

  it('asks for the ways by t0, whatever the order of submissions', () => {
    const submissions = [30, 10, 20].map((scheduledAtMs, index) => submission(index + 1, { scheduledAtMs }));
    const asked: number[] = [];
    stretches(join(triangle([[], [], []], { submissions })), {
      distancesFrom: (_entry, atMs) => {
        asked.push(atMs);
        return new Float64Array(3);
      },
    });
    assert.deepEqual(asked, [10, 20, 30]);
  });

  it('is not measured where nobody knows how long links are', () => {
    const { links: _, ...unknown } = triangle([[arrival(1, 101, null)], [arrival(1, 115, 0)], []]);
    assert.deepEqual(stretchOf(unknown), { finite: [], count: 0 });
    assert.deepEqual(summarize(unknown).summary.stretch, { p50: null, p90: null, p99: null });
    assert.equal(summarize(unknown).details.stretchCdf, null);
  });
});
