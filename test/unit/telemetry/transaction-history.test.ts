import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { Mempool } from '../../../src/mempool/mempool.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import { TransactionHistory } from '../../../src/telemetry/transaction-history.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import { FakeState } from '../../helpers/fake-state.ts';
import { GWEI, makeTransaction, senderAddress } from '../../helpers/make-transaction.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const OWN = { provenance: 'rpc', from: null } as const;

describe('TransactionHistory', () => {
  let clock: ManualClock;
  let told: TraceEvent[];
  let pool: Mempool;
  let state: FakeState;
  let history: TransactionHistory;

  function start(limit: number): void {
    clock = new ManualClock();
    told = [];
    state = new FakeState();
    pool = new Mempool(state);
    history = new TransactionHistory(limit, clock, { record: (event) => void told.push(event) });
    history.follow(pool);
  }
  beforeEach(() => start(10));

  /** As Admission does. */
  function add(transaction: Transaction, from: string | null = null): void {
    const atMs = clock.nowMs();
    const outcome = pool.add(transaction, from === null ? 'local' : 'remote', atMs);
    const { hash } = transaction;
    const provenance = from === null ? 'rpc' : 'push';
    if (outcome.status === 'refused') history.notes.refused(hash, outcome, { provenance, from });
    else {
      const times = { atMs, receivedAtMs: atMs - 3, validationAtMs: atMs - 1 };
      history.record({ kind: 'arrival', hash, provenance, from, status: outcome.status, ...times });
      for (const { transaction: left, reason } of outcome.departed)
        history.record({ kind: 'departure', atMs, hash: left.hash, reason });
    }
  }
  const publish = (transaction: Transaction, recipients: number): void =>
    history.record({
      kind: 'publish',
      atMs: clock.nowMs(),
      messageId: '0x01',
      hashes: [transaction.hash],
      recipients,
    });
  const kinds = (hash: Hex) => history.explain(hash)!.steps.map(({ kind }) => kind);

  it('hands every event on', () => {
    const transaction = makeTransaction();
    add(transaction);
    publish(transaction, 3);
    history.record({ kind: 'graft', atMs: 1, peer: 'p' });
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['arrival', 'publish', 'graft'],
    );
  });

  it('tells who brought it, when, and to whom it went', () => {
    const transaction = makeTransaction();
    add(transaction, 'alice');
    clock.advance(5);
    publish(transaction, 3);
    assert.deepEqual(history.explain(transaction.hash), {
      hash: transaction.hash,
      fate: 'pending',
      steps: [
        {
          kind: 'arrived',
          atMs: 1000,
          status: 'pending',
          provenance: 'push',
          from: 'alice',
          receivedAtMs: 997,
          validationAtMs: 999,
        },
        { kind: 'published', atMs: 1005, peers: 3 },
      ],
      omittedSteps: 0,
      messages: [],
      copies: new Map(),
    });
  });

  it('knows nothing of what it was not told', () => {
    assert.equal(history.explain(hashOf(1)), undefined);
  });

  it('follows promotion, demotion and inclusion', () => {
    const [first, second] = [makeTransaction({ nonce: 0 }), makeTransaction({ nonce: 1 })];
    add(second);
    assert.equal(history.explain(second.hash)!.fate, 'queued');
    add(first);
    assert.equal(history.explain(second.hash)!.fate, 'pending');
    pool.remove(first.hash, 'expired');
    assert.equal(history.explain(first.hash)!.fate, 'expired');
    assert.equal(history.explain(second.hash)!.fate, 'queued');
    clock.advance(7);
    state.nonces.set(first.sender, 2n);
    pool.onHead([first.sender], clock.nowMs());
    const record = history.explain(second.hash)!;
    assert.equal(record.fate, 'included');
    assert.deepEqual(kinds(second.hash), ['arrived', 'promoted', 'demoted', 'left']);
    assert.deepEqual(record.steps.at(-1), { kind: 'left', atMs: 1007, reason: 'included' });
    assert.deepEqual(kinds(first.hash), ['arrived', 'left']);
  });

  it('tells what replaced it, pending and queued', () => {
    for (const nonce of [0, 5]) {
      const old = makeTransaction({ nonce });
      const better = makeTransaction({ nonce, tipCap: 2n * GWEI, feeCap: 300n * GWEI });
      add(old);
      add(better, 'bob');
      const record = history.explain(old.hash)!;
      assert.equal(record.fate, 'replaced');
      assert.deepEqual(record.steps.at(-1), {
        kind: 'left',
        atMs: 1000,
        reason: 'replaced',
        replacedBy: better.hash,
      });
      assert.equal(history.explain(better.hash)!.fate, nonce === 0 ? 'pending' : 'queued');
    }
  });

  it('tells why it was refused, in words, and later that it entered', () => {
    const transaction = makeTransaction({ tipCap: 0n });
    add(transaction, 'carol');
    const { fate, steps } = history.explain(transaction.hash)!;
    assert.equal(fate, 'refused');
    assert.equal(steps.length, 1);
    const [step] = steps;
    assert.ok(step?.kind === 'refused');
    assert.deepEqual([step.code, step.from, step.provenance], ['tip-too-low', 'carol', 'push']);
    assert.match(step.message, /gas tip cap 0, minimum needed 1/);
    pool = new Mempool(state, { minTipWei: 0n });
    add(transaction);
    assert.equal(history.explain(transaction.hash)!.fate, 'pending');
  });

  it('a refusal after it left does not change why it left', () => {
    const transaction = makeTransaction();
    add(transaction);
    pool.remove(transaction.hash, 'evicted');
    history.notes.refused(transaction.hash, { code: 'recently-evicted', message: 'later' }, OWN);
    assert.equal(history.explain(transaction.hash)!.fate, 'evicted');
    assert.deepEqual(kinds(transaction.hash), ['arrived', 'left', 'refused']);
  });

  it('counts how often it came again, by whom', () => {
    const transaction = makeTransaction();
    const { hash } = transaction;
    add(transaction, 'alice');
    history.notes.message('m1', 'alice', [hash]);
    history.notes.verdict('m1', 'accept');
    history.notes.copy('m1', 'bob');
    history.notes.copy('m1', 'bob');
    add(transaction, 'carol');
    history.notes.message('m2', 'carol', [hash, hashOf(9)]);
    history.notes.copy('m2', 'bob');
    add(transaction);
    const { copies, messages, steps } = history.explain(hash)!;
    assert.deepEqual(
      copies,
      new Map([
        ['carol', 1],
        ['rpc', 1],
        ['bob', 3],
      ]),
    );
    assert.deepEqual(messages, [
      { from: 'alice', verdict: 'accept' },
      { from: 'carol', verdict: undefined },
    ]);
    assert.equal(steps.length, 1);
  });

  it('copies count though they come while the first one is validated, and of our own messages', () => {
    const transaction = makeTransaction();
    const { hash } = transaction;
    history.notes.copy('m1', 'bob');
    add(transaction, 'alice');
    history.notes.message('m1', 'alice', [hash]);
    history.notes.message('own', null, [hash]);
    history.notes.copy('own', 'carol');
    const { copies, messages } = history.explain(hash)!;
    assert.deepEqual(
      [...copies],
      [
        ['bob', 1],
        ['carol', 1],
      ],
    );
    assert.deepEqual(messages, [{ from: 'alice', verdict: undefined }]);
  });

  it('forgets the transaction touched least recently', () => {
    start(3);
    const [a, b, c, d] = [0, 1, 2, 3].map((n) => makeTransaction({ sender: senderAddress(n) }));
    for (const transaction of [a!, b!, c!]) add(transaction);
    publish(a!, 1);
    add(d!);
    assert.equal(history.size, 3);
    assert.equal(history.explain(b!.hash), undefined);
    for (const kept of [a!, c!, d!]) assert.notEqual(history.explain(kept.hash), undefined);
  });

  it('forgets the message touched least recently, be it by a copy or by its verdict', () => {
    start(2);
    const { notes } = history;
    const hash = hashOf(1);
    notes.message('first', 'alice', [hash]);
    notes.message('second', 'alice', [hash]);
    notes.verdict('first', 'accept');
    notes.message('third', 'alice', [hash]);
    notes.copy('first', 'bob');
    notes.message('fourth', 'alice', [hash]);
    notes.copy('first', 'carol');
    assert.deepEqual([...history.explain(hash)!.copies.keys()], ['bob', 'carol']);
  });

  it('bounds steps, messages and peers of one transaction', () => {
    const hash = hashOf(1);
    for (let n = 0; n < 100; n++) {
      clock.advance(1);
      history.notes.refused(hash, { code: 'underpriced', message: `${n}` }, OWN);
      history.notes.refused(hash, { code: 'known', message: '' }, { provenance: 'push', from: `peer ${n}` });
      history.notes.message(`m${n}`, `peer ${n}`, [hash]);
    }
    const { steps, omittedSteps, messages, copies } = history.explain(hash)!;
    assert.equal(steps.length + omittedSteps, 100);
    const numbers = steps.map((step) => Number((step as { message: string }).message));
    assert.deepEqual(numbers, [...numbersFrom(0, 8), ...numbersFrom(76, 100)]);
    assert.equal(messages.length, 8);
    assert.equal(copies.get('others'), 36);
    assert.equal(copies.size, 65);
  });
});

function numbersFrom(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, k) => first + k);
}
