import fc from 'fast-check';
import assert from 'node:assert/strict';
import { Batcher } from '../../../src/propagation/batcher.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import { makeTransaction, senderAddress } from '../../helpers/make-transaction.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { seeded } from '../../helpers/seed.ts';

describe('Batcher', () => {
  const limits = { maxBatchTransactions: 3, maxBatchBytes: 1000, maxBatchDelayMs: 40, batchIntervalMs: 5 };

  function setUp(): { clock: ManualClock; batcher: Batcher; sent: Transaction[][]; node: { lagMs: number } } {
    const clock = new ManualClock();
    const sent: Transaction[][] = [];
    const node = { lagMs: 0 };
    const batcher = new Batcher({
      limits,
      clock,
      lagMs: () => node.lagMs,
      send: (batch) => sent.push(batch),
    });
    return { clock, batcher, sent, node };
  }

  it('sends a lone transaction at once', () => {
    const { batcher, sent } = setUp();
    const lone = makeTransaction();
    batcher.add([lone]);
    assert.deepEqual(sent, [[lone]]);
  });

  it('gathers what follows while the line is busy, and sends it when the delay is over', () => {
    const { clock, batcher, sent } = setUp();
    const [first, second, third] = [makeTransaction(), makeTransaction(), makeTransaction()];
    batcher.add([first]);
    clock.advance(1);
    batcher.add([second]);
    clock.advance(2);
    batcher.add([third]);
    assert.deepEqual(sent, [[first]]);
    clock.advance(2);
    assert.deepEqual(sent, [[first], [second, third]]);
  });

  it('sends before the delay is over when a batch is full by count', () => {
    const { batcher, sent } = setUp();
    const many = Array.from({ length: 8 }, () => makeTransaction());
    batcher.add(many.slice(0, 1));
    batcher.add(many.slice(1));
    assert.deepEqual(
      sent.map((batch) => batch.length),
      [1, 3, 3],
    );
    assert.deepEqual(sent.flat(), many.slice(0, 7));
  });

  it('never puts more bytes in a batch than allowed, but sends a larger transaction alone', () => {
    const { clock, batcher, sent } = setUp();
    const sizes = [400, 400, 400, 5000, 100];
    batcher.add(sizes.map((bytes) => makeTransaction({ bytes })));
    clock.advance(5);
    assert.deepEqual(
      sent.map((batch) => batch.map(({ raw }) => raw.length)),
      [[400, 400], [400], [5000], [100]],
    );
  });

  it('gathers as long as the node is behind, and sends when it has caught up or the delay is over', () => {
    const { clock, batcher, sent, node } = setUp();
    const gathered = (): number[] => sent.map((batch) => batch.length);
    node.lagMs = 20;
    batcher.add([makeTransaction()]);
    assert.deepEqual(gathered(), [1], 'the first leaves at once all the same');
    batcher.add([makeTransaction()]);
    clock.advance(19);
    assert.deepEqual(gathered(), [1]);
    clock.advance(1);
    assert.deepEqual(gathered(), [1, 1]);

    node.lagMs = 1000;
    batcher.add([makeTransaction()]);
    clock.advance(39);
    assert.deepEqual(gathered(), [1, 1]);
    clock.advance(1);
    assert.deepEqual(gathered(), [1, 1, 1], 'no longer than the delay');

    batcher.add([makeTransaction()]);
    clock.advance(10);
    node.lagMs = 0;
    clock.advance(5);
    assert.deepEqual(gathered(), [1, 1, 1, 1], 'it caught up');
  });

  it('is idle again once the delay has passed without a send', () => {
    const { clock, batcher, sent } = setUp();
    batcher.add([makeTransaction()]);
    clock.advance(5);
    batcher.add([makeTransaction()]);
    assert.equal(sent.length, 2);
  });

  it('keeps every order, every limit and every delay, whatever comes when', () => {
    const arrivals = fc.array(
      fc.record({
        afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
        lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
        senders: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 }),
        bytes: fc.integer({ min: 100, max: 1200 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(arrivals, (steps) => {
        const clock = new ManualClock();
        const nonces = [0, 0, 0, 0];
        const sent: { atMs: number; batch: Transaction[] }[] = [];
        const addedAtMs = new Map<string, number>();
        let lagMs = 0;
        const batcher = new Batcher({
          limits,
          clock,
          lagMs: () => lagMs,
          send: (batch) => sent.push({ atMs: clock.nowMs(), batch }),
        });
        const all: Transaction[] = [];
        for (const step of steps) {
          clock.advance(step.afterMs);
          lagMs = step.lagMs;
          const isLone = sent.length === 0 || clock.nowMs() - sent.at(-1)!.atMs >= limits.maxBatchDelayMs;
          const batchesBefore = sent.length;
          const added = step.senders.map((sender) =>
            makeTransaction({
              sender: senderAddress(sender),
              nonce: nonces[sender]!++,
              bytes: step.bytes,
            }),
          );
          for (const { hash } of added) addedAtMs.set(hash, clock.nowMs());
          all.push(...added);
          batcher.add(added);
          if (isLone) assert.ok(sent.length > batchesBefore, 'one on an idle line waited');
        }
        clock.advance(limits.maxBatchDelayMs);
        // In the order they came: so each sender's nonces are, within batches and across them.
        assert.deepEqual(
          sent.flatMap(({ batch }) => batch.map(({ hash }) => hash)),
          all.map(({ hash }) => hash),
        );
        for (const { atMs, batch } of sent) {
          assert.ok(batch.length <= limits.maxBatchTransactions);
          const bytes = batch.reduce((sum, { raw }) => sum + raw.length, 0);
          assert.ok(batch.length === 1 || bytes <= limits.maxBatchBytes);
          for (const { hash } of batch)
            assert.ok(atMs - addedAtMs.get(hash)! <= limits.maxBatchDelayMs, 'one waited too long');
        }
      }),
      { numRuns: 300, ...seeded() },
    );
  });

  it('sends nothing after stop', () => {
    const { clock, batcher, sent } = setUp();
    batcher.add([makeTransaction()]);
    batcher.add([makeTransaction()]);
    batcher.stop();
    clock.advance(100);
    assert.equal(sent.length, 1);
  });
});
