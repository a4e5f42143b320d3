import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FATES } from '../../../../testnet/measure/ledger.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import type { Summary } from '../../../../testnet/measure/summary.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { seeded } from '../../../helpers/seed.ts';
import { recordOf, syntheticRecord } from '../../../helpers/synthetic-record.ts';

const records = fc
  .record({
    nodes: fc.integer({ min: 3, max: 25 }),
    transactions: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    lossShare: fc.constantFrom(0, 0.02, 0.4),
  })
  .map((options) => ({ options, record: syntheticRecord(options) }));

describe('summarize', () => {
  it('has every figure of the record done by hand', () => {
    const expected: Summary = {
      network: 'simulated',
      seed: 1,
      nodes: 4,
      valid: true,
      invalidBecause: [],
      transactions: { submitted: 3, accepted: 2, rejected: 1 },
      refusals: { expected: 0, unexpected: 1, entryDown: 0, noAnswer: 0, invalidAccepted: 0 },
      generatorLagMs: { p50: 0, p99: 0, max: 0 },
      coverage: { mean: 0.75, min: 0.75 },
      latencyMs: { count: 4, p50: 11, p90: null, p99: null, max: null },
      // t50 is when the second node has it: 11 and 10.
      timeToMs: {
        t50: { p50: 10, p99: 11 },
        t90: { p50: null, p99: null },
        t99: { p50: null, p99: null },
        t100: { p50: null, p99: null },
      },
      redundancy: 0,
      copiesAfterFirst: { mean: null, p50: null, p99: null, max: null },
      relativeMessageRedundancy: -1,
      stretch: { p50: null, p90: null, p99: null },
      hops: { mean: 1.25, max: 2 },
      hopMs: { link: 10, queue: 0, validation: 0, batching: 0 },
      fates: {
        entry: 2,
        'delivered-rpc': 0,
        'delivered-push': 2,
        'delivered-pull': 1,
        'delivered-sync': 1,
        late: 1,
        refused: 1,
        'node-down': 0,
        queued: 0,
        'cut-off': 0,
        lost: 0,
      },
      provenance: { rpc: 2, push: 2, pull: 1, sync: 1 },
      bytes: { payload: 0, duplicate: 0, control: 0, sync: 0, members: 0, other: 0, total: 0 },
      conserved: true,
      order: { pairs: 3, inverted: 0, filledBy: { rpc: 0, push: 0, pull: 0, sync: 0 }, open: 0 },
      timeToConnectedMs: { connected: null, meshed: null },
      connections: { mean: null, min: null, max: null },
      membership: {
        deaths: null,
        overBefore: null,
        detectionMs: { first: { p50: null, max: null }, all: { p50: null, max: null } },
        foundBy: { refused: null, silent: null, unreachable: null, told: null },
        falseDeaths: null,
        falseSuspicions: null,
        links: { cut: null, slow: null },
        complete: null,
        messagesPerNodeSecond: null,
        bytesPerNodeSecond: null,
      },
      cpuMsPerDelivery: null,
      rssBytesMax: null,
      digest: null,
    };
    const { summary, details } = summarize(handRecord());
    assert.deepEqual(summary, expected);
    assert.deepEqual(details.times, { readyAtMs: 0, submittedMs: 500, endedMs: 1000 });
    assert.deepEqual(
      [details.pairs, details.deliveries, details.slowestDeliveryMs, details.edges.length],
      [6, 4, 21, 3],
    );
    assert.deepEqual(details.latencyCdf, { at: [10, 11, 21], share: [2 / 6, 3 / 6, 4 / 6] });
    assert.deepEqual(details.submitMs, { answerP50: 1, answerP99: 1 });
  });

  it('has dead nodes out of coverage and tX, and in the latency', () => {
    const { summary } = summarize(handRecord({ downtimes: [{ node: 3, fromMs: 500, untilMs: null }] }));
    assert.deepEqual(summary.coverage, { mean: 1, min: 1 });
    assert.deepEqual(summary.timeToMs.t100, { p50: 10, p99: 21 });
    assert.deepEqual(summary.latencyMs, { count: 4, p50: 11, p90: null, p99: null, max: null });
    // A simulated node that died is still asked what it counted; a killed process is not.
    assert.equal(summary.conserved, true);
    const local = summarize(
      handRecord({ network: 'local', downtimes: [{ node: 3, fromMs: 500, untilMs: null }] }),
    );
    assert.equal(local.summary.conserved, null);
    assert.equal(local.summary.bytes.total, null);
    assert.equal(local.details.bytes.unmeasured, 'node 3 was down while it was measured');
  });

  it('of a run without transactions has no figure it did not measure', () => {
    const { summary } = summarize(recordOf([[], []]));
    assert.deepEqual(summary.coverage, { mean: null, min: null });
    assert.deepEqual(summary.latencyMs, { count: 0, p50: null, p90: null, p99: null, max: null });
    assert.equal(summary.redundancy, null);
  });

  it('counts departures while measured', () => {
    const left = (atMs: number) => ({ kind: 'departure', atMs, hash: '0x01', reason: 'evicted' }) as const;
    assert.deepEqual(summarize(recordOf([[left(-1), left(0), left(1000), left(1001)]])).details.departures, {
      evicted: 2,
    });
  });

  it('goes into JSON and back without loss', () => {
    const { summary, details } = summarize(syntheticRecord());
    const both = { summary, details };
    assert.deepEqual(JSON.parse(JSON.stringify(both)), both);
  });

  it('contradicts itself nowhere', () => {
    fc.assert(
      fc.property(records, ({ record }) => {
        const { summary, details } = summarize(record);
        const { counts } = details.ledger;
        const { nodes, transactions, latencyMs, bytes, provenance, timeToMs, coverage } = summary;
        const total = FATES.reduce((sum, fate) => sum + counts[fate], 0);
        assert.equal(total, transactions.accepted * nodes, 'one fate for every pair');
        const delivered = FATES.filter((fate) => fate.startsWith('delivered')).reduce(
          (sum, fate) => sum + counts[fate],
          0,
        );
        assert.equal(delivered, latencyMs.count, 'deliveries of the ledger and of the latencies');
        assert.equal(
          counts.entry + delivered,
          provenance.rpc + provenance.push + provenance.pull + provenance.sync,
        );
        assert.equal(
          details.hops.histogram.reduce((sum, count) => sum + count, 0) + details.hops.unknown,
          delivered,
        );
        assert.equal(
          details.latencyByNode.reduce((sum, node) => sum + node.deliveries, 0),
          delivered,
        );
        if (coverage.mean !== null) {
          assert.ok(
            Math.abs(coverage.mean - (counts.entry + delivered) / total) < 1e-9,
            'coverage of the ledger',
          );
        }
        const rising = [latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs.max].map(
          (ms) => ms ?? Infinity,
        );
        assert.deepEqual(
          rising,
          rising.toSorted((a, b) => a - b),
          'percentiles rise',
        );
        const tX = [timeToMs.t50, timeToMs.t90, timeToMs.t99, timeToMs.t100].map(
          ({ p50 }) => p50 ?? Infinity,
        );
        assert.deepEqual(
          tX,
          tX.toSorted((a, b) => a - b),
          'tX rises',
        );
        assert.equal(timeToMs.t100.p99 !== null, coverage.min === 1, 't100 is reached when everybody is');
        assert.equal(
          bytes.payload! + bytes.duplicate! + bytes.control! + bytes.sync! + bytes.other!,
          bytes.total,
        );
        assert.equal(summary.conserved, true);
      }),
      { numRuns: 60, ...seeded() },
    );
  });

  it('has the redundancy of a flood from its edges: two copies an edge for each transaction', () => {
    fc.assert(
      fc.property(records, ({ options, record }) => {
        fc.pre(options.lossShare === 0);
        const { summary, details } = summarize(record);
        assert.equal(summary.redundancy, (2 * record.edges.length) / (options.nodes - 1));
        assert.equal(details.relativeMessageRedundancy, summary.redundancy - 1);
        assert.deepEqual(summary.coverage, { mean: 1, min: 1 });
      }),
      { numRuns: 30, ...seeded() },
    );
  });
});
