import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keccak256 as viemKeccak256 } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { fromHex, toHex } from '../../../src/bytes.ts';
import { addressOf, keccak256, loadCrypto, recoverAddress, sign } from '../../../src/transaction/crypto.ts';
import { ADDRESS, PRIVATE_KEY, propertyOptions } from './samples.ts';

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

describe('crypto', () => {
  it('hashes nothing to the known digest', () => {
    const empty = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
    assert.equal(toHex(keccak256(new Uint8Array(0))), empty);
  });

  it('hashes as viem does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        assert.equal(toHex(keccak256(bytes)), viemKeccak256(bytes));
      }),
      propertyOptions(50),
    );
  });

  it('recovers who signed, with s in the lower half', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const privateKey = fc
      .uint8Array({ minLength: 31, maxLength: 31 })
      .map((tail) => Uint8Array.of(1, ...tail));
    fc.assert(
      fc.property(hash, privateKey, (digest, key) => {
        const { r, s, yParity } = sign(digest, key);
        assert.ok(s > 0n && s <= HALF_ORDER);
        assert.equal(recoverAddress(digest, r, s, yParity), toHex(addressOf(key)));
        assert.equal(toHex(addressOf(key)), privateKeyToAddress(toHex(key)).toLowerCase());
      }),
      propertyOptions(50),
    );
  });

  it('recovers nobody when r is not on the curve', () => {
    // 5^3 + 7 has no square root modulo the field prime.
    assert.equal(recoverAddress(new Uint8Array(32), 5n, 1n, 0), undefined);
  });

  it('refuses a key that is none', () => {
    assert.throws(() => sign(new Uint8Array(32), new Uint8Array(32)));
    assert.throws(() => sign(new Uint8Array(32), new Uint8Array(31)), RangeError);
  });

  it('can be loaded more than once', async () => {
    const { addressOf: addressOfAnother } = await loadCrypto();
    assert.deepEqual(addressOfAnother(PRIVATE_KEY), fromHex(ADDRESS));
  });
});
