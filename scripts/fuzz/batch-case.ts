/**
 * One case of the hunt for bugs in what becomes of a batch: bytes that a peer sent as a message, made up or bent, go
 * through the decoder and, as one message, into a small pool. Whatever comes, nothing throws, no more is taken out of the
 * bytes than is in them, a fault keeps the whole batch out, what enters is what somebody signed, and pool and memory
 * stay within their limits.
 */
import { toHex } from '../../src/bytes.ts';
import type { Clock, Random } from '../../src/environment.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import { meaningOf } from '../../src/mempool/outcome.ts';
import { Admission } from '../../src/propagation/admission.ts';
import type { ArrivalEvent } from '../../src/telemetry/trace.ts';
import { transactionHash } from '../../src/transaction/decode.ts';
import { decodeByteStrings, encodeByteStrings } from '../../src/transaction/rlp.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { int, streamOf } from '../../testnet/random.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { must } from './case-failure.ts';
import { knownVerifier, richState, transfers } from './known-transfers.ts';
import { noise } from './noise.ts';

/** So small that a case fills it, and what comes has to push out what is there. */
const ROOM = { pending: 12, queued: 6 };
const MAX_BATCHES = 12;
const MAX_ITEMS = 24;

const signed = transfers.flat();
const signedHashes = new Set(signed.map(transactionHash));

/** A pool, and what is demanded of it with each batch. */
export class BatchJudge {
  readonly #nowMs: () => number;
  readonly #pool = new Mempool(richState, {
    maxPendingTransactions: ROOM.pending,
    maxQueuedTransactions: ROOM.queued,
    guaranteedSlotsPerSender: 2,
    maxQueuedTransactionsPerSender: 4,
  });
  readonly #arrivals: ArrivalEvent[] = [];
  readonly #admission: Admission;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    const clock: Clock = { nowMs, after: () => () => undefined };
    this.#admission = new Admission({
      pool: this.#pool,
      verifier: knownVerifier,
      rules: { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID },
      clock,
      trace: { record: (event) => event.kind === 'arrival' && void this.#arrivals.push(event) },
    });
  }

  /** @returns how many entered; undefined for bytes that are no batch. @throws {CaseFailure} */
  async judge(bytes: Uint8Array, maxItems = MAX_ITEMS): Promise<number | undefined> {
    const before = Buffer.from(bytes);
    const raws = decodeByteStrings(bytes, maxItems);
    must(before.equals(bytes), 'reading a batch changed it');
    if (raws === undefined) return undefined;
    must(raws.length <= maxItems, `${raws.length} items, ${maxItems} allowed`);
    must(before.equals(encodeByteStrings(raws)), `${toHex(bytes)} is read and not written`);

    const nowMs = this.#nowMs();
    const digest = this.#pool.pendingDigest;
    const { length } = this.#arrivals;
    const source = { provenance: 'push', from: 'peer', receivedAtMs: nowMs, validationAtMs: nowMs } as const;
    const results = await this.#admission.admitWhole(raws, source);
    const entered = this.#arrivals.slice(length);

    must(results.length === raws.length, `${results.length} outcomes for ${raws.length} transactions`);
    for (const [index, { hash, outcome }] of results.entries()) {
      must(hash === null || hash === transactionHash(raws[index]!), 'an outcome has the hash of another');
      must(outcome.status === 'refused' || hash !== null, 'what is no transaction entered');
    }
    const rejects = results.some(({ outcome }) => meaningOf(outcome).verdict === 'reject');
    must(!rejects || entered.length === 0, 'something of a batch with a fault entered');
    must(!rejects || this.#pool.pendingDigest === digest, 'a batch with a fault changed the pool');
    const honest = raws.every((raw) => signedHashes.has(transactionHash(raw)));
    must(!rejects || !honest, 'a batch of nothing but valid transactions is rejected');
    for (const { hash } of entered) must(signedHashes.has(hash), `${hash} entered, and nobody signed it`);
    this.#pool.checkInvariants();
    const { pending, queued } = this.#pool.counts;
    must(pending <= ROOM.pending && queued <= ROOM.queued, `the pool holds ${pending} and ${queued}`);
    return entered.length;
  }
}

/** @throws {CaseFailure} @throws whatever the decoder or the pool failed with. */
export async function runBatchCase(seed: number): Promise<void> {
  const dice = streamOf(seed, 'batch case');
  let nowMs = 0;
  const judge = new BatchJudge(() => nowMs);
  for (let n = 1 + int(dice, MAX_BATCHES); n > 0; n--) {
    await judge.judge(batchOf(dice));
    nowMs += int(dice, 100_000);
  }
}

/** Honest, bent in what it holds, bent as a whole, or noise. */
function batchOf(dice: Random): Uint8Array {
  if (dice.next() < 0.1) return noise(dice, 200);
  const items = Array.from({ length: int(dice, MAX_ITEMS + 4) }, () => signed[int(dice, signed.length)]!);
  if (dice.next() < 0.4) return encodeByteStrings(items);
  if (dice.next() < 0.5) {
    for (let n = 1 + int(dice, 2); n > 0; n--) items.splice(int(dice, items.length + 1), 1, bentItem(dice));
    return encodeByteStrings(items);
  }
  return bentWhole(encodeByteStrings(items), dice);
}

function bentItem(dice: Random): Uint8Array {
  const item = Uint8Array.from(signed[int(dice, signed.length)]!);
  switch (int(dice, 7)) {
    case 0:
      item[int(dice, item.length)]! ^= 1 << int(dice, 8);
      return item;
    case 1:
      return item.subarray(0, int(dice, item.length));
    case 2:
      return Buffer.concat([item, noise(dice, 40)]);
    case 3:
      return noise(dice, 300);
    case 4:
      return new Uint8Array(0);
    case 5:
      // Lists in lists, down to the end.
      return new Uint8Array(1 + int(dice, 2_000)).fill(0xc1);
    default:
      return new Uint8Array(DEFAULT_TRANSACTION_RULES.maxBytes + int(dice, 2)).fill(int(dice, 256));
  }
}

function bentWhole(bytes: Uint8Array, dice: Random): Uint8Array {
  const at = int(dice, bytes.length);
  switch (int(dice, 6)) {
    case 0:
      bytes[at]! ^= 1 << int(dice, 8);
      return bytes;
    case 1:
      for (let n = int(dice, 8); n >= 0; n--) bytes[int(dice, bytes.length)] = int(dice, 256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes, noise(dice, 20)]);
    case 4:
      // A length that no bytes bear out.
      return Buffer.concat([Uint8Array.of(0xf8 + int(dice, 8)), noise(dice, 9), bytes]);
    default:
      return Buffer.concat([bytes.subarray(0, at), noise(dice, 20), bytes.subarray(at)]);
  }
}
