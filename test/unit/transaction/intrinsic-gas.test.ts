import assert from 'node:assert/strict';
import { createTxFromRLP } from '@ethereumjs/tx';
import fc from 'fast-check';
import { gasFloors } from '../../../src/transaction/intrinsic-gas.ts';
import { AUTHORIZATION, decoded, propertyOptions, signed, TO, validTransaction } from './samples.ts';

const NOTHING = { to: TO, data: new Uint8Array(0), accessList: [], authorizationList: [] };

describe('gasFloors', () => {
  it('of a plain transfer are 21,000', () => {
    assert.deepEqual(gasFloors(NOTHING), { intrinsic: 21_000, floorData: 21_000 });
  });

  it('count zero and other bytes of calldata apart (EIP-2028, EIP-7623)', () => {
    const data = Uint8Array.of(0, 0, 0, 1, 2);
    assert.deepEqual(gasFloors({ ...NOTHING, data }), {
      intrinsic: 21_000 + 3 * 4 + 2 * 16,
      floorData: 21_000 + 110,
    });
  });

  it('charge a contract creation and each word of its init code (EIP-2, EIP-3860)', () => {
    const data = new Uint8Array(33);
    assert.equal(gasFloors({ ...NOTHING, to: undefined, data }).intrinsic, 21_000 + 33 * 4 + 32_000 + 2 * 2);
  });

  it('charge each address and storage key of an access list (EIP-2930)', () => {
    const accessList = [
      { address: TO, storageKeys: [TO, TO] },
      { address: TO, storageKeys: [] },
    ];
    assert.equal(gasFloors({ ...NOTHING, accessList }).intrinsic, 21_000 + 2 * 2_400 + 2 * 1_900);
  });

  it('charge each authorization (EIP-7702)', () => {
    const authorizationList = [AUTHORIZATION, AUTHORIZATION];
    assert.equal(gasFloors({ ...NOTHING, authorizationList }).intrinsic, 21_000 + 2 * 25_000);
  });

  it('agree with @ethereumjs/tx', () => {
    fc.assert(
      fc.property(validTransaction, (unsigned) => {
        const raw = signed(unsigned);
        assert.equal(BigInt(gasFloors(decoded(raw)).intrinsic), createTxFromRLP(raw).getIntrinsicGas());
      }),
      propertyOptions(60),
    );
  });
});
