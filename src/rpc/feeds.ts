/**
 * What can be subscribed to: newly pending transactions, by hash or whole, and new heads. Each event is turned into
 * JSON once, however many listen, and not at all when nobody does.
 */
import type { Mempool } from '../mempool/mempool.ts';
import type { Chain } from '../state/chain.ts';
import { transactionView } from './transaction-view.ts';

export type Feed = 'pendingHashes' | 'pendingTransactions' | 'newHeads';

/** @param resultText JSON of the event. Must not throw, and not wait. */
export type FeedListener = (resultText: string) => void;

export class Feeds {
  readonly #listeners: Readonly<Record<Feed, Set<FeedListener>>> = {
    pendingHashes: new Set(),
    pendingTransactions: new Set(),
    newHeads: new Set(),
  };
  readonly #ends: readonly (() => void)[];

  /** Without a chain newHeads is silent, as on a node that gets no blocks. */
  constructor(pool: Mempool, chain: Chain | undefined) {
    const { pendingHashes, pendingTransactions, newHeads } = this.#listeners;
    const endPool = pool.subscribe(({ promoted }) => {
      if (pendingHashes.size > 0) for (const { hash } of promoted) tell(pendingHashes, `"${hash}"`);
      if (pendingTransactions.size === 0) return;
      for (const transaction of promoted) {
        tell(pendingTransactions, JSON.stringify(transactionView(transaction)));
      }
    });
    const endHeads = chain?.onHead(({ header }) => {
      if (newHeads.size > 0) tell(newHeads, JSON.stringify(header));
    });
    this.#ends = endHeads === undefined ? [endPool] : [endPool, endHeads];
  }

  /** @returns what ends it. */
  listen(feed: Feed, listener: FeedListener): () => void {
    this.#listeners[feed].add(listener);
    return () => this.#listeners[feed].delete(listener);
  }

  get listenerCount(): number {
    return Object.values(this.#listeners).reduce((sum, { size }) => sum + size, 0);
  }

  stop(): void {
    for (const end of this.#ends) end();
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }
}

function tell(listeners: ReadonlySet<FeedListener>, resultText: string): void {
  for (const listener of listeners) listener(resultText);
}
