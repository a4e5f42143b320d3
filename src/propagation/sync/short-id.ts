/**
 * 64-bit ids of transactions for one reconciliation: SipHash-2-4 of the hash under a key both sides agree on (Aumasson
 * and Bernstein 2012), as compact blocks (BIP 152) and Erlay do. Whoever does not know the key cannot find two
 * transactions of one id, and with a key for each reconciliation a collision by chance is gone the next time.
 */
import type { Hex } from '../../bytes.ts';
import type { Ids } from './coded-symbols.ts';
import { finish } from './turns.ts';

/** Four 32-bit words: k0 low, k0 high, k1 low, k1 high. */
export type SipKey = readonly [number, number, number, number];

/** Of the two salts, 8 bytes each. */
export function keyOf(first: Uint8Array, second: Uint8Array): SipKey {
  const [a, b] = [first, second].map((salt) => new DataView(salt.buffer, salt.byteOffset, salt.byteLength));
  return [a!.getInt32(0), a!.getInt32(4), b!.getInt32(0), b!.getInt32(4)];
}

/** Hashes between two chances to do something else: some 0.3 ms. */
const HASHES_A_STEP = 1024;

const HASH_BYTES = 32;

/** Of transaction hashes, in their order. */
export function shortIds(hashes: readonly Hex[], key: SipKey): Ids {
  return finish(shortening(hashes, key));
}

/** `shortIds` in steps. */
export function* shortening(hashes: readonly Hex[], key: SipKey): Generator<void, Ids> {
  const low = new Int32Array(hashes.length);
  const high = new Int32Array(hashes.length);
  const bytes = Buffer.alloc(HASH_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HASH_BYTES);
  for (const [index, hash] of hashes.entries()) {
    if (index % HASHES_A_STEP === HASHES_A_STEP - 1) yield;
    bytes.write(hash.slice(2), 'hex');
    sipHash(view, key, low, high, index);
  }
  return { low, high, length: hashes.length };
}

/** Two for each of the four words of a hash and the last block, and four to finish. */
const ROUNDS = 14;
const LAST_BLOCK_ROUND = 8;
const FINISHING_ROUND = 10;

/**
 * Of 32 bytes, to `low[at]` and `high[at]`; a message of other lengths is not needed here. The 64-bit state is in halves
 * and in variables of its own, which the engine keeps in registers; additions carry by hand.
 */
function sipHash(
  message: DataView,
  [k0l, k0h, k1l, k1h]: SipKey,
  low: Int32Array,
  high: Int32Array,
  at: number,
): void {
  let v0l = k0l ^ 0x70736575;
  let v0h = k0h ^ 0x736f6d65;
  let v1l = k1l ^ 0x6e646f6d;
  let v1h = k1h ^ 0x646f7261;
  let v2l = k0l ^ 0x6e657261;
  let v2h = k0h ^ 0x6c796765;
  let v3l = k1l ^ 0x79746573;
  let v3h = k1h ^ 0x74656462;
  let wordLow = 0;
  let wordHigh = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round === FINISHING_ROUND) {
      v2l ^= 0xff;
    } else if (round < FINISHING_ROUND && round % 2 === 0) {
      // The words as they stand, big-endian: which way round does not matter as long as both sides do the same. The
      // last block has no bytes left, and the length on top.
      wordLow = round < LAST_BLOCK_ROUND ? message.getInt32(round * 4) : 0;
      wordHigh = round < LAST_BLOCK_ROUND ? message.getInt32(round * 4 + 4) : HASH_BYTES << 24;
      v3l ^= wordLow;
      v3h ^= wordHigh;
    }

    // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
    let sum = (v0l + v1l) | 0;
    v0h = (v0h + v1h + carry(sum, v0l)) | 0;
    v0l = sum;
    let turned = (v1l << 13) | (v1h >>> 19);
    v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
    v1l = turned ^ v0l;
    sum = v0l;
    v0l = v0h;
    v0h = sum;

    // v2 += v3; v3 = rotl(v3, 16) ^ v2
    sum = (v2l + v3l) | 0;
    v2h = (v2h + v3h + carry(sum, v2l)) | 0;
    v2l = sum;
    turned = (v3l << 16) | (v3h >>> 16);
    v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
    v3l = turned ^ v2l;

    // v0 += v3; v3 = rotl(v3, 21) ^ v0
    sum = (v0l + v3l) | 0;
    v0h = (v0h + v3h + carry(sum, v0l)) | 0;
    v0l = sum;
    turned = (v3l << 21) | (v3h >>> 11);
    v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
    v3l = turned ^ v0l;

    // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
    sum = (v2l + v1l) | 0;
    v2h = (v2h + v1h + carry(sum, v2l)) | 0;
    v2l = sum;
    turned = (v1l << 17) | (v1h >>> 15);
    v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
    v1l = turned ^ v2l;
    sum = v2l;
    v2l = v2h;
    v2h = sum;

    if (round < FINISHING_ROUND && round % 2 === 1) {
      v0l ^= wordLow;
      v0h ^= wordHigh;
    }
  }
  low[at] = v0l ^ v1l ^ v2l ^ v3l;
  high[at] = v0h ^ v1h ^ v2h ^ v3h;
}

/** Of the addition of 32-bit words whose sum is `sum` and one of which is `word`. */
function carry(sum: number, word: number): 0 | 1 {
  return sum >>> 0 < word >>> 0 ? 1 : 0;
}
