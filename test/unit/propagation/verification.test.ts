/** What of the way into the pool concerns signatures: each is checked once, and work is cut into turns. */
import assert from 'node:assert/strict';
import type { Cancel, Clock } from '../../../src/environment.ts';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { Admission, type Admitted, type Source } from '../../../src/propagation/admission.ts';
import type { Provenance, TraceEvent } from '../../../src/telemetry/trace.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import type { DecodedTransaction } from '../../../src/transaction/transaction.ts';
import type { Deadline } from '../../../src/transaction/verifier.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { CHAIN_ID, DEV_ACCOUNTS, FakeState, signed } from '../../helpers/rpc-backend.ts';

interface Call {
  batch: readonly DecodedTransaction[];
  deadline: Deadline | undefined;
  answer: (busy?: 'busy') => void;
}

/** An admission whose verifier answers when the test says so. */
function start(clock: Clock = new ManualClock()) {
  const state = new FakeState();
  const pool = new Mempool(state);
  const calls: Call[] = [];
  const events: TraceEvent[] = [];
  const admission = new Admission({
    pool,
    verifier: {
      verify: (batch, deadline) =>
        new Promise((resolve) => {
          const answer = (busy?: 'busy'): void => resolve(busy ?? batch.map(recoverSender));
          calls.push({ batch, deadline, answer });
        }),
      canAcceptWork: () => true,
      queued: 0,
      stop: async () => undefined,
    },
    rules: { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID },
    clock,
    trace: { record: (event) => void events.push(event) },
  });
  const verified = (): number => calls.reduce((sum, { batch }) => sum + batch.length, 0);
  return { clock, state, pool, admission, calls, events, verified };
}

const from = (provenance: Provenance, receivedAtMs = 0): Source => ({
  provenance,
  from: 'peer',
  receivedAtMs,
  validationAtMs: receivedAtMs,
});

const codes = (results: readonly Admitted[]): string[] =>
  results.map(({ outcome }) => (outcome.status === 'refused' ? outcome.code : outcome.status));

