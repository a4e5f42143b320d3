import assert from 'node:assert/strict';
import { fromHex, toHex, type Hex } from '../../../../src/bytes.ts';
import { shortIds, type SipKey } from '../../../../src/propagation/sync/short-id.ts';

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

describe('shortIds', () => {
  it('is SipHash-2-4: the vector of the reference implementation for 32 bytes', () => {
    // Key 00..0f, message 00..1f: vectors_sip64[32] of https://github.com/veorq/SipHash is ce 7c f2 72 2f 51 27 71.
    const key: SipKey = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];
    const message = Uint8Array.from({ length: 32 }, (_, i) => i);
    // The words of a hash are read as they stand; SipHash reads little-endian ones.
    const words = new DataView(message.buffer);
    const hash: Hex = `0x${Array.from({ length: 8 }, (_, i) => hex(words.getUint32(i * 4, true))).join('')}`;
    const { low, high } = shortIds([hash], key);
    assert.equal(hex(high[0]!) + hex(low[0]!), '7127512f72f27cce');
  });

  it('differs by key, and by every part of the hash', () => {
    const hash = toHex(Uint8Array.from({ length: 32 }, (_, i) => i * 7));
    const id = (of: Hex, key: SipKey): string => {
      const { low, high } = shortIds([of], key);
      return hex(high[0]!) + hex(low[0]!);
    };
    const seen = new Set([id(hash, [1, 2, 3, 4]), id(hash, [1, 2, 3, 5]), id(hash, [2, 2, 3, 4])]);
    for (let byte = 0; byte < 32; byte++) {
      const other = fromHex(hash);
      other[byte]! ^= 1;
      seen.add(id(toHex(other), [1, 2, 3, 4]));
    }
    assert.equal(seen.size, 3 + 32);
  });
});
