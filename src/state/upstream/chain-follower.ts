/**
 * Keeps the pool in step with the upstream's chain.
 *
 *   look ── the head, told by subscription or asked for every poll
 *     │ new
 *     ├─ walk back to a block that is known            chain-walk.ts
 *     ├─ ask for the accounts the blocks touched       accounts.ts
 *     ├─ state and pool move on, in one turn           included leave, orphaned are back, stale are demoted or dropped
 *     └─ tell who listens
 *
 * When a look fails the upstream is away: the state stays where it is, and every later look is an attempt to return.
 */
import type { Hex } from '../../bytes.ts';
import type { Cancel, Clock } from '../../environment.ts';
import type { GivenBack, HeadChange, Mempool } from '../../mempool/mempool.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Account } from './account-cache.ts';
import { RecentHeads, walkBack, type Way } from './chain-walk.ts';
import { NoAnswerError } from './connection.ts';
import { Forwarder } from './forwarder.ts';
import { IncludedMemory } from './included-memory.ts';
import type { UpstreamState } from './upstream-state.ts';

/** While heads are told unasked: how long a connection that died without a word goes unnoticed. */
const WATCHDOG_INTERVAL_MS = 15_000;

/** The pool may take newcomers while their accounts are asked for; each round takes a round trip. */
const MAX_ROUNDS = 16;

export interface ChainFollowerInit {
  state: UpstreamState;
  pool: Mempool;
  clock: Clock;
  log: Logger;
  /** What a head changed in the pool. */
  onChange: (change: HeadChange, atMs: number) => void;
}

export class ChainFollower {
  readonly #state: UpstreamState;
  readonly #pool: Mempool;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onChange: ChainFollowerInit['onChange'];
  readonly #recent: RecentHeads;
  readonly #included: IncludedMemory;
  readonly #forwarder: Forwarder | undefined;
  readonly #unsubscribe: (() => void)[];
  #cancelNext: Cancel | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #subscribed = false;
  #failures = 0;
  #stopped = false;

  constructor({ state, pool, clock, log, onChange }: ChainFollowerInit) {
    const { options } = state;
    this.#state = state;
    this.#pool = pool;
    this.#clock = clock;
    this.#log = log;
    this.#onChange = onChange;
    this.#recent = new RecentHeads(state.head.hash, options.maxDepth);
    this.#included = new IncludedMemory({ maxBytes: options.maxIncludedBytes, maxDepth: options.maxDepth });
    this.#forwarder = options.forward
      ? new Forwarder({
          pool,
          queue: state.queue,
          // One request is left for accounts, on which transactions wait.
          maxUnderWay: options.maxBatchCalls * Math.max(1, options.maxRequests - 1),
          log,
          clock,
          retryMs: options.pollMs,
          onNoAnswer: () => this.#look(),
        })
      : undefined;
    this.#unsubscribe = [
      pool.subscribe(({ promoted }) => this.#forwarder?.offer(promoted)),
      state.onSuspicion(() => this.#look()),
    ];
  }

  start(): void {
    this.#look();
    this.#forwarder?.offer(this.#pool.pendingTransactions());
  }

  /** Ends the connection too. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelNext?.();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#state.close();
    await this.#looking;
  }

  /** One look at a time; who asks for one meanwhile gets another after it. */
  #look(): void {
    if (this.#stopped) return;
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
      if (this.#stopped) return;
      // Asked for in the moment it ended.
      if (this.#again) {
        this.#look();
        return;
      }
      const delayMs = this.#subscribed ? WATCHDOG_INTERVAL_MS : this.#state.options.pollMs;
      this.#cancelNext = this.#clock.after(delayMs, () => this.#look());
    });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        if (this.#failures > 0) await this.#state.checkChain();
        await this.#subscribe();
        const latest = await this.#state.latestBlock();
        if (latest === undefined) throw new Error('the upstream has no block');
        if (latest.head.hash !== this.#state.head.hash) await this.#follow(latest.head.hash);
        this.#answered();
      } catch (error) {
        this.#failed(error as Error);
        return;
      }
    }
  }

  async #subscribe(): Promise<void> {
    const { connection } = this.#state;
    if (this.#subscribed || connection.subscribe === undefined) return;
    let lost = false;
    await connection.subscribe(
      () => this.#look(),
      () => {
        lost = true;
        this.#subscribed = false;
        this.#look();
      },
    );
    this.#subscribed = !lost;
  }

