import assert from 'node:assert/strict';
import { RpcFailure } from '../../../src/rpc/error.ts';
import { feeHistory, suggestedGasPrice, suggestedTip } from '../../../src/rpc/fees.ts';
import { FakeBackend, FakeState } from '../../helpers/rpc-backend.ts';

const GWEI = 10n ** 9n;
const state = new FakeState();

const refusal = (...args: Parameters<typeof feeHistory>): string => {
  const answer = feeHistory(...args);
  assert.ok(answer instanceof RpcFailure);
  assert.equal(answer.code, -32000);
  return answer.message;
};

describe('rpc fees', () => {
  it('suggest 1 gwei over the base fee', () => {
    const backend = new FakeBackend();
    assert.equal(suggestedTip(backend), GWEI);
    backend.state.baseFee = 5n * GWEI;
    assert.equal(suggestedGasPrice(backend), 6n * GWEI);
  });

  it('never suggest what the pool would refuse', () => {
    assert.equal(suggestedTip(new FakeBackend({ minTipWei: 3n * GWEI })), 3n * GWEI);
    assert.equal(suggestedGasPrice(new FakeBackend({ minFeeCapWei: 9n * GWEI })), 9n * GWEI);
  });

  it('history is genesis, however many blocks are asked for', () => {
    for (const count of [1n, 5n, 2n ** 64n]) {
      assert.deepEqual(feeHistory(state, count, 'latest', []), {
        oldestBlock: '0x0',
        baseFeePerGas: ['0x7', '0x7'],
        gasUsedRatio: [0],
      });
    }
  });

  it('history of no blocks is as geth has it', () => {
    assert.deepEqual(feeHistory(state, 0n, 'latest', []), { oldestBlock: '0x0', gasUsedRatio: null });
  });

  it('history has a reward for each percentile', () => {
    const answer = feeHistory(state, 1n, 'pending', [0, 33.3, 100]);
    assert.ok(!(answer instanceof RpcFailure));
    assert.deepEqual(answer.reward, [['0x0', '0x0', '0x0']]);
  });

  it('history refuses what cannot be asked', () => {
    assert.match(refusal(state, 1n, 3n, []), /^request beyond head block/);
    assert.match(refusal(state, 1n, 'latest', [-1]), /^invalid reward percentile: -1 /);
    assert.match(refusal(state, 1n, 'latest', [101]), /^invalid reward percentile: 101 /);
    assert.match(refusal(state, 1n, 'latest', [50, 50]), /^invalid reward percentile: #0:50 >= #1:50/);
    const tooMany = Array.from({ length: 101 }, (_, i) => i / 2);
    assert.match(refusal(state, 1n, 'latest', tooMany), /101 percentiles, at most 100/);
  });
});
