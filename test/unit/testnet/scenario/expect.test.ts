import assert from 'node:assert/strict';

import { checkExpectations } from '../../../../testnet/scenario/expect.ts';
import type { Wanted } from '../../../../testnet/scenario/expect.ts';

const FIGURES = {
  network: 'simulated',
  nodes: 10,
  coverage: { mean: 1, min: 0.95 },
  latencyMs: { p50: 40, p99: null },
  conserved: true,
  redundancy: 0,
};

const check = (path: string, wanted: Wanted) => checkExpectations({ [path]: wanted }, FIGURES)[0]!;

describe('expectations', () => {
  const cases: [path: string, wanted: Wanted, held: boolean][] = [
    ['nodes', 10, true],
    ['nodes', 11, false],
    ['coverage.min', 0.95, true],
    ['coverage.min', 1, false],
    ['latencyMs.p50', '< 41', true],
    ['latencyMs.p50', '< 40', false],
    ['latencyMs.p50', '<= 40', true],
    ['latencyMs.p50', '<= 39.9', false],
    ['latencyMs.p50', '> 39', true],
    ['latencyMs.p50', '> 40', false],
    ['latencyMs.p50', '>= 40', true],
    ['latencyMs.p50', '>= 4.1e1', false],
    ['latencyMs.p50', '== 40', true],
    ['latencyMs.p50', '==41', false],
    ['latencyMs.p50', '!= 41', true],
    ['latencyMs.p50', '!= 40', false],
    ['redundancy', 0, true],
    ['redundancy', '> -1', true],
    ['conserved', true, true],
    ['conserved', false, false],
    ['network', '== simulated', true],
    ['network', '== local', false],
    ['network', '!= local', true],
    ['network', '< 3', false],
    ['nodes', true, false],
  ];
  for (const [path, wanted, held] of cases) {
    it(`${path} ${String(wanted)} ${held ? 'holds' : 'does not hold'}`, () => {
      const result = check(path, wanted);
      assert.equal(result.held, held);
      assert.equal(result.reason === null, held);
      assert.equal(result.wanted, wanted);
    });
  }

  it('answers each in its order, with what was found', () => {
    assert.deepEqual(checkExpectations({ nodes: 10, 'coverage.min': '>= 1' }, FIGURES), [
      { path: 'nodes', wanted: 10, got: 10, held: true, reason: null },
      { path: 'coverage.min', wanted: '>= 1', got: 0.95, held: false, reason: 'is 0.95' },
    ]);
  });

  it('never holds for what was not measured, whatever is wanted', () => {
    for (const wanted of ['< 1', '!= 5', '>= 0', 0] as const) {
      const { held, got, reason } = check('latencyMs.p99', wanted);
      assert.deepEqual({ held, got, reason }, { held: false, got: null, reason: 'was not measured' });
    }
    assert.match(check('latencyMs.p99.deeper', 1).reason!, /latencyMs\.p99 was not measured/);
    assert.equal(checkExpectations({ x: 1 }, { x: undefined })[0]!.reason, 'was not measured');
    assert.equal(checkExpectations({ x: '!= 1' }, { x: NaN })[0]!.held, false);
  });

  it('never holds for an unknown figure, and says which was meant', () => {
    const near = check('coverage.mni', '!= 1');
    assert.equal(near.held, false);
    assert.equal(near.got, null);
    assert.equal(near.reason, 'there is no figure "coverage.mni"; did you mean "coverage.min"?');
    assert.match(check('coverage.xyzzy', 1).reason!, /there are mean, min/);
    assert.match(check('nodes.count', 1).reason!, /it has no parts/);
    assert.match(check('toString', '!= 1').reason!, /there is no figure/);
    assert.match(check('__proto__', '!= 1').reason!, /there is no figure/);
  });

  it('does not hold for a group of figures', () => {
    assert.match(check('coverage', '!= 1').reason!, /name one of them: mean, min/);
  });

  it('throws for what is no comparison', () => {
    for (const wanted of ['fast', '< fast', '', '=< 3'])
      assert.throws(() => check('nodes', wanted), RangeError);
  });
});
