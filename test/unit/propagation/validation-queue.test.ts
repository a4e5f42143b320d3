import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import { ValidationQueue, type QueuedMessage } from '../../../src/propagation/validation-queue.ts';

describe('ValidationQueue', () => {
  let from: PeerId;
  before(async () => {
    from = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
  });
  const message = (idKey: string, bytes: number, receivedAtMs = 0): QueuedMessage => {
    return { idKey, data: new Uint8Array(bytes), from, provenance: 'push', receivedAtMs };
  };

  it('gives out in the order it took in', () => {
    const queue = new ValidationQueue({ maxQueuedMessages: 5000, maxQueuedBytes: 1e9, maxQueueAgeMs: 1e9 });
    // More than it takes to compact its storage, in and out in turns.
    const taken: string[] = [];
    for (let k = 0; k < 5000; k++) {
      queue.offer(message(String(k), 1));
      if (k % 2 === 1) taken.push(queue.take(0)!.message.idKey);
    }
    for (let next = queue.take(0); next !== undefined; next = queue.take(0)) taken.push(next.message.idKey);
    assert.deepEqual(
      taken,
      Array.from({ length: 5000 }, (_, k) => String(k)),
    );
    assert.equal(queue.length, 0);
  });

  it('turns the newcomer away when full by count or by bytes, and takes again once there is room', () => {
    const queue = new ValidationQueue({ maxQueuedMessages: 2, maxQueuedBytes: 100, maxQueueAgeMs: 1000 });
    assert.equal(queue.offer(message('a', 60)), true);
    assert.equal(queue.offer(message('too many bytes', 41)), false);
    assert.equal(queue.offer(message('b', 40)), true);
    assert.equal(queue.offer(message('too many', 0)), false);
    assert.equal(queue.take(0)?.message.idKey, 'a');
    assert.equal(queue.offer(message('c', 60)), true);
    assert.deepEqual([queue.take(0)?.message.idKey, queue.take(0)?.message.idKey], ['b', 'c']);
  });

  it('says which are too old to be worth validating', () => {
    const queue = new ValidationQueue({ maxQueuedMessages: 9, maxQueuedBytes: 100, maxQueueAgeMs: 1000 });
    queue.offer(message('old', 1, 0));
    queue.offer(message('just in time', 1, 1));
    assert.deepEqual([queue.take(1001)?.stale, queue.take(1001)?.stale], [true, false]);
  });
});
