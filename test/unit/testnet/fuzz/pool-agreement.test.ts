import assert from 'node:assert/strict';

import { resolveCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import { poolsDiffer } from '../../../../testnet/fuzz/pool-agreement.ts';
import { signSubmission } from '../../../../testnet/fuzz/submission.ts';
import type { Submission } from '../../../../testnet/fuzz/submission.ts';

const usual: Submission = { atMs: 0, node: 0, account: 0, nonce: 0 };
const fee = (feePercent: number): Submission => ({ ...usual, feePercent });

/** Nodes 0 - 1 - 2 in a line, each with these pending; undefined: it is down. */
function differ(submissions: Submission[], pools: (Submission[] | undefined)[]): string | null {
  const resolved = resolveCase({
    scenario: { nodes: { count: 3 }, topology: { kind: 'line' }, workload: { senders: 2 } },
    submissions,
    faults: [],
  });
  return poolsDiffer(
    resolved,
    pools.map((held) => ({
      up: held !== undefined,
      pending: (held ?? []).map((each) => ({ ...signSubmission(each), nonce: BigInt(each.nonce) })),
    })),
  );
}

describe('poolsDiffer', () => {
  it('names the first transaction that a live neighbour lacks', () => {
    assert.equal(differ([usual], [[usual], [usual], [usual]]), null);
    assert.match(differ([usual], [[usual], [usual], []])!, /^node 1 has .* pending, its neighbour 2 has not/);
    assert.match(differ([usual], [[], [], [usual]])!, /^node 2 has .* neighbour 1 has not/);
  });

  it('does not compare what the dead divide', () => {
    assert.equal(differ([usual], [[usual], undefined, []]), null);
    assert.notEqual(differ([usual], [[usual], [], undefined]), null);
  });

  it('wants the replacement everywhere when it pays enough', () => {
    assert.notEqual(differ([usual, fee(110)], [[fee(110)], [usual], [usual]]), null);
    assert.equal(differ([usual, fee(110)], [[fee(110)], [fee(110)], [fee(110)]]), null);
  });

  it('lets each keep what came first when neither replaces the other, but wants one of them', () => {
    const rivals = [usual, fee(109)];
    assert.equal(differ(rivals, [[usual], [fee(109)], [usual]]), null);
    assert.notEqual(differ(rivals, [[usual], [], [usual]]), null);
    const sameFee: Submission = { ...usual, dataBytes: 9 };
    assert.equal(differ([usual, sameFee, usual], [[usual], [sameFee], [usual]]), null);
  });
});
