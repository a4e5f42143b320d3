/** The thread behind worker-verifier.ts: signed hashes in, addresses out. */
import { parentPort } from 'node:worker_threads';
import { ADDRESS_BYTES, recoverSignedHash, SIGNED_HASH_BYTES } from './recover.ts';

/** `packed`: for each signature `SIGNED_HASH_BYTES`. */
export interface RecoverRequest {
  id: number;
  packed: Uint8Array<ArrayBuffer>;
}

/** `packed`: for each signature `ADDRESS_BYTES`, all zero when recovery failed: no key is known to have that address. */
export interface RecoverResponse {
  id: number;
  packed: Uint8Array<ArrayBuffer>;
}

export type WorkerMessage = 'ready' | RecoverResponse;

if (parentPort === null)
  throw new Error('verifier-worker is the entry of a worker thread: use createWorkerVerifier');
const port = parentPort;

port.on('message', ({ id, packed }: RecoverRequest) => {
  const count = packed.length / SIGNED_HASH_BYTES;
  const addresses = new Uint8Array(count * ADDRESS_BYTES);
  for (let index = 0; index < count; index++) {
    const at = index * SIGNED_HASH_BYTES;
    const address = recoverSignedHash(packed.subarray(at, at + SIGNED_HASH_BYTES));
    if (address !== undefined) addresses.set(address, index * ADDRESS_BYTES);
  }
  port.postMessage({ id, packed: addresses } satisfies WorkerMessage, [addresses.buffer]);
});
port.postMessage('ready' satisfies WorkerMessage);
