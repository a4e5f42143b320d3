/**
 * Filters: what happened since a client last asked. All filters of a kind read one log of hashes, each from its own
 * place, so that an event costs the same however many filters there are. A client that stops asking loses its filter
 * after `filterLifetimeMs`; one that asks too rarely, when the log is full: as after any other loss, it is told
 * "filter not found" and makes a new one, instead of silently missing hashes.
 */
import type { Hex } from '../bytes.ts';
import type { Cancel, Clock } from '../environment.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { Chain } from '../state/chain.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import type { FilterOptions } from './options.ts';
import { randomId } from './identifier.ts';

export type FilterKind = 'pendingHashes' | 'pendingTransactions' | 'blocks';

export interface FilterChanges {
  kind: FilterKind;
  /** In the order they happened. */
  hashes: Hex[];
}

interface Filter {
  kind: FilterKind;
  log: HashLog;
  /** Of the next hash to be told: its number since the log began. */
  next: number;
  polledAtMs: number;
}

/** Hashes from number `first` on, the first one some filter has yet to tell. */
interface HashLog {
  first: number;
  hashes: Hex[];
  /** Filters that read it. */
  readers: number;
}

const emptyLog = (): HashLog => ({ first: 0, hashes: [], readers: 0 });

export interface FiltersInit {
  pool: Mempool;
  /** Without one a filter of blocks never has any. */
  chain: Chain | undefined;
  clock: Clock;
  options: FilterOptions;
}

export class Filters {
  readonly #clock: Clock;
  readonly #options: FilterOptions;
  /** The longest unasked first. */
  readonly #filters = new Map<Hex, Filter>();
  readonly #transactions: HashLog = emptyLog();
  readonly #blocks: HashLog = emptyLog();
  readonly #ends: readonly (() => void)[];
  #cancelExpiry: Cancel | undefined;

  constructor({ pool, chain, clock, options }: FiltersInit) {
    this.#clock = clock;
    this.#options = options;
    const endPool = pool.subscribe(({ promoted }) => {
      for (const { hash } of promoted) this.#append(this.#transactions, hash);
    });
    const endHeads = chain?.onHead(({ hash }) => this.#append(this.#blocks, hash));
    this.#ends = endHeads === undefined ? [endPool] : [endPool, endHeads];
  }

  add(kind: FilterKind): Hex | RpcFailure {
    const { maxFilters } = this.#options;
    if (this.#filters.size >= maxFilters) {
      const advice = 'uninstall one that is not needed, or subscribe over WebSocket';
      return new RpcFailure(RPC_CODE.limitExceeded, `too many filters: at most ${maxFilters}; ${advice}`);
    }
    const id = randomId();
    const log = kind === 'blocks' ? this.#blocks : this.#transactions;
    this.#filters.set(id, { kind, log, next: endOf(log), polledAtMs: this.#clock.nowMs() });
    log.readers++;
    this.#expireLater();
    return id;
  }

  /** What happened since this was last asked, or since the filter was made. Undefined: there is no such filter. */
  changes(id: Hex): FilterChanges | undefined {
    const filter = this.#filters.get(id);
    if (filter === undefined) return undefined;
    const { kind, log } = filter;
    const hashes = log.hashes.slice(filter.next - log.first);
    filter.next = endOf(log);
    filter.polledAtMs = this.#clock.nowMs();
    this.#filters.delete(id);
    this.#filters.set(id, filter);
    this.#trim(log);
    return { kind, hashes };
  }

  /** Whether there was one. */
  remove(id: Hex): boolean {
    const filter = this.#filters.get(id);
    if (filter === undefined) return false;
    this.#filters.delete(id);
    filter.log.readers--;
    this.#trim(filter.log);
    return true;
  }

  get count(): number {
    return this.#filters.size;
  }

  /** Hashes some filter has yet to tell. */
  get keptHashes(): number {
    return this.#transactions.hashes.length + this.#blocks.hashes.length;
  }

  stop(): void {
    this.#cancelExpiry?.();
    for (const end of this.#ends) end();
    for (const id of [...this.#filters.keys()]) this.remove(id);
  }

  #append(log: HashLog, hash: Hex): void {
    if (log.readers === 0) {
      log.first++;
      return;
    }
    log.hashes.push(hash);
    if (log.hashes.length <= this.#options.maxFilterHashes) return;
    // Whoever is furthest behind makes room.
    const { first } = log;
    for (const [id, filter] of [...this.#filters]) {
      if (filter.log === log && filter.next === first) this.remove(id);
    }
  }

  /** Drops what every filter has told. */
  #trim(log: HashLog): void {
    let earliest = endOf(log);
    for (const filter of this.#filters.values()) {
      if (filter.log === log) earliest = Math.min(earliest, filter.next);
    }
    log.hashes.splice(0, earliest - log.first);
    log.first = earliest;
  }

  /** One timer, for the filter longest unasked. */
  #expireLater(): void {
    const [longest] = this.#filters.values();
    if (this.#cancelExpiry !== undefined || longest === undefined) return;
    const clock = this.#clock;
    const lifetimeMs = this.#options.filterLifetimeMs;
    const delayMs = Math.max(0, longest.polledAtMs + lifetimeMs - clock.nowMs());
    this.#cancelExpiry = clock.after(delayMs, () => {
      this.#cancelExpiry = undefined;
      for (const [id, { polledAtMs }] of this.#filters) {
        if (clock.nowMs() - polledAtMs < lifetimeMs) break;
        this.remove(id);
      }
      this.#expireLater();
    });
  }
}

function endOf(log: HashLog): number {
  return log.first + log.hashes.length;
}
