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
const HASHES_A_STEP = 256;

/** Of transaction hashes, in their order. */
export function shortIds(hashes: readonly Hex[], key: SipKey): Ids {
  return finish(shortening(hashes, key));
}

/** `shortIds` in steps. */
export function* shortening(hashes: readonly Hex[], key: SipKey): Generator<void, Ids> {
  const low = new Int32Array(hashes.length);
  const high = new Int32Array(hashes.length);
  const words = new Int32Array(8);
  const out = new Int32Array(2);
  for (const [index, hash] of hashes.entries()) {
    if (index % HASHES_A_STEP === HASHES_A_STEP - 1) yield;
    // Little-endian words of the first 32 bytes: which way round does not matter as long as both do the same.
    for (let word = 0; word < 8; word++) words[word] = parseInt(hash.slice(2 + word * 8, 10 + word * 8), 16);
    sipHash(words, key, out);
    low[index] = out[0]!;
    high[index] = out[1]!;
  }
  return { low, high, length: hashes.length };
}

/** State v0..v3 as pairs of halves; 64-bit additions carry by hand. */
const v = new Int32Array(8);

/** Of 32 bytes given as eight words; a message of other lengths is not needed here. */
function sipHash(words: Int32Array, [k0l, k0h, k1l, k1h]: SipKey, out: Int32Array): void {
  v[0] = k0l ^ 0x70736575;
  v[1] = k0h ^ 0x736f6d65;
  v[2] = k1l ^ 0x6e646f6d;
  v[3] = k1h ^ 0x646f7261;
  v[4] = k0l ^ 0x6e657261;
  v[5] = k0h ^ 0x6c796765;
  v[6] = k1l ^ 0x79746573;
  v[7] = k1h ^ 0x74656462;
  for (let word = 0; word < 8; word += 2) compress(words[word]!, words[word + 1]!);
  // The last block: no bytes left, and the length, 32, on top.
  compress(0, 32 << 24);
  v[4] ^= 0xff;
  for (let round = 0; round < 4; round++) sipRound();
  out[0] = v[0] ^ v[2] ^ v[4] ^ v[6];
  out[1] = v[1] ^ v[3] ^ v[5] ^ v[7];
}

function compress(low: number, high: number): void {
  v[6]! ^= low;
  v[7]! ^= high;
  sipRound();
  sipRound();
  v[0]! ^= low;
  v[1]! ^= high;
}

function sipRound(): void {
  add(0, 2);
  rotate(2, 13);
  xor(2, 0);
  swap(0);
  add(4, 6);
  rotate(6, 16);
  xor(6, 4);
  add(0, 6);
  rotate(6, 21);
  xor(6, 0);
  add(4, 2);
  rotate(2, 17);
  xor(2, 4);
  swap(4);
}

/** v[a] += v[b], 64 bits. */
function add(a: number, b: number): void {
  const low = (v[a]! >>> 0) + (v[b]! >>> 0);
  v[a + 1] = v[a + 1]! + v[b + 1]! + (low > 0xffffffff ? 1 : 0);
  v[a] = low | 0;
}

/** v[a] rotated left by `bits` below 32. */
function rotate(a: number, bits: number): void {
  const low = v[a]!;
  const high = v[a + 1]!;
  v[a] = (low << bits) | (high >>> (32 - bits));
  v[a + 1] = (high << bits) | (low >>> (32 - bits));
}

function xor(a: number, b: number): void {
  v[a]! ^= v[b]!;
  v[a + 1]! ^= v[b + 1]!;
}

/** Rotated left by 32. */
function swap(a: number): void {
  const low = v[a]!;
  v[a] = v[a + 1]!;
  v[a + 1] = low;
}
