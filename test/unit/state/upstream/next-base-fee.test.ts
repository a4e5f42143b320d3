import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextBaseFee } from '../../../../src/state/upstream/next-base-fee.ts';
import { seeded } from '../../../helpers/seed.ts';

describe('base fee of the next block', () => {
  it('is as the table of geth has it (consensus/misc/eip1559, TestCalcBaseFee)', () => {
    const table: [baseFee: bigint, gasLimit: bigint, gasUsed: bigint, next: bigint][] = [
      [1_000_000_000n, 20_000_000n, 10_000_000n, 1_000_000_000n],
      [1_000_000_000n, 20_000_000n, 9_000_000n, 987_500_000n],
      [1_000_000_000n, 20_000_000n, 11_000_000n, 1_012_500_000n],
    ];
    for (const [baseFee, gasLimit, gasUsed, next] of table)
      assert.equal(nextBaseFee({ baseFee, gasLimit, gasUsed }), next);
  });

  it('moves by at most an eighth, rises when more than half full, and by at least 1 wei', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 12n),
        fc.bigInt(5000n, 10n ** 8n),
        fc.integer({ min: 0, max: 1000 }),
        (baseFee, gasLimit, perMille) => {
          const gasUsed = (gasLimit * BigInt(perMille)) / 1000n;
          const next = nextBaseFee({ baseFee, gasLimit, gasUsed });
          const target = gasLimit / 2n;
          if (gasUsed > target) assert.ok(next > baseFee);
          else assert.ok(next <= baseFee);
          const distance = next > baseFee ? next - baseFee : baseFee - next;
          // An odd gas limit has its target rounded down.
          assert.ok(distance <= (baseFee * (target + 1n)) / target / 8n + 1n);
        },
      ),
      seeded(),
    );
  });

  it('is 0 on a chain without EIP-1559', () => {
    assert.equal(nextBaseFee({ baseFee: undefined, gasLimit: 1n, gasUsed: 1n }), 0n);
  });
});
