import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { MemoryJournal, type Journal, type JournalEntry } from '../../../src/mempool/journal.ts';
import { Mempool } from '../../../src/mempool/mempool.ts';
import type { MempoolOptions } from '../../../src/mempool/options.ts';
import { Admission, type Admitted } from '../../../src/propagation/admission.ts';
import { Unbroadcast } from '../../../src/propagation/unbroadcast.ts';
import { defaultLocalOptions } from '../../../src/propagation/local-options.ts';
import { LocalTransactions } from '../../../src/propagation/local-transactions.ts';
import { transactionHash } from '../../../src/transaction/decode.ts';
import { createInlineVerifier } from '../../../src/transaction/inline-verifier.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import { noTrace } from '../../../src/telemetry/trace.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { eventually } from '../../helpers/poll.ts';
import { CHAIN_ID, DEV_ACCOUNTS, FakeState, signed } from '../../helpers/rpc-backend.ts';

/** A disk that is as slow as the test wants it, and says what is on it. */
class SlowJournal implements Journal {
  readonly disk = new MemoryJournal();
  readonly waiting: (() => void)[] = [];
  broken = false;
  closed = false;

  read(): Promise<JournalEntry[]> {
    return this.disk.read();
  }

  async append(entry: JournalEntry): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.broken) throw new Error('no space');
    await this.disk.append(entry);
  }

  remove(hashes: readonly Hex[]): void {
    this.disk.remove(hashes);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function start(journal: Journal, { pools = {}, state = new FakeState() }: Options = {}) {
  const clock = new ManualClock();
  const pool = new Mempool(state, pools);
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID };
  const verifier = createInlineVerifier();
  const admission = new Admission({ pool, verifier, rules, clock, trace: noTrace });
  const spread: Admitted[] = [];
  const unbroadcast = new Unbroadcast();
  const errors: unknown[] = [];
  const locals = new LocalTransactions({
    pool,
    admission,
    journal,
    clock,
    unbroadcast,
    spread: (results) => void spread.push(...results),
    options: defaultLocalOptions,
    onError: (error) => void errors.push(error),
  });
  const fromPeer = async (raw: Uint8Array): Promise<Admitted> => {
    const source = { provenance: 'push', from: 'peer', receivedAtMs: 0, validationAtMs: 0 } as const;
    return (await admission.admit([raw], source))[0]!;
  };
  return { clock, state, pool, locals, spread, unbroadcast, errors, fromPeer };
}
interface Options {
  pools?: Partial<MempoolOptions>;
  state?: FakeState;
}

const contents = async (journal: Journal): Promise<Hex[]> => (await journal.read()).map(({ hash }) => hash);
const transfer = (nonce: number, fields: Parameters<typeof signed>[0] = {}, account = 0): Uint8Array =>
  signed({ nonce: BigInt(nonce), ...fields }, account);
