import type { Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { AccountView } from '../../mempool/account-view.ts';
import type { Chain, ChainHealth, Head } from '../chain.ts';
import type { Account } from './account-cache.ts';
import { Accounts } from './accounts.ts';
import { parseBlock, type Block } from './block.ts';
import { CallQueue } from './call-queue.ts';
import { NoAnswerError, resultOf, type Connection } from './connection.ts';
import { openConnection } from './open-connection.ts';
import { defaultUpstreamOptions, type UpstreamOptions } from './options.ts';

/**
 * Account state and chain of an Ethereum node. It stands at one head until it is moved on (`ChainFollower`), so that
 * the pool sees one consistent state, and keeps standing there while the node is away.
 */
export class UpstreamState implements AccountView, Chain {
  readonly chainId: bigint;
  readonly options: Readonly<UpstreamOptions>;
  readonly connection: Connection;
  /** For what comes by the hundred. */
  readonly queue: CallQueue;
  readonly accounts: Accounts;
  readonly #clock: Clock;
  readonly #listeners = new Set<(head: Head) => void>();
  readonly #suspicions = new Set<() => void>();
  #block: Block;
  #headAtMs: number;
  #problem: string | undefined;

  /**
   * Reaches the upstream and takes its head.
   * @throws {Error} saying why it cannot be reached or used.
   */
  static async connect(
    url: string,
    clock: Clock,
    given: Partial<UpstreamOptions> = {},
  ): Promise<UpstreamState> {
    const options = { ...defaultUpstreamOptions, ...given };
    const { timeoutMs, maxAnswerBytes } = options;
    const connection = await openConnection(url, { clock, timeoutMs, maxAnswerBytes });
    try {
      return await UpstreamState.over(connection, clock, options);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** As `connect`, on a connection there is. */
  static async over(
    connection: Connection,
    clock: Clock,
    options: Readonly<UpstreamOptions>,
  ): Promise<UpstreamState> {
    const chainId = await getChainId(connection);
    const block = await getBlock(connection, 'eth_getBlockByNumber', ['latest', false]);
    if (block === undefined) throw new Error(`${connection.name} has no block yet`);
    return new UpstreamState(connection, clock, options, chainId, block);
  }

  private constructor(
    connection: Connection,
    clock: Clock,
    options: Readonly<UpstreamOptions>,
    chainId: bigint,
    block: Block,
  ) {
    this.connection = connection;
    this.options = options;
    this.chainId = chainId;
    this.#clock = clock;
    this.#block = block;
    this.#headAtMs = clock.nowMs();
    this.queue = new CallQueue(connection, clock, options);
    this.accounts = new Accounts({
      queue: this.queue,
      clock,
      maxAccounts: options.maxAccounts,
      patienceMs: options.patienceMs,
      problem: () => this.#problem,
      head: block.head.hash,
    });
  }

  get head(): Head {
    return this.#block.head;
  }

  get blockGasLimit(): bigint {
    return this.#block.gasLimit;
  }

  get baseFee(): bigint {
    return this.#block.nextBaseFee;
  }

  nonce(address: Hex): bigint {
    return this.accounts.get(address).nonce;
  }

  balance(address: Hex): bigint {
    return this.accounts.get(address).balance;
  }

  prepare(addresses: readonly Hex[]): Promise<void> | undefined {
    return this.accounts.prepare(addresses);
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await ask(this.connection, method, params);
    } catch (error) {
      if (error instanceof NoAnswerError) this.suspect();
      throw error;
    }
  }

  health(): ChainHealth {
    return {
      reachable: this.#problem === undefined,
      headNumber: this.head.number,
      headHash: this.head.hash,
      headAgeMs: this.#clock.nowMs() - this.#headAtMs,
      problem: this.#problem,
    };
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of calls that got no answer, whoever made them. @returns what ends it. */
  onSuspicion(listener: () => void): () => void {
    this.#suspicions.add(listener);
    return () => this.#suspicions.delete(listener);
  }

  suspect(): void {
    for (const listener of this.#suspicions) listener();
  }

  /** Whether it can be reached is for who follows the head to say. */
  setProblem(problem: string | undefined): void {
    this.#problem = problem;
    if (problem !== undefined) this.queue.giveUp(new NoAnswerError(problem));
  }

  /** @throws {Error} when another chain answers than at the start. */
  async checkChain(): Promise<void> {
    const chainId = await getChainId(this.connection);
    if (chainId === this.chainId) return;
    throw new Error(`${this.connection.name} is now of chain ${chainId}, this node of ${this.chainId}`);
  }

  latestBlock(): Promise<Block | undefined> {
    return getBlock(this.connection, 'eth_getBlockByNumber', ['latest', false]);
  }

  /** With its transactions; undefined when the upstream has it no longer. */
  blockByHash(hash: Hex): Promise<Block | undefined> {
    return getBlock(this.connection, 'eth_getBlockByHash', [hash, true]);
  }

  /** Stands at `block` from now on. See `Accounts.moveOn`. */
  moveOn(block: Block, holding: Iterable<Hex>, fresh: ReadonlyMap<Hex, Account>): void {
    this.#block = block;
    this.#headAtMs = this.#clock.nowMs();
    this.accounts.moveOn(block.head.hash, holding, fresh);
  }

  tell(head: Head): void {
    for (const listener of this.#listeners) listener(head);
  }

  /** Calls under way end with an error. Safe to call twice. */
  close(): void {
    this.queue.stop();
    this.connection.close();
  }
}

async function ask(connection: Connection, method: string, params: readonly unknown[]): Promise<unknown> {
  const [answer] = await connection.send([{ method, params }]);
  return resultOf(answer!);
}

async function getChainId(connection: Connection): Promise<bigint> {
  const chainId = await ask(connection, 'eth_chainId', []);
  if (typeof chainId === 'string' && /^0x[0-9a-f]{1,16}$/i.test(chainId)) return BigInt(chainId);
  throw new Error(`${connection.name} answers eth_chainId with ${JSON.stringify(chainId)}`);
}

async function getBlock(
  connection: Connection,
  method: string,
  params: readonly unknown[],
): Promise<Block | undefined> {
  const answer = await ask(connection, method, params);
  return answer === null || answer === undefined ? undefined : parseBlock(answer);
}
