import assert from 'node:assert/strict';
import { Transaction as EthersTransaction } from 'ethers';
import { fromHex, toHex } from '../../../src/bytes.ts';
import { transactionText, transactionView } from '../../../src/rpc/transaction-view.ts';
import { decodeTransaction } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import type { UnsignedTransaction } from '../../../src/transaction/sign.ts';
import { CHAIN_ID, DEV_ACCOUNTS, signed, STRANGER } from '../../helpers/rpc-backend.ts';

const accessList = [{ address: STRANGER, storageKeys: [`0x${'07'.repeat(32)}` as const] }];
const authorization = { chainId: 0n, address: STRANGER, nonce: 9n, yParity: 1, r: 0x10n, s: 0x20n };

const view = (raw: Uint8Array) => {
  const decoded = decodeTransaction(raw, { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID });
  assert.ok('hash' in decoded, 'message' in decoded ? decoded.message : '');
  const transaction = recoverSender(decoded);
  assert.ok('hash' in transaction);
  const shown = transactionView(transaction);
  assert.deepEqual(transactionText.parse(shown), shown);
  return shown;
};

const COMMON = [
  'blockHash',
  'blockNumber',
  'from',
  'gas',
  'gasPrice',
  'hash',
  'input',
  'nonce',
  'r',
  's',
  'to',
  'transactionIndex',
  'type',
  'v',
  'value',
];
const KEYS = {
  unprotected: COMMON,
  legacy: [...COMMON, 'chainId'],
  accessList: [...COMMON, 'chainId', 'accessList', 'yParity'],
  feeMarket: [...COMMON, 'chainId', 'accessList', 'yParity', 'maxFeePerGas', 'maxPriorityFeePerGas'],
  setCode: [
    ...COMMON,
    'chainId',
    'accessList',
    'yParity',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
    'authorizationList',
  ],
};

const CASES: [keyof typeof KEYS, Partial<UnsignedTransaction>][] = [
  ['unprotected', { type: 0, chainId: undefined }],
  ['legacy', { type: 0 }],
  ['accessList', { type: 1, accessList, gasLimit: 30_000n }],
  ['feeMarket', { type: 2, data: fromHex('0x00ff'), gasLimit: 30_000n }],
  ['setCode', { type: 4, authorizationList: [authorization], gasLimit: 60_000n }],
];

describe('rpc transaction view', () => {
  for (const [kind, fields] of CASES) {
    describe(kind, () => {
      const raw = signed({ nonce: 3n, ...fields });
      const shown = view(raw);

      it('has the fields of geth, no other', () => {
        assert.deepEqual(Object.keys(shown).sort(), [...KEYS[kind]].sort());
      });

      it('is in no block', () => {
        assert.deepEqual([shown.blockHash, shown.blockNumber, shown.transactionIndex], [null, null, null]);
      });

      it('says what another library reads in the bytes', () => {
        const read = EthersTransaction.from(toHex(raw));
        const signature = read.signature!;
        assert.equal(shown.hash, read.hash);
        assert.equal(shown.from, read.from!.toLowerCase());
        assert.equal(shown.from, DEV_ACCOUNTS[0]!.address);
        assert.equal(BigInt(shown.gasPrice), read.gasPrice ?? read.maxFeePerGas);
        assert.equal(BigInt(shown.gas), read.gasLimit);
        assert.equal(BigInt(shown.nonce), BigInt(read.nonce));
        assert.equal(BigInt(shown.value), read.value);
        assert.equal(shown.to, read.to!.toLowerCase());
        assert.equal(shown.input, read.data);
        assert.equal(Number(shown.type), read.type);
        assert.equal(BigInt(shown.r), BigInt(signature.r));
        assert.equal(BigInt(shown.s), BigInt(signature.s));
        const v =
          kind === 'unprotected' || kind === 'legacy'
            ? (signature.networkV ?? BigInt(signature.v))
            : BigInt(signature.yParity);
        assert.equal(BigInt(shown.v), v);
        assert.equal(shown.chainId ?? '0x0', `0x${read.chainId.toString(16)}`);
        assert.deepEqual(
          shown.accessList ?? null,
          read.accessList?.map((entry) => ({ ...entry, address: entry.address.toLowerCase() })) ?? null,
        );
        if (shown.yParity !== undefined) assert.equal(Number(shown.yParity), signature.yParity);
        if (shown.maxFeePerGas !== undefined) assert.equal(BigInt(shown.maxFeePerGas), read.maxFeePerGas);
        if (shown.maxPriorityFeePerGas !== undefined)
          assert.equal(BigInt(shown.maxPriorityFeePerGas), read.maxPriorityFeePerGas);
      });
    });
  }

  it('shows authorizations', () => {
    const shown = view(signed({ type: 4, authorizationList: [authorization], gasLimit: 60_000n }));
    assert.deepEqual(shown.authorizationList, [
      { chainId: '0x0', address: STRANGER, nonce: '0x9', yParity: '0x1', r: '0x10', s: '0x20' },
    ]);
  });

  it('shows a contract creation with to null', () => {
    assert.equal(view(signed({ to: undefined, gasLimit: 60_000n })).to, null);
  });
});
