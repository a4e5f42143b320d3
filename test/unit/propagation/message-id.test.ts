import assert from 'node:assert/strict';
import {
  messageId,
  messageIdFromKey,
  messageIdKey,
  remembering,
} from '../../../src/propagation/message-id.ts';

describe('message ids', () => {
  it('are the first 20 bytes of SHA-256, and their keys lead back to them', () => {
    // FIPS 180-2, "abc".
    const id = messageId(new TextEncoder().encode('abc'));
    assert.equal(Buffer.from(id).toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a3');
    assert.deepEqual(messageIdFromKey(messageIdKey(id)), Buffer.from(id));
  });

  it('are computed once for the same bytes once, and anew for others', () => {
    let computed = 0;
    const idOf = remembering((data) => {
      computed++;
      return messageId(data);
    });
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    assert.deepEqual([idOf(a), idOf(a), idOf(b), idOf(a)], [a, a, b, a].map(messageId));
    assert.equal(computed, 2);
  });
});