  #answered(): void {
    this.#failures = 0;
    if (this.#state.health().reachable) {
      this.#forwarder?.catchUp(this.#clock.nowMs());
      return;
    }
    this.#state.setProblem(undefined);
    this.#log.warn(
      { upstream: this.#state.connection.name, head: this.#state.head.number.toString() },
      'upstream answers again',
    );
    this.#forwarder?.resume();
  }

  #failed(error: Error): void {
    if (this.#stopped) return;
    this.#failures++;
    this.#subscribed = false;
    this.#state.connection.reset();
    // An error it answered with may be of a head that was replaced while it was followed; not twice.
    const away = error instanceof NoAnswerError || this.#failures > 1;
    if (!away) {
      this.#log.debug({ reason: error.message }, 'following the upstream failed, will try again');
      return;
    }
    if (this.#state.health().reachable) {
      this.#log.warn(
        { upstream: this.#state.connection.name, reason: error.message },
        'upstream does not answer: going on with its last head',
      );
    }
    this.#state.setProblem(error.message);
    this.#forwarder?.pause();
  }

  async #follow(hash: Hex): Promise<void> {
    const state = this.#state;
    const way = await walkBack(hash, this.#recent, state.options.maxDepth, (each) => state.blockByHash(each));
    // Replaced meanwhile: there is another by now.
    if (way === undefined) {
      this.#again = true;
      return;
    }
    const fresh = await this.#refresh(way);
    // From here on in one turn: nobody sees the state at one head and the pool at another, and what the chain gives
    // back is in the pool before a peer can bring it as its own.
    const atMs = this.#clock.nowMs();
    const orphaned = way.kind === 'extended' ? [] : this.#orphaned(fresh);
    const holding = [...this.#pool.senders(), ...orphaned.map(({ transaction }) => transaction.sender)];
    state.moveOn(way.newest, holding, fresh);
    this.#recent.follow(way);
    this.#rememberIncluded(fresh);
    const change = this.#pool.onHead(fresh.keys(), atMs, orphaned);
    for (const { transaction } of change.returned) {
      if (this.#pool.has(transaction.hash)) this.#included.forget(transaction.hash);
    }
    this.#onChange(change, atMs);
    this.#say(way);
    this.#forwarder?.onHead();
    for (const { head } of way.blocks.length > 0 ? way.blocks : [way.newest]) state.tell(head);
  }

  /**
   * The accounts of the pool's senders at the new head: those its blocks touched, those not known, and of the others
   * the longest unasked, because a contract may have paid them. After a reorganisation all, and those that sent what
   * was included, because what the orphaned blocks touched is no longer known.
   */
  async #refresh({ kind, newest, blocks }: Way): Promise<Map<Hex, Account>> {
    const { accounts, options } = this.#state;
    const fresh = new Map<Hex, Account>();
    const touched = (address: Hex): boolean => blocks.some((block) => block.touched.has(address));
    const dueForRefresh = new Set<Hex>();
    for (const address of accounts.held()) {
      if (dueForRefresh.size >= options.maxRefreshed) break;
      dueForRefresh.add(address);
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const wanted = new Set(this.#pool.senders());
      if (kind !== 'extended') {
        for (const { transaction } of this.#included.entries()) wanted.add(transaction.sender);
      }
      const missing = [...wanted].filter(
        (address) =>
          !fresh.has(address) &&
          (kind !== 'extended' || touched(address) || dueForRefresh.has(address) || !accounts.has(address)),
      );
      if (missing.length === 0) return fresh;
      for (const [address, account] of await accounts.fetch(missing, newest.head.hash))
        fresh.set(address, account);
    }
    throw new Error('the pool takes senders faster than the upstream answers for them');
  }

  /** Those the pool is about to lose as included. */
  #rememberIncluded(fresh: ReadonlyMap<Hex, Account>): void {
    const { number } = this.#state.head;
    this.#included.age(number);
    for (const [address, { nonce }] of fresh) {
      const { pending, queued } = this.#pool.contentFrom(address);
      for (const transaction of [...pending, ...queued]) {
        if (transaction.nonce >= nonce) break;
        this.#included.remember({ transaction, origin: this.#pool.get(transaction.hash)!.origin }, number);
      }
    }
  }

  /** What the chain has no longer: its sender has not reached that nonce. In the order it left the pool. */
  #orphaned(fresh: ReadonlyMap<Hex, Account>): GivenBack[] {
    return this.#included
      .entries()
      .filter(({ transaction }) => transaction.nonce >= fresh.get(transaction.sender)!.nonce);
  }

  #say({ kind, newest, orphaned, blocks }: Way): void {
    const head = { number: newest.head.number.toString(), hash: newest.head.hash };
    if (kind === 'extended') this.#log.debug({ ...head, blocks: blocks.length }, 'head');
    else if (kind === 'reorganised')
      this.#log.info({ ...head, orphaned, blocks: blocks.length }, 'chain reorganised');
    else this.#log.warn(head, 'no ancestor known of the new head: all accounts were asked for again');
  }
}
