import assert from 'node:assert/strict';

import { resolveCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import type { FuzzCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import { randomCase } from '../../../../testnet/fuzz/random-case.ts';
import { shrink } from '../../../../testnet/fuzz/shrink.ts';
import { CASE_PASSES } from '../../../../testnet/fuzz/smaller-cases.ts';

async function smallest(start: FuzzCase, fails: (candidate: FuzzCase) => boolean): Promise<FuzzCase> {
  assert.ok(fails(start));
  const shrunk = await shrink(start, {
    fails: (candidate) => Promise.resolve(fails(candidate)),
    passes: CASE_PASSES,
    goOn: () => true,
  });
  assert.ok(shrunk.complete);
  return shrunk.smallest;
}

/** The first case of a seed that `fits`. */
async function found(fits: (candidate: FuzzCase) => boolean): Promise<FuzzCase> {
  for (let seed = 1; seed < 500; seed++) {
    const candidate = await randomCase(seed);
    if (fits(candidate)) return candidate;
  }
  throw new Error('no such case');
}

describe('CASE_PASSES', () => {
  it('leave a case that fails always two nodes, and nothing that happens', async () => {
    const start = await found(({ faults, submissions }) => faults.length > 2 && submissions.length > 10);
    const { seed } = start.scenario;
    assert.deepEqual(await smallest(start, () => true), {
      scenario: {
        seed,
        nodes: { count: 2, options: {} },
        topology: { kind: 'edges', edges: [[0, 1]] },
        links: {},
        workload: { senders: 1 },
      },
      submissions: [],
      faults: [],
    });
  });

  it('leave of a case what its failure needs: one submission, one fault, one option, three nodes', async () => {
    const fails = ({ scenario, submissions, faults }: FuzzCase): boolean => {
      const { nodes } = resolveCase({ scenario, submissions, faults }).scenario;
      return (
        nodes.count >= 3 &&
        nodes.options['gossip.history'] === 2 &&
        submissions.some(({ feePercent }) => feePercent === 150) &&
        faults.some(({ kind }) => kind === 'isolate')
      );
    };
    const { scenario, submissions, faults } = await smallest(await found(fails), fails);
    const { nodes } = resolveCase({ scenario, submissions, faults }).scenario;
    assert.equal(nodes.count, 3);
    // Another option stays when the one that matters cannot be without it.
    assert.ok(Object.keys(nodes.options).length <= 4, JSON.stringify(nodes.options));
    assert.equal(submissions.length, 1);
    assert.deepEqual(
      { ...submissions[0], nonce: 0, node: 0 },
      { atMs: 0, node: 0, account: 0, nonce: 0, feePercent: 150 },
    );
    assert.equal(faults.length, 1);
    assert.equal((faults[0] as { forMs: number }).forMs, 1);
  });
});
