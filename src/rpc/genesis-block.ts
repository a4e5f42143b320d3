/**
 * The one block there is. Built from the state's block parameters, because wallets read the base fee and the gas
 * limit from the latest block before they sign.
 */
import * as Rlp from 'ox/Rlp';
import { z } from 'zod';
import { fromHex, toHex, type Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import { keccak256 } from '../transaction/crypto.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { bytesText, hashText, quantityText, toQuantity, type BlockParameter } from './schemas.ts';

const zeros = (bytes: number): Hex => `0x${'00'.repeat(bytes)}`;

/** keccak-256 of the empty list and of the empty trie: no uncles, no transactions, no receipts. */
const EMPTY_UNCLES_HASH: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
const EMPTY_TRIE_ROOT: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

export const blockText = z
  .object({
    number: quantityText,
    hash: hashText,
    parentHash: hashText,
    sha3Uncles: hashText,
    miner: bytesText,
    stateRoot: hashText.meta({ description: 'all zeros: the node keeps accounts, not a trie' }),
    transactionsRoot: hashText,
    receiptsRoot: hashText,
    logsBloom: bytesText,
    difficulty: quantityText,
    gasLimit: quantityText,
    gasUsed: quantityText,
    timestamp: quantityText,
    extraData: bytesText,
    mixHash: hashText,
    nonce: bytesText,
    baseFeePerGas: quantityText,
    size: quantityText.meta({ description: 'bytes of the encoded block' }),
    transactions: z.array(z.never()),
    uncles: z.array(z.never()),
  })
  .meta({ title: 'block' });

export type BlockText = z.infer<typeof blockText>;

/** RLP writes numbers as their shortest bytes, zero as none. */
function rlpNumber(value: bigint): Hex {
  if (value === 0n) return '0x';
  const digits = value.toString(16);
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

export function genesisBlock(state: AccountView): BlockText {
  const header = {
    parentHash: zeros(32),
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: zeros(20),
    stateRoot: zeros(32),
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: zeros(256),
    extraData: '0x' as Hex,
    mixHash: zeros(32),
    nonce: zeros(8),
  };
  // Yellow Paper 4.3 with the base fee of EIP-1559: the hash follows from the fields, so equal genesis, equal hash.
  const fields: Hex[] = [
    header.parentHash,
    header.sha3Uncles,
    header.miner,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    rlpNumber(0n), // difficulty
    rlpNumber(0n), // number
    rlpNumber(state.blockGasLimit),
    rlpNumber(0n), // gas used
    rlpNumber(0n), // timestamp
    header.extraData,
    header.mixHash,
    header.nonce,
    rlpNumber(state.baseFee),
  ];
  return {
    ...header,
    number: '0x0',
    hash: toHex(keccak256(fromHex(Rlp.fromHex(fields)))),
    difficulty: '0x0',
    gasLimit: toQuantity(state.blockGasLimit),
    gasUsed: '0x0',
    timestamp: '0x0',
    baseFeePerGas: toQuantity(state.baseFee),
    size: toQuantity((Rlp.fromHex([fields, [], []]).length - 2) / 2),
    transactions: [],
    uncles: [],
  };
}

/** Which block a parameter names: genesis, what would come next, or none we have. */
export function resolveBlock(state: AccountView, block: BlockParameter): 'genesis' | 'pending' | RpcFailure {
  if (typeof block === 'object') {
    return block.blockHash === genesisBlock(state).hash
      ? 'genesis'
      : new RpcFailure(RPC_CODE.serverError, 'header for hash not found');
  }
  if (typeof block === 'bigint') {
    return block === 0n ? 'genesis' : new RpcFailure(RPC_CODE.serverError, 'header not found');
  }
  return block === 'pending' ? 'pending' : 'genesis';
}
