/** Answers as the real thread does, but a batch that begins with an all-zero signing hash kills it. */
import { parentPort } from 'node:worker_threads';
import { ADDRESS_BYTES, recoverSignedHash, SIGNED_HASH_BYTES } from '../../../src/transaction/recover.ts';
import type { RecoverRequest, WorkerMessage } from '../../../src/transaction/verifier-worker.ts';

const port = parentPort!;
port.on('message', ({ id, packed }: RecoverRequest) => {
  if (packed.subarray(0, 32).every((byte) => byte === 0)) throw new Error('killed by its batch');
  const addresses = new Uint8Array((packed.length / SIGNED_HASH_BYTES) * ADDRESS_BYTES);
  for (let index = 0; index * SIGNED_HASH_BYTES < packed.length; index++) {
    const signedHash = packed.subarray(index * SIGNED_HASH_BYTES, (index + 1) * SIGNED_HASH_BYTES);
    addresses.set(recoverSignedHash(signedHash)!, index * ADDRESS_BYTES);
  }
  port.postMessage({ id, packed: addresses } satisfies WorkerMessage);
});
port.postMessage('ready' satisfies WorkerMessage);
