import assert from 'node:assert/strict';
import { calibrationOf, type Calibration } from '../../../../testnet/measure/calibration.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { recordOf } from '../../../helpers/synthetic-record.ts';

/** The same with every arrival so much later. */
function later(record: ExperimentRecord, byMs: number): ExperimentRecord {
  const traces = record.traces.map(({ events, ...trace }) => ({
    ...trace,
    events: events.map((event) => (event.kind === 'arrival' ? { ...event, atMs: event.atMs + byMs } : event)),
  }));
  return { ...record, traces };
}

/** Without what comes at the last moment, which later would be another fate. */
function record(): ExperimentRecord {
  const { traces, ...rest } = handRecord();
  return {
    ...rest,
    traces: traces.map((trace) => ({ ...trace, events: trace.events.filter(({ atMs }) => atMs < 900) })),
  };
}

describe('calibrationOf', () => {
  it('finds no difference between a run and itself', () => {
    const figures = summarize(record());
    const calibration = calibrationOf(figures, figures);
    assert.equal(calibration.kolmogorovSmirnov, 0);
    assert.equal(calibration.kolmogorovSmirnovMoved, 0);
    assert.deepEqual(calibration.medianByNodeMs, { mean: 0, least: 0, most: 0 });
    assert.equal(calibration.latencyMs.p50.local, calibration.latencyMs.p50.simulated);
  });

  it('gives a constant delay as distance, as difference by node, and as nothing once the medians are aligned', () => {
    const calibration = calibrationOf(summarize(later(record(), 200)), summarize(record()));
    const { p50 } = calibration.latencyMs;
    assert.equal(p50.local! - p50.simulated!, 200);
    // Every delivery of one comes after every one of the other, so the gap is the share delivered at all.
    const { latencies } = summarize(record());
    assert.equal(calibration.kolmogorovSmirnov, latencies.finite.length / latencies.count);
    assert.equal(calibration.kolmogorovSmirnovMoved, 0);
    assert.deepEqual(calibration.medianByNodeMs, { mean: 200, least: 200, most: 200 });
  });

  it('gives provenance as shares of arrivals, and the hops of each, and the time a hop', () => {
    const calibration = calibrationOf(summarize(record()), summarize(later(record(), 200)));
    const share = (by: keyof Calibration['provenanceShare']) => calibration.provenanceShare[by].local;
    // Of tx 1 and 2: two entries, node 1 and node 0 by push, node 2 by pull and by sync.
    assert.deepEqual(
      [share('rpc'), share('push'), share('pull'), share('sync')],
      [2 / 6, 2 / 6, 1 / 6, 1 / 6],
    );
    assert.deepEqual(calibration.hops.local, calibration.hops.simulated);
    assert.equal(calibration.hopMs.local, 10);
  });

  it('measures nothing where nothing was delivered, and says so with null', () => {
    const nothing = summarize(recordOf([[], []]));
    const calibration = calibrationOf(nothing, summarize(record()));
    assert.equal(calibration.latencyMs.p50.local, null);
    assert.equal(calibration.kolmogorovSmirnovMoved, null);
    assert.equal(calibration.medianByNodeMs, null);
    assert.equal(calibration.hopMs.local, null);
    assert.doesNotThrow(() => JSON.stringify(calibration));
  });

  it('passes on why a run was invalid, by network', () => {
    const invalid = summarize(handRecord({ droppedBytes: 5 }));
    assert.ok(invalid.summary.invalidBecause.length > 0);
    const { invalid: reasons } = calibrationOf(invalid, summarize(record()));
    assert.deepEqual(reasons.local, invalid.summary.invalidBecause);
    assert.deepEqual(reasons.simulated, summarize(record()).summary.invalidBecause);
  });
});
