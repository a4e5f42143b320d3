import assert from 'node:assert/strict';
import { toWire } from '../../../src/rpc/wire.ts';

describe('rpc toWire', () => {
  it('writes what schemas read', () => {
    assert.deepEqual(toWire([0n, 255n, Uint8Array.of(0, 171), 'latest', true, 1.5]), [
      '0x0',
      '0xff',
      '0x00ab',
      'latest',
      true,
      1.5,
    ]);
  });

  it('to any depth', () => {
    assert.deepEqual(toWire([{ value: 1n, list: [{ data: Uint8Array.of(1) }, null] }]), [
      { value: '0x1', list: [{ data: '0x01' }, null] },
    ]);
  });

  it('leaves out what was left out at the end, and only there', () => {
    assert.deepEqual(toWire([1n, null, undefined]), ['0x1']);
    assert.deepEqual(toWire([undefined, null, '0x1']), [undefined, null, '0x1']);
    assert.deepEqual(toWire([]), []);
  });
});
