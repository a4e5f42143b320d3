import assert from 'node:assert/strict';
import { bytesPerTransactionAndNode, t99OfMedian } from '../../../../testnet/compare/compared-figures.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import type { Summary } from '../../../../testnet/measure/summary.ts';
import {
  arrival,
  bytesByKind,
  counters,
  recordOf,
  status,
  submission,
} from '../../../helpers/synthetic-record.ts';

const summaryOf = (events: TraceEvent[][], some: Partial<ExperimentRecord> = {}): Summary =>
  summarize(recordOf(events, some)).summary;

describe('bytesPerTransactionAndNode', () => {
  it('counts a transaction that was accepted four times once', () => {
    const received = status({ counters: counters({ received: bytesByKind({ message: 600 }) }) });
    const summary = summaryOf([[arrival(1, 1, null)], [arrival(1, 2, null)]], {
      submissions: [0, 1, 0, 1].map((entry) => submission(1, { entry })),
      after: [received, received],
    });
    assert.equal(summary.transactions.accepted, 4);
    assert.equal(bytesPerTransactionAndNode(summary), 600);
  });

  it('is null without a transaction', () => {
    assert.equal(bytesPerTransactionAndNode(summaryOf([[], []])), null);
  });
});

describe('a compared time', () => {
  const submissions = [submission(1)];

  it('is infinite where transactions were followed and none was delivered', () => {
    const summary = summaryOf([[arrival(1, 1, null)], []], { submissions });
    assert.equal(summary.latencyMs.count, 0);
    assert.equal(t99OfMedian(summary), Infinity);
  });

  it('is not measured where there was nothing to wait for', () => {
    assert.equal(t99OfMedian(summaryOf([[], []])), null);
    assert.equal(t99OfMedian(summaryOf([[]], { submissions })), null);
  });
});
