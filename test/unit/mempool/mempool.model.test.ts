import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Hex } from '../../../src/bytes.ts';
import { Mempool, type GivenBack, type PoolChange } from '../../../src/mempool/mempool.ts';
import { resolveMempoolOptions, type MempoolOptions } from '../../../src/mempool/options.ts';
import type { Outcome } from '../../../src/mempool/outcome.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import { FakeState } from '../../helpers/fake-state.ts';
import { GWEI, makeTransaction, senderAddress } from '../../helpers/make-transaction.ts';
import { seeded } from '../../helpers/seed.ts';
import { NaivePool, type NaiveChange, type NaiveOutcome } from './naive-pool.ts';

const SENDERS = Array.from({ length: 6 }, (_, n) => senderAddress(n));

/** So small that every limit is met all the time. */
const TINY: Partial<MempoolOptions> = {
  minTipWei: 2n * GWEI,
  slotBytes: 100,
  maxPendingTransactions: 10,
  maxPendingSlots: 14,
  maxPendingBytes: 1_300,
  maxQueuedTransactions: 6,
  maxQueuedSlots: 9,
  maxQueuedBytes: 800,
  guaranteedSlotsPerSender: 2,
  maxQueuedTransactionsPerSender: 3,
  maxQueuedSlotsPerSender: 5,
  maxQueuedBytesPerSender: 450,
  maxNonceGap: 3,
  maxEvictionsPerTransaction: 3,
  maxEvictedRemembered: 8,
  evictedRememberedMs: 40,
  queuedLifetimeMs: 200,
};

const CONFIGURATIONS: Record<string, Partial<MempoolOptions>> = {
  'as geth, but tiny': TINY,
  'pending limited per sender and in time': {
    ...TINY,
    maxPendingTransactionsPerSender: 4,
    maxPendingSlotsPerSender: 6,
    maxPendingBytesPerSender: 500,
    pendingLifetimeMs: 300,
  },
  'local transactions exempt': { ...TINY, exemptLocals: true, pendingLifetimeMs: 300 },
  'no guarantee, roomy queue per sender': {
    ...TINY,
    guaranteedSlotsPerSender: 0,
    maxQueuedTransactionsPerSender: Infinity,
    maxQueuedSlotsPerSender: Infinity,
    maxQueuedBytesPerSender: Infinity,
    maxNonceGap: Infinity,
    pendingLifetimeMs: 300,
  },
};

