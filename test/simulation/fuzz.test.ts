/** A few dozen random cases, the same every time; npm run fuzz:simulation goes on from there. */
import assert from 'node:assert/strict';

import { CaseRunner } from '../../testnet/fuzz/case-runner.ts';
import { hunt } from '../../testnet/fuzz/hunt.ts';
import { randomCase } from '../../testnet/fuzz/random-case.ts';

describe('Random networks, workloads and faults', () => {
  const runner = new CaseRunner();
  after(() => runner.stop());

  it('break no invariant, and run again are the same', async () => {
    const { tally, found } = await hunt(runner, { firstSeed: 1, cases: 40 });
    assert.equal(found, undefined, JSON.stringify(found?.violations, null, 2));
    assert.equal(tally.cases, 40);
    assert.equal(tally.repeated, 4);
    // They are about something.
    assert.ok(tally.promised >= 10 && tally.arrivals > 1000 && tally.unstarted < 4, JSON.stringify(tally));
  });

  it('are given up in bounded time, and the next one runs', async () => {
    const impatient = new CaseRunner({ timeoutMs: 1 });
    const fuzzCase = await randomCase(3);
    const { violations } = await impatient.run(fuzzCase);
    assert.deepEqual(
      violations.map(({ invariant }) => invariant),
      ['in-time'],
    );
    await impatient.stop();
    assert.deepEqual((await runner.run(fuzzCase)).violations, []);
  });
});
