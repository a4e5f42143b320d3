import assert from 'node:assert/strict';
import { parseBlock } from '../../../../src/state/upstream/block.ts';

const A = `0x${'a'.repeat(40)}`;
const B = `0x${'b'.repeat(40)}`;
const C = `0x${'c'.repeat(40)}`;
const D = `0x${'d'.repeat(40)}`;
const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;

const BLOCK = {
  number: '0x10',
  hash: hash(1),
  parentHash: hash(2),
  timestamp: '0x65',
  gasLimit: '0x1c9c380',
  gasUsed: '0xe4e1c0',
  baseFeePerGas: '0x3b9aca00',
  miner: C,
  stateRoot: hash(3),
  size: '0x200',
  totalDifficulty: '0x0',
  uncles: [],
  transactions: [
    { hash: hash(4), from: A.toUpperCase().replace('0X', '0x'), to: B, type: '0x2' },
    { hash: hash(5), from: A, to: null },
  ],
  withdrawals: [{ index: '0x1', validatorIndex: '0x1', address: D, amount: '0x1' }],
};

describe('a block of the upstream', () => {
  it('is read: head, limits, the fee that follows, and whom it touched, in lower case', () => {
    const block = parseBlock(BLOCK);
    assert.equal(block.head.number, 16n);
    assert.equal(block.head.hash, hash(1));
    assert.equal(block.head.parentHash, hash(2));
    assert.equal(block.head.timestamp, 101n);
    assert.equal(block.gasLimit, 30_000_000n);
    assert.equal(block.nextBaseFee, 1_000_000_000n);
    assert.deepEqual([...block.touched].sort(), [A, B, C, D]);
  });

  it('keeps the header as it was told, without the body', () => {
    const { transactions: _1, withdrawals: _2, uncles: _3, size: _4, totalDifficulty: _5, ...header } = BLOCK;
    assert.deepEqual(parseBlock(BLOCK).head.header, header);
  });

  it('touches nobody known when it was asked for with hashes alone', () => {
    const { touched } = parseBlock({
      ...BLOCK,
      transactions: [hash(4)],
      withdrawals: undefined,
      miner: null,
    });
    assert.equal(touched.size, 0);
  });

  it('without a base fee is of a chain that has none', () => {
    assert.equal(parseBlock({ ...BLOCK, baseFeePerGas: undefined }).nextBaseFee, 0n);
  });

  it('that is none is told from one, by the field that is wrong', () => {
    for (const [wrong, message] of [
      [{ ...BLOCK, gasLimit: '30000000' }, /^the upstream's block is not one: gasLimit: /],
      [{ ...BLOCK, hash: '0x12' }, /not one: hash: /],
      [{ ...BLOCK, transactions: [{ hash: hash(4) }] }, /not one: transactions\.0/],
      ['0x1', /not one: all of it: /],
    ] as const) {
      assert.throws(() => parseBlock(wrong), { message });
    }
  });
});
