import assert from 'node:assert/strict';

import { isDeath } from '../../../../testnet/fuzz/faults.ts';
import { caseToJson, parseCase, resolveCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import type { FuzzCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import { promisesOf } from '../../../../testnet/fuzz/promises.ts';
import { randomCase } from '../../../../testnet/fuzz/random-case.ts';

describe('randomCase', () => {
  const cases: FuzzCase[] = [];
  before(async () => {
    for (let seed = 1; seed <= 150; seed++) cases.push(await randomCase(seed));
  });

  it('gives the same case for the same seed, and another for another', async () => {
    assert.deepEqual(await randomCase(7), cases[6]);
    assert.equal(new Set(cases.map((each) => caseToJson(each))).size, cases.length);
  });

  it('gives cases that make sense, and survive being written and read', () => {
    for (const each of cases) {
      resolveCase(each);
      assert.deepEqual(parseCase(caseToJson(each), 'a case'), each);
    }
  });

  it('goes everywhere: every graph, entry, oddity and fault, promised and not', () => {
    const kinds = new Set(cases.map(({ scenario }) => resolveKind(scenario)));
    assert.equal(kinds.size, 9, [...kinds].join());
    const faults = new Set(cases.flatMap((each) => each.faults.map(({ kind }) => kind)));
    assert.deepEqual([...faults].sort(), [
      'change',
      'crash',
      'cut',
      'freeze',
      'isolate',
      'restart',
      'slow',
      'stop',
      'vanish',
    ]);
    const submissions = cases.flatMap((each) => each.submissions);
    assert.equal(new Set(submissions.map(({ flaw }) => flaw)).size, 9);
    assert.ok(submissions.some(({ feePercent }) => feePercent !== undefined));
    assert.ok(cases.some(({ submissions: some }) => new Set(some.map(({ node }) => node)).size > 3));
    assert.ok(cases.some(({ submissions: some }) => some.length > 1000));
    const promised = cases.filter((each) => promisesOf(resolveCase(each)).everybody);
    assert.ok(
      promised.length > cases.length / 5 && promised.length < (cases.length * 3) / 4,
      `${promised.length}`,
    );
    assert.ok(promised.some((each) => each.faults.some((fault) => isDeath(fault))));
    assert.ok(promised.some((each) => each.faults.some(({ kind }) => kind === 'freeze')));
    const calm = cases.filter((each) => promisesOf(resolveCase(each)).calm);
    assert.ok(calm.length > cases.length / 10, `${calm.length}`);
  });
});

function resolveKind(scenario: Record<string, unknown>): unknown {
  return (scenario['topology'] as { kind: string }).kind;
}
