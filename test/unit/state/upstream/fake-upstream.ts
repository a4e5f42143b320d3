/** An Ethereum node made of a map: blocks, nonces and balances by block, and what it was asked. */
import type { Hex } from '../../../../src/bytes.ts';
import { ChainError } from '../../../../src/state/chain.ts';
import {
  NoAnswerError,
  type Connection,
  type RpcAnswer,
  type RpcCall,
} from '../../../../src/state/upstream/connection.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { ETHER } from '../../../helpers/make-transaction.ts';
import type { ManualClock } from '../../../helpers/manual-clock.ts';

export interface FakeBlock {
  number: number;
  hash: Hex;
  parentHash: Hex;
  transactions: Transaction[];
  nonces: Map<Hex, bigint>;
}

function blockHash(n: number): Hex {
  return `0x${n.toString(16).padStart(64, 'b')}`;
}

function hex(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

export class FakeUpstream implements Connection {
  readonly name = 'fake';
  readonly blocks = new Map<Hex, FakeBlock>();
  readonly calls: RpcCall[] = [];
  readonly balances = new Map<Hex, bigint>();
  readonly sent: Hex[] = [];
  head: FakeBlock;
  chainId = 31_337;
  down = false;
  closed = false;
  resets = 0;
  /** Answers of these methods wait until it resolves. */
  gate: { methods: readonly string[]; open: Promise<void> } | undefined;
  onSend: (raw: Hex) => ChainError | NoAnswerError | undefined = () => undefined;
  #made = 0;

  constructor() {
    this.head = this.#add(-1, blockHash(0xffff), [], new Map());
  }

  /** A block on `parent` becomes the head. */
  mine(transactions: Transaction[] = [], parent = this.head): FakeBlock {
    const nonces = new Map(parent.nonces);
    for (const { sender, nonce } of transactions) nonces.set(sender, nonce + 1n);
    this.head = this.#add(parent.number, parent.hash, transactions, nonces);
    return this.head;
  }

  asked(method: string): RpcCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  async send(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    this.calls.push(...calls);
    await new Promise(setImmediate);
    if (this.gate !== undefined && calls.some(({ method }) => this.gate?.methods.includes(method)))
      await this.gate.open;
    if (this.down) throw new NoAnswerError('fake does not answer: it is down');
    return calls.map((call) => this.#answer(call));
  }

  reset(): void {
    this.resets++;
  }

  close(): void {
    this.closed = true;
  }

  #answer({ method, params }: RpcCall): RpcAnswer {
    switch (method) {
      case 'eth_chainId':
        return { result: hex(this.chainId) };
      case 'eth_getBlockByNumber':
        return { result: this.#view(this.head, params[1] as boolean) };
      case 'eth_getBlockByHash': {
        const block = this.blocks.get(params[0] as Hex);
        return { result: block === undefined ? null : this.#view(block, params[1] as boolean) };
      }
      case 'eth_getTransactionCount':
      case 'eth_getBalance': {
        const at = this.blocks.get((params[1] as { blockHash: Hex }).blockHash);
        if (at === undefined) return { error: new ChainError(-32001, 'Resource not found') };
        const address = params[0] as Hex;
        if (method === 'eth_getBalance') return { result: hex(this.balances.get(address) ?? 100n * ETHER) };
        return { result: hex(at.nonces.get(address) ?? 0n) };
      }
      case 'eth_sendRawTransaction': {
        const raw = params[0] as Hex;
        const refused = this.onSend(raw);
        if (refused instanceof NoAnswerError) throw refused;
        if (refused !== undefined) return { error: refused };
        this.sent.push(raw);
        return { result: raw };
      }
      default:
        return { error: new ChainError(-32601, `no ${method}`) };
    }
  }

  #add(parent: number, parentHash: Hex, transactions: Transaction[], nonces: Map<Hex, bigint>): FakeBlock {
    const block = { number: parent + 1, hash: blockHash(this.#made++), parentHash, transactions, nonces };
    this.blocks.set(block.hash, block);
    return block;
  }

  #view({ number, hash, parentHash, transactions }: FakeBlock, full: boolean): Record<string, unknown> {
    return {
      number: hex(number),
      hash,
      parentHash,
      timestamp: hex(number * 12),
      gasLimit: hex(30_000_000),
      gasUsed: hex(15_000_000),
      baseFeePerGas: hex(1_000_000_000),
      transactions: full
        ? transactions.map(({ hash: transaction, sender, to }) => ({ hash: transaction, from: sender, to }))
        : transactions.map((transaction) => transaction.hash),
      uncles: [],
    };
  }
}

/** Lets everything happen that needs no more time than `ms`. */
export async function settle(clock: ManualClock, ms = 0): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    clock.advance(turn === 30 ? ms : 0);
    await new Promise(setImmediate);
  }
}
