import assert from 'node:assert/strict';
import type { Group } from '../../../../testnet/compare/compare.ts';
import { crossed } from '../../../../testnet/compare/crossed.ts';

const group = (...factors: string[]): Group => ({
  name: factors.join(', '),
  factors,
  settings: {},
  runs: [],
});

describe('crossed', () => {
  it('makes a part of each value of the factor with fewer, groups in one order, named by the other', () => {
    const groups = [
      group('calm', 'push'),
      group('calm', 'pull'),
      group('calm', 'flood'),
      group('lossy', 'flood'),
      group('lossy', 'push'),
      group('lossy', 'pull'),
    ];
    const named = (all: readonly Group[]) =>
      crossed(all)!.parts.map(({ name, groups: of }) => [name, of.map((each) => each.name)]);
    const wanted = [
      ['calm', ['push', 'pull', 'flood']],
      ['lossy', ['push', 'pull', 'flood']],
    ];
    assert.deepEqual(named(groups), wanted);
    assert.deepEqual(named(groups.map(({ factors: [weather, mode] }) => group(mode!, weather!))), wanted);
  });

  it('is null where a combination is missing or there twice, or where there are not two factors of several values', () => {
    const square = [group('a', 'x'), group('a', 'y'), group('b', 'x'), group('b', 'y')];
    assert.notEqual(crossed(square), null);
    assert.equal(crossed(square.slice(1)), null);
    assert.equal(crossed([...square.slice(1), group('b', 'y')]), null);
    assert.equal(crossed(square.slice(0, 2)), null);
    assert.equal(crossed(square.map(({ factors }) => group(...factors, 'more'))), null);
    assert.equal(crossed([group('a'), group('b')]), null);
  });
});
