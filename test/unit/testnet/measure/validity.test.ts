import assert from 'node:assert/strict';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { recordOf, status, submission } from '../../../helpers/synthetic-record.ts';

const reasons = (some: Partial<ExperimentRecord>) => summarize(recordOf([[]], some)).details.invalid;

describe('invalidBecause', () => {
  it('finds nothing in a quiet run', () => {
    assert.deepEqual(reasons({ submissions: [submission(1)] }), []);
  });

  it('finds answers that never came', () => {
    const submissions = [submission(1), submission(2, { refusal: 'no-answer', answeredAtMs: null })];
    assert.deepEqual(reasons({ submissions }), ['1 of 2 submissions got no answer']);
  });

  it('finds a generator that was late', () => {
    assert.match(
      reasons({ submissions: [submission(1, { sentAtMs: 101 })] }).join(),
      /left 101 ms late \(p99\), more than 100 ms/,
    );
    assert.deepEqual(reasons({ submissions: [submission(1, { sentAtMs: 100 })] }), []);
  });

  it('finds an event loop that lags and a process without time to spare', () => {
    assert.match(reasons({ after: [status({ loopDelayP99Ms: 101 })] }).join(), /event loop was 101 ms late/);
    assert.match(
      reasons({ before: [status({ cpuMs: 0 })], after: [status({ cpuMs: 910 })] }).join(),
      /used 91 % of a core/,
    );
    assert.deepEqual(
      reasons({ before: [status({ cpuMs: 0 })], after: [status({ cpuMs: 900, loopDelayP99Ms: 100 })] }),
      [],
    );
  });

  it('finds bytes that do not balance', () => {
    assert.match(reasons({ droppedBytes: 1 }).join(), /the bytes do not balance/);
  });
});
