import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { Unbroadcast } from '../../../src/propagation/unbroadcast.ts';

describe('Unbroadcast', () => {
  it('rule 26: is what was added and has not been shown', () => {
    const unbroadcast = new Unbroadcast();
    const [one, two, three]: [Hex, Hex, Hex] = ['0x1', '0x2', '0x3'];
    for (const hash of [one, two, two] as const) unbroadcast.add(hash);
    assert.deepEqual([...unbroadcast], ['0x1', '0x2']);
    unbroadcast.drop([one, three]);
    assert.deepEqual([unbroadcast.count, unbroadcast.has(one), unbroadcast.has(two)], [1, false, true]);
  });
});
