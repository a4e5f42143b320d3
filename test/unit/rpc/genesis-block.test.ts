import assert from 'node:assert/strict';
import { encode } from '@ethereumjs/rlp';
import { keccak256 } from 'viem';
import { RpcFailure } from '../../../src/rpc/error.ts';
import { blockText, genesisBlock, resolveBlock } from '../../../src/rpc/genesis-block.ts';
import { FakeState } from '../../helpers/rpc-backend.ts';

describe('rpc genesis block', () => {
  it('has the fields wallets read', () => {
    const block = genesisBlock(new FakeState());
    assert.deepEqual(blockText.parse(block), block);
    assert.equal(block.number, '0x0');
    assert.equal(block.gasLimit, '0x1c9c380');
    assert.equal(block.baseFeePerGas, '0x7');
    assert.equal(block.logsBloom.length, 2 + 512);
  });

  it('has the hash and the size of its own header', () => {
    const state = new FakeState();
    for (const [baseFee, gasLimit] of [
      [7n, 30_000_000n],
      [0n, 0n],
      [10n ** 9n, 2n ** 63n],
    ] as const) {
      Object.assign(state, { baseFee, blockGasLimit: gasLimit });
      const block = genesisBlock(state);
      const header = [
        block.parentHash,
        block.sha3Uncles,
        block.miner,
        block.stateRoot,
        block.transactionsRoot,
        block.receiptsRoot,
        block.logsBloom,
        0n,
        0n,
        gasLimit,
        0n,
        0n,
        block.extraData,
        block.mixHash,
        block.nonce,
        baseFee,
      ];
      assert.equal(block.hash, keccak256(encode(header)));
      assert.equal(Number(block.size), encode([header, [], []]).length);
    }
  });

  it('another chain has another hash', () => {
    const other = new FakeState();
    other.baseFee = 8n;
    assert.notEqual(genesisBlock(other).hash, genesisBlock(new FakeState()).hash);
  });

  it('is what every tag but pending means', () => {
    const state = new FakeState();
    for (const tag of ['latest', 'earliest', 'safe', 'finalized', 0n] as const) {
      assert.equal(resolveBlock(state, tag), 'genesis');
    }
    assert.equal(resolveBlock(state, 'pending'), 'pending');
    assert.ok(resolveBlock(state, 1n) instanceof RpcFailure);
  });
});
