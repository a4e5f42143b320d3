import { toHex } from '../bytes.ts';
import { recoverAddressBytes, SIGNATURE_BYTES, writeSignature } from './crypto.ts';
import type { TransactionRefusal } from './refusal.ts';
import type { DecodedTransaction, Transaction } from './transaction.ts';

/** What recovery needs of a transaction: signing hash, r, s, yParity. */
export const SIGNED_HASH_BYTES = 32 + SIGNATURE_BYTES;

export const ADDRESS_BYTES = 20;

/** Writes the `SIGNED_HASH_BYTES` of a transaction at `at`. */
export function writeSignedHash(
  out: Uint8Array,
  view: DataView,
  at: number,
  decoded: DecodedTransaction,
): void {
  out.set(decoded.signingHash, at);
  writeSignature(view, at + 32, decoded.r, decoded.s, decoded.yParity);
}

/** @returns 20 bytes; undefined when no key can have made the signature. */
export function recoverSignedHash(signedHash: Uint8Array): Uint8Array | undefined {
  return recoverAddressBytes(signedHash.subarray(0, 32), signedHash.subarray(32));
}

/** @param sender 20 bytes, or undefined when recovery failed. */
export function withSender(
  decoded: DecodedTransaction,
  sender: Uint8Array | undefined,
): Transaction | TransactionRefusal {
  if (sender === undefined) return { code: 'invalid-signature', message: 'invalid sender: recovery failed' };
  return { ...decoded, sender: toHex(sender) };
}

// One buffer serves every call: they are synchronous.
const scratch = new Uint8Array(SIGNED_HASH_BYTES);
const scratchView = new DataView(scratch.buffer);

/** Recovers one sender here and now: some 0.1 ms of CPU. Many at once go through a verifier. */
export function recoverSender(decoded: DecodedTransaction): Transaction | TransactionRefusal {
  writeSignedHash(scratch, scratchView, 0, decoded);
  return withSender(decoded, recoverSignedHash(scratch));
}