/** Small whole numbers, read by `Run.step`. */
const step = fc.record({
  kind: fc.integer({ min: 0, max: 99 }),
  sender: fc.nat(SENDERS.length - 1),
  offset: fc.nat(15),
  tip: fc.integer({ min: 1, max: 12 }),
  size: fc.integer({ min: 1, max: 35 }),
  local: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly state = new FakeState();
  readonly pool: Mempool;
  readonly naive: NaivePool;
  /** All that was ever offered: what a peer may bring back. */
  readonly offered: Transaction[] = [];
  readonly seen: Record<string, number>;
  /** What left as included: what a reorganisation may give back. */
  readonly included = new Map<Hex, GivenBack>();
  /** Hashes of the pending, from nothing but what the pool told its listener. */
  readonly told = new Set<Hex>();
  nowMs = 1;

  constructor(options: Partial<MempoolOptions>, seen: Record<string, number>) {
    this.seen = seen;
    this.pool = new Mempool(this.state, options);
    this.naive = new NaivePool(this.state, resolveMempoolOptions(options));
    this.pool.subscribe((change) => this.listen(change));
  }

  listen({ departed, promoted, demoted }: PoolChange): void {
    const gone = [...departed.map(({ transaction }) => transaction), ...demoted];
    const all = [...gone, ...promoted].map(({ hash }) => hash);
    assert.equal(new Set(all).size, all.length, 'told of one transaction twice');
    for (const { hash } of gone) this.told.delete(hash);
    for (const { hash } of promoted) {
      assert.ok(!this.told.has(hash), 'promoted, and was pending before');
      this.told.add(hash);
    }
  }

  step(s: Step): void {
    const sender = SENDERS[s.sender]!;
    this.nowMs += 1;
    if (s.kind < 66) this.add(this.transaction(sender, s), s);
    else if (s.kind < 76) this.again(s);
    else if (s.kind < 82) this.moveNonce(sender, s);
    else if (s.kind < 88) {
      this.state.balances.set(sender, BigInt(s.offset * s.tip) * 60_000n * GWEI);
      this.head([sender]);
    } else if (s.kind < 92) {
      this.state.baseFee = BigInt(s.offset % 8) * GWEI;
      this.head([]);
    } else if (s.kind < 93) {
      this.state.blockGasLimit = s.local ? 30_000n : 100_000n;
      this.head(undefined);
    } else if (s.kind < 96) {
      this.nowMs += s.offset * s.tip;
      const order = [...this.pool.content().keys()];
      const departed = this.pool
        .expire(this.nowMs)
        .map((d) => ({ hash: d.transaction.hash, reason: d.reason }));
      assert.deepEqual(departed, this.naive.expire(order, this.nowMs).departed);
      for (const { reason } of departed) this.count(reason);
    } else this.remove(s);
    this.compare();
  }

  transaction(sender: Hex, s: Step): Transaction {
    const next = this.pool.nextNonce(sender);
    // Half continue what is there; the others fall anywhere around it.
    const nonce = s.offset < 8 ? next : next + BigInt(s.offset - 11);
    const tipCap = BigInt(s.tip) * GWEI;
    return makeTransaction({
      sender,
      nonce: nonce < 0n ? 0n : nonce,
      tipCap,
      feeCap: tipCap + BigInt(s.size % 6) * GWEI,
      gasLimit: s.size % 9 === 0 ? 50_000n : 21_000n,
      bytes: s.size * 10,
    });
  }

  add(tx: Transaction, s: Step): void {
    this.offered.push(tx);
    const origin = s.local ? 'local' : 'remote';
    const before = this.naive.items;
    const outcome = this.pool.add(tx, origin, this.nowMs);
    const expected = this.naive.add(tx, origin, this.nowMs);
    assert.deepEqual(plain(outcome), expected);
    if (outcome.status === 'refused') {
      this.count(outcome.code);
      // The model shows that a refusal changes nothing by having changed nothing; compare() holds the pool to it.
      assert.equal(this.naive.items, before);
    } else {
      this.count(outcome.status);
      if (outcome.promoted.length > 1) this.count('promoted');
      for (const { reason } of outcome.departed) this.count(reason);
    }
  }

  again(s: Step): void {
    const tx = this.offered[this.offered.length - 1 - s.offset];
    if (tx !== undefined) this.add(tx, s);
  }

  moveNonce(sender: Hex, s: Step): void {
    const nonce = this.state.nonce(sender) + BigInt(s.offset % 6) - 2n;
    this.state.nonces.set(sender, nonce < 0n ? 0n : nonce);
    const other = SENDERS[s.size % SENDERS.length]!;
    this.state.nonces.set(other, this.state.nonce(other) + BigInt(s.tip % 2));
    this.head(s.local ? [sender, other] : [other, sender], s.tip < 10 ? this.orphaned(s.size) : []);
  }

  /** Some, too, that did not come back when they could have, and whose nonce is another's by now. */
  orphaned(most: number): GivenBack[] {
    return [...this.included.values()]
      .slice(-most)
      .filter(({ transaction }) => transaction.nonce >= this.state.nonce(transaction.sender));
  }

  head(addresses: Hex[] | undefined, given: GivenBack[] = []): void {
    const order = [...this.pool.content().keys()];
    const lowered = this.state.blockGasLimit < this.naive.blockGasLimit;
    const visited = addresses === undefined || lowered ? order : addresses;
    const origins = new Map(this.naive.items.map(({ tx, origin }) => [tx.hash, origin]));
    const change = this.pool.onHead(addresses, this.nowMs, given);
    const { returned, ...expected } = this.naive.onHead(visited, this.nowMs, given);
    this.compareChange(change, expected);
    assert.deepEqual(
      change.returned.map(({ transaction, origin }) => ({ transaction, origin })),
      given,
    );
    for (const [index, { outcome }] of change.returned.entries()) {
      const fate = returned[index]!;
      assert.equal(outcome.status === 'refused' ? outcome.code : outcome.status, CODE_BACK[fate] ?? fate);
      this.count(`${fate}, given back`);
    }
    for (const { transaction, reason } of change.departed) {
      const origin = origins.get(transaction.hash)!;
      if (reason === 'included') this.included.set(transaction.hash, { transaction, origin });
    }
  }

  remove(s: Step): void {
    const item = this.naive.items[s.offset];
    if (item === undefined) return;
    const { hash } = item.tx;
    this.compareChange(this.pool.remove(hash, 'unpayable'), this.naive.remove(hash, 'unpayable'));
  }

  compareChange(change: PoolChange, expected: NaiveChange): void {
    const hashes = (transactions: Transaction[]): Hex[] => transactions.map(({ hash }) => hash);
    assert.deepEqual(
      {
        departed: change.departed.map(({ transaction, reason }) => ({ hash: transaction.hash, reason })),
        promoted: hashes(change.promoted),
        demoted: hashes(change.demoted),
      },
      expected,
    );
    if (change.demoted.length > 0) this.count('demoted');
    if (change.promoted.length > 0) this.count('promoted at a head');
    for (const { reason } of change.departed) this.count(reason);
  }

  compare(): void {
    this.pool.checkInvariants();
    const items = this.naive.items;
    const { pending, queued, pendingBytes, queuedBytes } = this.pool.counts;
    assert.equal(pending + queued, items.length);
    assert.equal(
      pendingBytes + queuedBytes,
      items.reduce((bytes, item) => bytes + item.tx.raw.length, 0),
    );
    for (const sender of SENDERS) {
      const { pending, queued } = this.pool.contentFrom(sender);
      assert.deepEqual(
        pending,
        this.naive.of(sender, 'pending').map(({ tx }) => tx),
      );
      assert.deepEqual(
        queued,
        this.naive.of(sender, 'queued').map(({ tx }) => tx),
      );
      assert.equal(this.pool.nextNonce(sender), this.naive.nextNonce(sender));
    }
    const pendingHashes = items.filter(({ status }) => status === 'pending').map(({ tx }) => tx.hash);
    assert.deepEqual([...this.told].sort(), pendingHashes.sort());
    for (const { tx, status, origin } of items) {
      const pooled = this.pool.get(tx.hash);
      assert.equal(pooled?.status, status);
      assert.equal(pooled.origin, origin);
    }
  }

  count(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }
}

/** What is said of what was given back and left for this reason. */
const CODE_BACK: Record<string, string> = {
  included: 'nonce-too-low',
  unpayable: 'insufficient-funds',
  replaced: 'replacement-underpriced',
  evicted: 'pool-full',
};

function plain(outcome: Outcome): NaiveOutcome {
  if (outcome.status === 'refused') return { status: 'refused', code: outcome.code };
  return {
    status: outcome.status,
    promoted: outcome.promoted.map(({ hash }) => hash),
    departed: outcome.departed.map(({ transaction, reason }) => ({ hash: transaction.hash, reason })),
  };
}

const STEPS = 250;
const RUNS = 50;
/** Shrinking a failure of so many steps would go on for minutes: so long after it, nothing smaller is looked for. */
const SHRINK_MS = 15_000;

function shrunkInTime(run: (steps: Step[]) => void): (steps: Step[]) => void {
  let failedAtMs = Infinity;
  return (steps) => {
    if (performance.now() - failedAtMs > SHRINK_MS) return;
    try {
      run(steps);
    } catch (error) {
      failedAtMs = Math.min(failedAtMs, performance.now());
      throw error;
    }
  };
}

describe('Mempool against the naive pool, step by step', () => {
  const seen: Record<string, number> = {};

  for (const [name, options] of Object.entries(CONFIGURATIONS)) {
    it(`${name}: ${RUNS} runs of ${STEPS} steps`, () => {
      fc.assert(
        fc.property(
          fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' }),
          shrunkInTime((steps) => {
            const run = new Run(options, seen);
            for (const each of steps) run.step(each);
          }),
        ),
        { numRuns: RUNS, ...seeded() },
      );
    });
  }

  it('met every outcome and every departure in these runs', () => {
    const all = [
      ...['pending', 'queued', 'promoted', 'demoted', 'promoted at a head'],
      ...['replaced', 'evicted', 'expired', 'included', 'unpayable'],
      ...[
        'known',
        'gas-limit-above-block',
        'tip-too-low',
        'nonce-too-low',
        'nonce-too-far',
        'recently-evicted',
      ],
      ...['insufficient-funds', 'insufficient-funds-cumulative', 'replacement-underpriced'],
      ...['sender-limit', 'underpriced', 'pool-full'],
      ...['pending', 'queued', 'known', 'replaced', 'unpayable', 'evicted'].map(
        (what) => `${what}, given back`,
      ),
    ];
    assert.deepEqual(
      all.filter((what) => (seen[what] ?? 0) < 5),
      [],
      `too rare: ${JSON.stringify(seen)}`,
    );
  });
});
