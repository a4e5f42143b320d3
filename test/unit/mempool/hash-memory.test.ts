import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { HashMemory } from '../../../src/mempool/hash-memory.ts';

const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;

describe('HashMemory', () => {
  it('remembers for so long', () => {
    const memory = new HashMemory(10, 100);
    memory.remember(hash(1), 1_000);
    assert.equal(memory.remainingMs(hash(1), 1_000), 100);
    assert.equal(memory.remainingMs(hash(1), 1_099), 1);
    assert.equal(memory.remainingMs(hash(1), 1_100), 0);
    assert.equal(memory.remainingMs(hash(2), 1_000), 0);
  });

  it('remembers so many, the latest; a second time makes it the latest', () => {
    const memory = new HashMemory(2, 100);
    for (const [n, nowMs] of [
      [1, 0],
      [2, 1],
      [1, 2],
      [3, 3],
    ] as const) {
      memory.remember(hash(n), nowMs);
    }
    assert.deepEqual(
      [1, 2, 3].map((n) => memory.remainingMs(hash(n), 3)),
      [99, 0, 100],
    );
    assert.equal(memory.size, 2);
  });

  it('gives back the room of what is over', () => {
    const memory = new HashMemory(10, 100);
    memory.remember(hash(1), 0);
    memory.remember(hash(2), 50);
    memory.forget(100);
    assert.equal(memory.size, 1);
    memory.forget(150);
    assert.equal(memory.size, 0);
  });

  it('remembers nothing when it may not', () => {
    const memory = new HashMemory(0, 100);
    memory.remember(hash(1), 0);
    assert.equal(memory.remainingMs(hash(1), 0), 0);
  });
});
