import assert from 'node:assert/strict';
import { createTxFromRLP } from '@ethereumjs/tx';
import fc from 'fast-check';
import { parseTransaction, recoverTransactionAddress } from 'viem';
import { toHex } from '../../../src/bytes.ts';
import { signTransaction } from '../../../src/transaction/sign.ts';
import {
  ACCESS_LIST,
  ADDRESS,
  AUTHORIZATION,
  decoded,
  DYNAMIC_FEE,
  LEGACY,
  PRIVATE_KEY,
  propertyOptions,
  SET_CODE,
  signed,
  validTransaction,
} from './samples.ts';

describe('signTransaction', () => {
  it('makes what @ethereumjs/tx holds for canonical and well signed, and decodes to what went in', () => {
    fc.assert(
      fc.property(validTransaction, (unsigned) => {
        const raw = signed(unsigned);
        const oracle = createTxFromRLP(raw);
        assert.deepEqual(oracle.serialize(), raw);
        assert.equal(oracle.getSenderAddress().toString(), ADDRESS);
        const { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value, data } = decoded(raw);
        assert.deepEqual(
          { type, chainId, nonce, gasLimit, feeCap, to, value, data },
          {
            type: unsigned.type,
            chainId: unsigned.chainId,
            nonce: unsigned.nonce,
            gasLimit: unsigned.gasLimit,
            feeCap: unsigned.feeCap,
            to: unsigned.to,
            value: unsigned.value,
            data: unsigned.data,
          },
        );
        assert.equal(tipCap, unsigned.tipCap ?? unsigned.feeCap);
      }),
      propertyOptions(60),
    );
  });

  it('makes what viem reads, of every type', async () => {
    for (const [unsigned, type] of [
      [LEGACY, 'legacy'],
      [ACCESS_LIST, 'eip2930'],
      [DYNAMIC_FEE, 'eip1559'],
      [SET_CODE, 'eip7702'],
    ] as const) {
      const serialized = toHex(signed(unsigned)) as `0x02${string}`;
      assert.equal(parseTransaction(serialized).type, type);
      const address = await recoverTransactionAddress({ serializedTransaction: serialized });
      assert.equal(address.toLowerCase(), ADDRESS);
    }
  });

  it('is deterministic', () => {
    assert.deepEqual(signed(DYNAMIC_FEE), signed(DYNAMIC_FEE));
  });

  it('refuses a field of another type', () => {
    for (const [unsigned, message] of [
      [{ ...DYNAMIC_FEE, chainId: undefined }, 'a type 2 transaction needs a chain id'],
      [{ ...LEGACY, accessList: [] }, 'a legacy transaction has no access list'],
      [{ ...DYNAMIC_FEE, authorizationList: [AUTHORIZATION] }, 'only type 4 has an authorization list'],
      [{ ...ACCESS_LIST, tipCap: 1n }, 'a type 1 transaction has one gas price: leave tipCap out'],
    ] as const) {
      assert.throws(() => signTransaction(unsigned, PRIVATE_KEY), new RangeError(message));
    }
  });
});
