import type { Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import { AccountCache, type Account } from './account-cache.ts';
import type { CallQueue } from './call-queue.ts';

/** A head a round trip long is normal while an idle chain is mined in a burst; this many in a row are not. */
const MAX_ROUNDS = 8;

export interface AccountsInit {
  queue: Pick<CallQueue, 'call'>;
  clock: Clock;
  maxAccounts: number;
  patienceMs: number;
  /** Why nobody answers now; undefined while somebody does. */
  problem: () => string | undefined;
  /** Hash of the block to ask at. */
  head: Hex;
}

/** Nonce and balance at the head, asked for when they are first needed; what is under way is not asked for twice. */
export class Accounts {
  readonly #queue: Pick<CallQueue, 'call'>;
  readonly #clock: Clock;
  readonly #maxAccounts: number;
  readonly #patienceMs: number;
  readonly #problem: () => string | undefined;
  readonly #cache: AccountCache;
  #head: Hex;
  #underWay = new Map<Hex, Promise<void>>();

  constructor(init: AccountsInit) {
    this.#queue = init.queue;
    this.#clock = init.clock;
    this.#maxAccounts = init.maxAccounts;
    this.#patienceMs = init.patienceMs;
    this.#problem = init.problem;
    this.#cache = new AccountCache(init.maxAccounts);
    this.#head = init.head;
  }

  /** @throws {Error} when it was not prepared: a bug of who asks. */
  get(address: Hex): Account {
    const account = this.#cache.lastKnown(address);
    if (account === undefined) throw new Error(`account ${address} was not prepared before it was asked for`);
    return account;
  }

  has(address: Hex): boolean {
    return this.#cache.has(address);
  }

  /** Held accounts, the longest unasked first. */
  held(): Iterable<Hex> {
    return this.#cache.held();
  }

  /** As `AccountView.prepare`. */
  prepare(addresses: readonly Hex[]): Promise<void> | undefined {
    const missing = this.#missing(addresses);
    if (missing.length === 0) return undefined;
    const problem = this.#problem();
    if (problem !== undefined) return Promise.reject(unavailable(problem));
    return this.#prepare(addresses);
  }

  /** @throws {Error} when any of them cannot be had. */
  async fetch(addresses: Iterable<Hex>, blockHash: Hex): Promise<Map<Hex, Account>> {
    const fetched = await Promise.all(
      Array.from(addresses, async (address) => [address, await this.#ask(address, blockHash)] as const),
    );
    return new Map(fetched);
  }

  /** See `AccountCache.moveOn`. What is under way for the former head is dropped when it comes. */
  moveOn(head: Hex, holding: Iterable<Hex>, fresh: ReadonlyMap<Hex, Account>): void {
    this.#head = head;
    this.#underWay = new Map();
    this.#cache.moveOn(holding, fresh);
  }

  /** Uses those it has, so that they are not the next to be forgotten. */
  #missing(addresses: readonly Hex[]): Hex[] {
    return addresses.filter((address) => this.#cache.get(address) === undefined);
  }

  async #prepare(addresses: readonly Hex[]): Promise<void> {
    if (addresses.length > this.#maxAccounts) {
      throw unavailable(`${addresses.length} accounts at once, of which it keeps ${this.#maxAccounts}`);
    }
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.after(this.#patienceMs, () =>
      late.reject(unavailable(`the upstream did not answer in ${this.#patienceMs} ms`)),
    );
    try {
      // Once more when the head moved meanwhile, or a crowd of others pushed out what was already there.
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const missing = this.#missing(addresses);
        if (missing.length === 0) return;
        await Promise.race([Promise.all(missing.map((address) => this.#get(address))), late.promise]);
      }
      if (this.#missing(addresses).length > 0) throw unavailable('the head moves faster than it answers');
    } finally {
      cancel();
    }
  }

  #get(address: Hex): Promise<void> {
    const underWay = this.#underWay;
    let asking = underWay.get(address);
    if (asking === undefined) {
      asking = this.#ask(address, this.#head).then(
        (account) => {
          if (underWay === this.#underWay) this.#cache.put(address, account);
        },
        (error: unknown) => {
          // Of a head that is gone: another round asks again.
          if (underWay === this.#underWay) throw unavailable((error as Error).message);
        },
      );
      underWay.set(address, asking);
      asking.then(
        () => underWay.delete(address),
        () => underWay.delete(address),
      );
    }
    return asking;
  }

  /** EIP-1898: by hash, so that nonce and balance are of one block even when it is replaced meanwhile. */
  async #ask(address: Hex, blockHash: Hex): Promise<Account> {
    const [nonce, balance] = await Promise.all([
      this.#queue.call('eth_getTransactionCount', [address, { blockHash }]),
      this.#queue.call('eth_getBalance', [address, { blockHash }]),
    ]);
    return {
      nonce: quantity(nonce, 'eth_getTransactionCount'),
      balance: quantity(balance, 'eth_getBalance'),
    };
  }
}

function unavailable(reason: string): Error {
  return new Error(`account state is not available now: ${reason}; try again`);
}

function quantity(answer: unknown, method: string): bigint {
  if (typeof answer === 'string' && /^0x[0-9a-f]{1,64}$/i.test(answer)) return BigInt(answer);
  throw new Error(`the upstream's answer to ${method} is no quantity`);
}