const hashesOf = (...raws: Uint8Array[]): Hex[] => raws.map(transactionHash);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('LocalTransactions', () => {
  describe('rule 24: is in the journal before it is answered for', () => {
    it('and on its way to peers while the disk is still at it', async () => {
      const journal = new SlowJournal();
      const { locals, spread, pool } = start(journal);
      let answered = false;
      const submission = locals.submit(transfer(0)).then((admitted) => {
        answered = true;
        return admitted;
      });
      await eventually('the write', () => journal.waiting.length === 1);
      assert.deepEqual([answered, spread.length, pool.counts.pending], [false, 1, 1]);
      await settled();
      assert.equal(answered, false);
      journal.waiting[0]!();
      assert.equal((await submission).outcome.status, 'pending');
      assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
    });

    it('and again when it had left the pool and the chain gave it back', async () => {
      const journal = new MemoryJournal();
      const { locals, pool, unbroadcast } = start(journal);
      const [hash] = hashesOf(transfer(0)) as [Hex];
      await locals.submit(transfer(0));
      const { transaction } = pool.get(hash)!;
      pool.remove(hash, 'included');
      assert.deepEqual([await contents(journal), unbroadcast.count], [[], 0]);
      pool.add(transaction, 'local', 0);
      await locals.takeBack({ hash, raw: transfer(0) });
      assert.deepEqual([await contents(journal), unbroadcast.has(hash)], [[hash], true]);
      pool.remove(hash, 'included');
      assert.deepEqual(await contents(journal), []);
    });

    it('a queued one too', async () => {
      const journal = new MemoryJournal();
      const { locals } = start(journal);
      assert.equal((await locals.submit(transfer(5))).outcome.status, 'queued');
      assert.deepEqual(await contents(journal), hashesOf(transfer(5)));
    });

    it('and when the disk fails, it is not answered for', async () => {
      const journal = new SlowJournal();
      journal.broken = true;
      const { locals } = start(journal);
      const submission = locals.submit(transfer(0));
      await eventually('the write', () => journal.waiting.length === 1);
      journal.waiting[0]!();
      await assert.rejects(submission, /no space/);
    });

    it('what is refused is not in the journal', async () => {
      const journal = new MemoryJournal();
      const { locals, unbroadcast } = start(journal);
      for (const raw of [
        Uint8Array.of(1),
        transfer(0, { gasLimit: 20_000n }),
        transfer(0, { feeCap: 10n ** 30n }),
      ]) {
        assert.equal((await locals.submit(raw)).outcome.status, 'refused');
      }
      assert.deepEqual(await contents(journal), []);
      assert.equal(unbroadcast.count, 0);
    });

    it('what came from a peer stays remote: the answer is already known, as of geth and reth', async () => {
      const journal = new MemoryJournal();
      const { locals, pool, fromPeer, unbroadcast } = start(journal);
      await fromPeer(transfer(0));
      const { outcome } = await locals.submit(transfer(0));
      assert.deepEqual(outcome, { status: 'refused', code: 'known', message: 'already known' });
      assert.equal(pool.get(transactionHash(transfer(0)))?.origin, 'remote');
      assert.deepEqual(await contents(journal), []);
      assert.equal(unbroadcast.count, 0);
    });
  });

  describe('rule 24: leaves the journal when it leaves the pool', () => {
    const leaves: Record<string, (all: ReturnType<typeof start>) => unknown> = {
      included: ({ state, pool }) => {
        state.nonces.set(DEV_ACCOUNTS[0]!.address, 1n);
        pool.onHead(undefined, 0);
      },
      unpayable: ({ state, pool }) => {
        state.balances.set(DEV_ACCOUNTS[0]!.address, 0n);
        pool.onHead(undefined, 0);
      },
      expired: ({ pool, clock }) => pool.expire(clock.nowMs() + 1_001),
      'replaced by a peer': ({ fromPeer }) =>
        fromPeer(transfer(0, { feeCap: 3n * 10n ** 9n, tipCap: 2n * 10n ** 9n })),
      evicted: ({ fromPeer }) => fromPeer(transfer(0, { feeCap: 9n * 10n ** 9n, tipCap: 9n * 10n ** 9n }, 1)),
    };
    for (const [how, leave] of Object.entries(leaves)) {
      it(how, async () => {
        const journal = new MemoryJournal();
        const all = start(journal, { pools: { maxPendingTransactions: 1, pendingLifetimeMs: 1_000 } });
        await all.locals.submit(transfer(0));
        assert.equal(all.unbroadcast.count, 1);
        await leave(all);
        assert.equal(all.pool.has(transactionHash(transfer(0))), false);
        assert.deepEqual(await contents(journal), []);
        assert.equal(all.unbroadcast.count, 0);
      });
    }

    it('what a submission replaced stays there until the new one is on the disk', async () => {
      const journal = new SlowJournal();
      const { locals } = start(journal);
      const dearer = transfer(0, { feeCap: 3n * 10n ** 9n, tipCap: 2n * 10n ** 9n });
      const first = locals.submit(transfer(0));
      await eventually('the write', () => journal.waiting.length === 1);
      journal.waiting.shift()!();
      await first;
      const second = locals.submit(dearer);
      await eventually('the write', () => journal.waiting.length === 1);
      await settled();
      assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
      journal.waiting.shift()!();
      await second;
      await settled();
      assert.deepEqual(await contents(journal), hashesOf(dearer));
    });

    it('what was evicted and submitted again is in it', async () => {
      const journal = new MemoryJournal();
      const { locals, pool } = start(journal);
      await locals.submit(transfer(0));
      pool.remove(transactionHash(transfer(0)), 'unpayable');
      await locals.submit(transfer(0));
      assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
    });
  });

  describe('rule 25: is restored on start', () => {
    async function journalWith(...raws: Uint8Array[]): Promise<MemoryJournal> {
      const journal = new MemoryJournal();
      for (const raw of raws) await journal.append({ hash: transactionHash(raw), raw });
      return journal;
    }

    it('as local, oldest first, not sent on by gossip, and no peer has shown to have it', async () => {
      const raws = Array.from({ length: 600 }, (_, nonce) => transfer(nonce));
      const journal = await journalWith(...raws);
      const { locals, pool, spread, unbroadcast } = start(journal);
      assert.deepEqual(await locals.restore(), { pooled: 600, waiting: 0, dropped: 0 });
      assert.equal(pool.counts.pending, 600);
      assert.ok(hashesOf(...raws).every((hash) => pool.get(hash)?.origin === 'local'));
      assert.deepEqual(spread, []);
      assert.deepEqual([...unbroadcast], hashesOf(...raws));
      assert.equal((await contents(journal)).length, 600);
    });

    it('what is refused for good leaves the journal', async () => {
      const spent = transfer(0);
      const journal = await journalWith(spent, transfer(1), Uint8Array.of(1, 2, 3));
      const state = new FakeState();
      state.nonces.set(DEV_ACCOUNTS[0]!.address, 1n);
      const { locals } = start(journal, { state });
      assert.deepEqual(await locals.restore(), { pooled: 1, waiting: 0, dropped: 2 });
      assert.deepEqual(await contents(journal), hashesOf(transfer(1)));
    });

    it('what one in the journal replaces leaves it', async () => {
      const dearer = transfer(0, { feeCap: 3n * 10n ** 9n, tipCap: 2n * 10n ** 9n });
      const journal = await journalWith(transfer(0), dearer);
      const { locals, pool } = start(journal);
      assert.deepEqual(await locals.restore(), { pooled: 1, waiting: 0, dropped: 1 });
      assert.ok(pool.has(transactionHash(dearer)));
      assert.deepEqual(await contents(journal), hashesOf(dearer));
    });

    it('what is refused for a passing reason stays, and is tried again', async () => {
      const journal = await journalWith(transfer(0), transfer(1));
      const state = new FakeState();
      const rich = state.balances.get(DEV_ACCOUNTS[0]!.address)!;
      state.balances.set(DEV_ACCOUNTS[0]!.address, 0n);
      const { locals, pool, clock, unbroadcast } = start(journal, { state });
      assert.deepEqual(await locals.restore(), { pooled: 0, waiting: 2, dropped: 0 });
      assert.equal((await contents(journal)).length, 2);
      assert.equal(unbroadcast.count, 0);
      clock.advance(60_000);
      await settled();
      assert.equal(locals.waiting, 2);
      state.balances.set(DEV_ACCOUNTS[0]!.address, rich);
      await eventually('the second try', () => {
        clock.advance(60_000);
        return locals.waiting === 0;
      });
      assert.equal(pool.counts.pending, 2);
      assert.equal(unbroadcast.count, 2);
      pool.remove(transactionHash(transfer(1)), 'unpayable');
      assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
    });

    it('one that waits and comes from a peer meanwhile leaves the journal when it leaves the pool', async () => {
      const journal = await journalWith(transfer(0));
      const state = new FakeState();
      const rich = state.balances.get(DEV_ACCOUNTS[0]!.address)!;
      state.balances.set(DEV_ACCOUNTS[0]!.address, 0n);
      const { locals, pool, clock, fromPeer } = start(journal, { state });
      await locals.restore();
      state.balances.set(DEV_ACCOUNTS[0]!.address, rich);
      assert.equal((await fromPeer(transfer(0))).outcome.status, 'pending');
      await eventually('the second try', () => {
        clock.advance(60_000);
        return locals.waiting === 0;
      });
      assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
      pool.remove(transactionHash(transfer(0)), 'included');
      assert.deepEqual(await contents(journal), []);
    });
  });

  it('stops when what was submitted is answered; the pool may then be torn down without a loss', async () => {
    const journal = new SlowJournal();
    const { locals, pool } = start(journal);
    const submission = locals.submit(transfer(0));
    await eventually('the write', () => journal.waiting.length === 1);
    const stopped = locals.stop();
    await settled();
    assert.equal(journal.closed, false);
    journal.waiting[0]!();
    await Promise.all([submission, stopped]);
    assert.ok(journal.closed);
    pool.remove(transactionHash(transfer(0)), 'expired');
    assert.deepEqual(await contents(journal), hashesOf(transfer(0)));
  });
});
