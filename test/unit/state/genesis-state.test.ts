import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { developmentState, GenesisState } from '../../../src/state/genesis-state.ts';
import { parseGenesis } from '../../../src/state/genesis.ts';
import { GWEI, makeTransaction } from '../../helpers/make-transaction.ts';

/** As hardhat and anvil print them. */
const WELL_KNOWN: Hex[] = [
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
  '0x90f79bf6eb2c4f870365e785982e1f101e93b906',
  '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65',
  '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc',
  '0x976ea74026e726554db657fa54763abd0c3a0aa9',
  '0x14dc79964da2c08b23698b3d3cc7ca32193d9955',
  '0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f',
  '0xa0ee7a142d267c1f36714e4a8f75612f20a79720',
];

describe('GenesisState', () => {
  it('answers from the accounts of the genesis, 0 for the others', () => {
    const state = new GenesisState(
      parseGenesis(
        JSON.stringify({
          config: { chainId: 5 },
          gasLimit: '8000000',
          baseFeePerGas: '0x10',
          alloc: { [WELL_KNOWN[0]!.toUpperCase().slice(2)]: { balance: '77', nonce: '0x9', code: '0xFE' } },
        }),
      ),
    );
    assert.deepEqual([state.chainId, state.blockGasLimit, state.baseFee], [5n, 8_000_000n, 16n]);
    assert.deepEqual([state.balance(WELL_KNOWN[0]!), state.nonce(WELL_KNOWN[0]!)], [77n, 9n]);
    assert.deepEqual([state.balance(WELL_KNOWN[1]!), state.nonce(WELL_KNOWN[1]!)], [0n, 0n]);
    assert.deepEqual([state.code(WELL_KNOWN[0]!), state.code(WELL_KNOWN[1]!)], ['0xfe', '0x']);
  });
});

describe('developmentState', () => {
  const state = developmentState();

  it('is the chain hardhat and anvil start with', () => {
    assert.deepEqual([state.chainId, state.blockGasLimit, state.baseFee], [31_337n, 30_000_000n, GWEI]);
    for (const address of WELL_KNOWN) {
      assert.deepEqual([state.balance(address), state.nonce(address)], [10_000n * 10n ** 18n, 0n], address);
    }
  });

  it('funds as many accounts as are asked for', () => {
    const two = developmentState(2);
    assert.ok(two.balance(WELL_KNOWN[1]!) > 0n);
    assert.equal(two.balance(WELL_KNOWN[2]!), 0n);
  });

  it('is one a pool takes transactions over', () => {
    const pool = new Mempool(state);
    const outcome = pool.add(makeTransaction({ sender: WELL_KNOWN[9]! }), 'local', 0);
    assert.equal(outcome.status, 'pending');
    assert.equal(
      pool.add(makeTransaction({ sender: '0x00000000000000000000000000000000000000ff' }), 'local', 0).status,
      'refused',
    );
  });
});
