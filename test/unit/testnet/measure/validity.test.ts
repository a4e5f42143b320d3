import assert from 'node:assert/strict';
import type { AppliedFault } from '../../../../testnet/faults/fault.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { validityFields } from '../../../../testnet/scenario/validity-fields.ts';
import { recordOf, status, submission } from '../../../helpers/synthetic-record.ts';

const summaryOf = (some: Partial<ExperimentRecord>) => summarize(recordOf([[]], some)).summary;
const reasons = (some: Partial<ExperimentRecord>) => summaryOf(some).invalidBecause;
const validity = (some: Partial<ReturnType<typeof validityFields.parse>>) => validityFields.parse(some);

describe('invalidBecause', () => {
  it('finds nothing in a quiet run', () => {
    const { valid, invalidBecause } = summaryOf({ submissions: [submission(1)] });
    assert.deepEqual({ valid, invalidBecause }, { valid: true, invalidBecause: [] });
  });

  it('finds answers that never came, but for those of nodes that were down', () => {
    const unanswered = submission(2, { refusal: 'no-answer', answeredAtMs: null });
    const { valid, invalidBecause } = summaryOf({ submissions: [submission(1), unanswered] });
    assert.deepEqual(
      { valid, invalidBecause },
      { valid: false, invalidBecause: ['1 of 2 submissions got no answer'] },
    );
    assert.deepEqual(reasons({ submissions: [submission(1), { ...unanswered, refusal: 'entry-down' }] }), []);
  });

  it('finds a generator that was late', () => {
    const late = (sentAtMs: number) => ({
      submissions: [submission(1, { sentAtMs })],
      validity: validity({ maxGeneratorLagMs: 100 }),
    });
    assert.match(reasons(late(101)).join(), /left 101 ms late \(p99\), more than 100 ms/);
    assert.deepEqual(reasons(late(100)), []);
    assert.deepEqual(summaryOf(late(101)).generatorLagMs, { p50: 101, p99: 101, max: 101 });
  });

  it('finds an event loop that lags, a process and a machine without time to spare', () => {
    const limits = validity({ maxLoopDelayMs: 100, maxProcessCpuShare: 0.9, maxMachineCpuShare: 0.8 });
    const busy = (cpuMs: number, loopDelayP99Ms = 0, cores = 2): Partial<ExperimentRecord> => ({
      before: [status({ cpuMs: 0 })],
      after: [status({ cpuMs, loopDelayP99Ms })],
      validity: limits,
      cores,
    });
    assert.match(reasons(busy(0, 101)).join(), /event loop was 101 ms late/);
    assert.match(reasons(busy(910)).join(), /a process used 91 % of a core/);
    assert.match(reasons(busy(810, 0, 1)).join(), /the nodes used 81 % of 1 cores/);
    assert.deepEqual(reasons(busy(900, 100)), []);
  });

  it('finds links that are not as asked, by the larger of what they may be off by', () => {
    const link = (askedMs: number, measuredMs: number) => ({ from: 0, to: 1, askedMs, measuredMs });
    const limits = validity({ maxLinkErrorMs: 5, maxLinkErrorShare: 0.1 });
    const off = (...linkErrors: ReturnType<typeof link>[]) =>
      reasons({ linkErrors, validity: limits }).join();
    assert.equal(off(link(100, 110), link(10, 5), link(0, 5)), '');
    assert.match(
      off(link(100, 111)),
      /emulated links were 11\.0 ms off what was asked \(p90\), more than 5 ms and 10 %/,
    );
    assert.match(off(link(100, 89)), /11\.0 ms off/);
    // One of ten may be worse.
    assert.equal(off(...Array.from({ length: 9 }, () => link(50, 50)), link(50, 90)), '');
  });

  it('finds a fault that hit nobody, and says which', () => {
    const fault: AppliedFault = {
      atMs: 250,
      appliedAtMs: 251,
      action: { kind: 'kill', node: 3 },
      cause: 'churn',
      missed: 'node 3 is down',
    };
    assert.deepEqual(reasons({ faults: [fault] }), [
      'a fault hit nobody: kill node 3, 251 ms after the start (churn): node 3 is down',
    ]);
    assert.deepEqual(reasons({ faults: [{ ...fault, missed: null }] }), []);
    const links = { ...fault, action: { kind: 'cut', links: [[0, 1]] } as const };
    assert.match(reasons({ faults: [links] }).join(), /: cut link 0-1, /);
  });

  it('finds bytes that do not balance', () => {
    assert.match(reasons({ droppedBytes: 1 }).join(), /the bytes do not balance/);
  });
});
