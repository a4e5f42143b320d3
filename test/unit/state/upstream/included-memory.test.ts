import assert from 'node:assert/strict';
import { IncludedMemory } from '../../../../src/state/upstream/included-memory.ts';
import { makeTransaction } from '../../../helpers/make-transaction.ts';

const included = (bytes = 1000) => ({ transaction: makeTransaction({ bytes }), origin: 'remote' as const });

describe('memory of the included', () => {
  it('gives back the oldest first, and not what was forgotten', () => {
    const memory = new IncludedMemory({ maxBytes: 1e6, maxDepth: 10 });
    const [first, second, third] = [included(), included(), included()];
    for (const each of [first, second, third]) memory.remember(each, 1n);
    memory.forget(second.transaction.hash);
    assert.deepEqual(
      memory.entries().map(({ transaction }) => transaction.hash),
      [first.transaction.hash, third.transaction.hash],
    );
  });

  it('forgets what lies deeper than a reorganisation is followed', () => {
    const memory = new IncludedMemory({ maxBytes: 1e6, maxDepth: 3 });
    const [old, young] = [included(), included()];
    memory.remember(old, 1n);
    memory.remember(young, 2n);
    memory.age(4n);
    assert.equal(memory.size, 2);
    memory.age(5n);
    assert.deepEqual(
      memory.entries().map(({ transaction }) => transaction),
      [young.transaction],
    );
    // A chain that began anew is shorter.
    memory.age(0n);
    assert.equal(memory.size, 1);
  });

  it('has room for so many bytes, encodings and 1 KiB each; the oldest leave for the newest', () => {
    const memory = new IncludedMemory({ maxBytes: 3 * 2024, maxDepth: 10 });
    const all = Array.from({ length: 5 }, () => included(1000));
    for (const each of all) memory.remember(each, 1n);
    assert.deepEqual(
      memory.entries().map(({ transaction }) => transaction),
      all.slice(2).map(({ transaction }) => transaction),
    );
    // Remembered again, it counts once and is the newest.
    memory.remember(all[2]!, 2n);
    assert.equal(memory.size, 3);
    assert.equal(memory.entries().at(-1)!.transaction, all[2]!.transaction);
  });
});
