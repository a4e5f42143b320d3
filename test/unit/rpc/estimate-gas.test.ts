import assert from 'node:assert/strict';
import { RpcFailure } from '../../../src/rpc/error.ts';
import { callRequest, estimateGas } from '../../../src/rpc/estimate-gas.ts';
import {
  BLOCK_GAS_LIMIT,
  DEV_ACCOUNTS,
  DEV_BALANCE,
  FakeState,
  STRANGER,
} from '../../helpers/rpc-backend.ts';

const from = DEV_ACCOUNTS[0]!.address;
const hex = (value: bigint | number) => `0x${value.toString(16)}`;
const state = new FakeState();
const ask = (fields: Record<string, unknown>) =>
  estimateGas(state, callRequest.parse({ to: STRANGER, ...fields }));
const gas = (fields: Record<string, unknown>): number => {
  const answer = ask(fields);
  assert.ok(typeof answer === 'string', answer instanceof RpcFailure ? answer.message : '');
  return Number(answer);
};
const refusal = (fields: Record<string, unknown>): string => {
  const answer = ask(fields);
  assert.ok(answer instanceof RpcFailure);
  assert.equal(answer.code, -32000);
  return answer.message;
};

describe('rpc estimateGas', () => {
  it('a transfer is 21000, with or without what wallets add', () => {
    assert.equal(gas({}), 21_000);
    assert.equal(
      gas({ from, value: '0x1', nonce: '0x0', type: '0x2', chainId: '0x7a69', data: '0x', input: null }),
      21_000,
    );
  });

  it('calldata costs what EIP-7623 says', () => {
    // One zero byte and one other: 5 tokens at the floor's 10.
    assert.equal(gas({ data: '0x00ff' }), 21_050);
    assert.equal(gas({ input: '0x00ff' }), 21_050);
  });

  it('an access list costs what EIP-2930 says', () => {
    const accessList = [{ address: STRANGER, storageKeys: [`0x${'01'.repeat(32)}`] }];
    assert.equal(gas({ accessList }), 21_000 + 2_400 + 1_900);
  });

  it('what would execute code is refused', () => {
    assert.match(refusal({ to: null }), /^the gas of a contract creation is not available/);
    assert.match(refusal({ to: `0x${'00'.repeat(19)}02` }), /precompiled contract is not available/);
    assert.match(refusal({ to: `0x${'00'.repeat(18)}0100` }), /precompiled contract is not available/);
    assert.match(refusal({ authorizationList: [{}] }), /authorization list is not available/);
  });

  it('the zero address is no precompile', () => {
    assert.equal(gas({ to: `0x${'00'.repeat(20)}` }), 21_000);
  });

  it('the sender must own the value', () => {
    assert.equal(refusal({ from, value: hex(DEV_BALANCE + 1n) }), 'insufficient funds for transfer');
    assert.equal(gas({ from, value: hex(DEV_BALANCE) }), 21_000);
    assert.equal(refusal({ value: '0x1' }), 'insufficient funds for transfer');
  });

  it('the sender must be able to pay the gas at the fee given', () => {
    const left = 20_999n;
    const value = hex(DEV_BALANCE - left);
    assert.equal(refusal({ from, value, maxFeePerGas: '0x1' }), 'gas required exceeds allowance (20999)');
    assert.equal(refusal({ from, value, gasPrice: '0x2' }), 'gas required exceeds allowance (10499)');
    assert.equal(gas({ from, value }), 21_000);
  });

  it('the gas given and the block bound it', () => {
    assert.equal(refusal({ gas: hex(21_040), data: '0x00ff' }), 'gas required exceeds allowance (21040)');
    const bytes = Math.ceil(Number(BLOCK_GAS_LIMIT - 21_000n) / 40) + 1;
    assert.equal(refusal({ data: `0x${'ff'.repeat(bytes)}` }), 'gas required exceeds allowance (30000000)');
  });

  it('contradictions are named', () => {
    assert.equal(
      refusal({ gasPrice: '0x1', maxFeePerGas: '0x1' }),
      'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified',
    );
    assert.equal(
      refusal({ maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' }),
      'maxFeePerGas (0x1) < maxPriorityFeePerGas (0x2)',
    );
    assert.match(refusal({ data: '0x00', input: '0x01' }), /^both "data" and "input" are set and not equal/);
    assert.equal(refusal({ chainId: '0x1' }), "chainId does not match node's (have=1, want=31337)");
  });
});