/** All promises that can settle have. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const transfers = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, nonce) => signed({ nonce: BigInt(nonce) }));

describe('signatures on the way into the pool', () => {
  it('of a transaction in two messages at once are checked once: the second waits for the first', async () => {
    const { admission, calls, pool } = start();
    const [a, b, c] = transfers(3) as [Uint8Array, Uint8Array, Uint8Array];
    const first = admission.admitWhole([a, b], from('push'));
    const second = admission.admitWhole([b, c], from('push'));
    const third = admission.admitWhole([a, b], from('rpc'));
    await settled();
    assert.deepEqual(
      calls.map(({ batch }) => batch.map(({ nonce }) => nonce)),
      [[0n, 1n], [2n]],
    );
    calls[1]!.answer();
    await settled();
    assert.equal(pool.counts.pending + pool.counts.queued, 0, 'the second waits');
    calls[0]!.answer();
    assert.deepEqual(codes(await first), ['pending', 'pending']);
    assert.deepEqual(codes(await second), ['known', 'pending']);
    assert.deepEqual(codes(await third), ['known', 'known']);
  });

  it('twice in one message are checked once', async () => {
    const { admission, calls, verified } = start();
    const [a] = transfers(1);
    const admitted = admission.admitWhole([a!, a!], from('push'));
    await settled();
    calls[0]!.answer();
    assert.deepEqual(codes(await admitted), ['pending', 'known']);
    assert.equal(verified(), 1);
  });

  it('of what the pool refused, lost, or could not take with its company are not checked again', async () => {
    const { admission, calls, state, pool, verified } = start();
    const admit = async (...raws: Uint8Array[]): Promise<string[]> => {
      const before = calls.length;
      const admitted = admission.admitWhole(raws, from('push'));
      await settled();
      for (const call of calls.slice(before)) call.answer();
      return codes(await admitted);
    };
    const [{ address } = assert.fail()] = DEV_ACCOUNTS;
    const [spent, good] = transfers(2) as [Uint8Array, Uint8Array];
    state.nonces.set(address, 1n);
    assert.deepEqual(await admit(spent), ['nonce-too-low']);
    assert.equal(verified(), 1);
    assert.deepEqual(await admit(spent), ['nonce-too-low']);
    assert.equal(verified(), 1);

    assert.deepEqual(await admit(good), ['pending']);
    const [{ hash } = assert.fail()] = [...pool.pendingTransactions()];
    pool.remove(hash, 'expired');
    assert.deepEqual(await admit(good), ['pending']);
    assert.equal(verified(), 2);
  });

  it('are remembered as forged', async () => {
    const { admission, calls, verified } = start();
    const raw = signed({ nonce: 1n });
    const first = admission.admitWhole([raw], from('push'));
    await settled();
    // The x of no point: no key can have made it.
    (calls[0]!.batch[0] as { r: bigint }).r = 5n;
    calls[0]!.answer();
    assert.deepEqual(codes(await first), ['invalid-signature']);
    assert.deepEqual(codes(await admission.admitWhole([raw], from('push'))), ['invalid-signature']);
    assert.equal(verified(), 1);
  });

  it('not checked because the verifier was busy are checked the next time', async () => {
    const { admission, calls } = start();
    const [a] = transfers(1) as [Uint8Array];
    const first = admission.admitWhole([a], from('push'));
    const second = admission.admitWhole([a], from('push'));
    await settled();
    calls[0]!.answer('busy');
    assert.deepEqual([...codes(await first), ...codes(await second)], ['verifier-busy', 'verifier-busy']);
    const third = admission.admitWhole([a], from('push'));
    await settled();
    calls[1]!.answer();
    assert.deepEqual(codes(await third), ['pending']);
  });

  it('of a message are due before those of a page, and hasten what they share with one', async () => {
    const { admission, calls } = start();
    const [a, b] = transfers(2) as [Uint8Array, Uint8Array];
    void admission.admitWhole([a], from('sync', 1000));
    void admission.admitWhole([b], from('push', 1000));
    await settled();
    const [page, message] = calls.map(({ deadline }) => deadline!);
    assert.ok(message!.atMs < page!.atMs);
    assert.ok(message!.atMs <= 1000 + 3000, 'while a verdict still forwards');
    void admission.admitWhole([a], from('push', 1500));
    await settled();
    assert.equal(page!.atMs, message!.atMs + 500);
    assert.equal(calls.length, 2);
  });
});

describe('a large message', () => {
  /** Time passes with each look at it, so that work takes some; a delay lets the event loop turn. */
  class WorkingClock implements Clock {
    #nowMs = 0;
    turns = 0;
    /** Work since the event loop last turned, and the longest of it, ms. */
    #heldSinceMs = 0;
    longestMs = 0;

    nowMs(): number {
      this.#nowMs += 0.05;
      this.longestMs = Math.max(this.longestMs, this.#nowMs - this.#heldSinceMs);
      return this.#nowMs;
    }

    after(_delayMs: number, callback: () => void): Cancel {
      const immediate = setImmediate(() => {
        this.turns++;
        this.#heldSinceMs = this.#nowMs;
        callback();
      });
      return () => clearImmediate(immediate);
    }
  }

  it('is worked on in turns, and still enters in order, before what came after it', async () => {
    const clock = new WorkingClock();
    const { admission, calls, events } = start(clock);
    const raws = transfers(400);
    const large = admission.admitWhole(raws.slice(0, 399), from('push'));
    const small = admission.admitWhole(raws.slice(399), from('push'));
    while (calls.length < 2) await settled();
    const checkingTurns = clock.turns;
    assert.ok(checkingTurns > 1, 'checking was done in one go');
    for (const call of calls) call.answer();
    assert.deepEqual(new Set(codes(await large)), new Set(['pending']));
    assert.deepEqual(codes(await small), ['pending']);
    assert.ok(clock.turns > checkingTurns + 1, 'entering was done in one go');
    assert.ok(clock.longestMs < 10, `the event loop was held for ${clock.longestMs} ms`);
    const statuses = events.map((event) => event.kind === 'arrival' && event.status);
    assert.deepEqual(new Set(statuses), new Set(['pending']), 'a nonce overtook another');
  });
});
