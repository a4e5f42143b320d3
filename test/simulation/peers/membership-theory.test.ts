/** What `npm run theory -- members` shows for 30 seeds, smaller. */
import assert from 'node:assert/strict';
import { median } from '../../../scripts/bench/median.ts';
import { estimate, MAX_STANDARD_ERRORS, standardErrorsOff } from '../../../scripts/theory/estimate.ts';
import {
  EXPECTED_MESSAGES,
  expectedDetection,
  expectedFalseAlarms,
  linearFit,
  measureDetection,
  measureDissemination,
  measureFalseAlarms,
  measureLoad,
} from '../../../scripts/theory/members.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('theory of membership', function () {
  this.timeout(60_000);

  for (const [members, kills] of [
    [10, 300],
    [100, 20],
  ] as const) {
    it(`of ${members} members who ping by chance, a dead one is found in ${expectedDetection(members).toFixed(2)} periods`, () => {
      const found = estimate(numbers(kills).map((kill) => measureDetection(kill, members, 'uniform')));
      const off = standardErrorsOff(found, expectedDetection(members));
      assert.ok(off <= MAX_STANDARD_ERRORS, `${found.mean}, off by ${off} standard errors`);
    });
  }

  for (const [helpers, seeds, periods] of [
    [0, 5, 150],
    [1, 5, 150],
    [3, 5, 400],
  ] as const) {
    const expected = expectedFalseAlarms(helpers);
    it(`at 5 % loss ${(100 * expected).toFixed(3)} % of probes fail with ${helpers} helpers, and nobody is called dead for it`, () => {
      const sum = { probes: 0, failed: 0 };
      for (const seed of numbers(seeds)) {
        const { probes, failed, declaredDead } = measureFalseAlarms(seed, helpers, periods);
        assert.equal(declaredDead, 0);
        sum.probes += probes;
        sum.failed += failed;
      }
      const standardError = Math.sqrt((expected * (1 - expected)) / sum.probes);
      const off = Math.abs(sum.failed / sum.probes - expected) / standardError;
      assert.ok(off <= MAX_STANDARD_ERRORS, `${sum.failed} of ${sum.probes}, off by ${off} standard errors`);
    });
  }

  it('a member sends a ping and an answer a period, and now and then a digest, whatever the number of members', () => {
    for (const members of [10, 100]) {
      const { messages } = measureLoad(1, members, 60);
      assert.ok(Math.abs(messages / EXPECTED_MESSAGES - 1) <= 0.02, `${messages} messages at ${members}`);
    }
  });

  it('news takes a time that grows with the logarithm of the number of members', () => {
    const points = [10, 32, 100, 316].map((members) => {
      const times = [1, 2, 3].map((seed) => measureDissemination(seed, members));
      return [Math.log2(members), median(times)] as const;
    });
    const { slope, r2 } = linearFit(points);
    assert.ok(slope > 0 && r2 >= 0.9, `${JSON.stringify(points)}: slope ${slope}, r2 ${r2}`);
  });
});
