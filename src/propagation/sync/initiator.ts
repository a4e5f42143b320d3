import { compare, type Difference } from './comparing.ts';
import { dearestFirst } from './dearest-first.ts';
import type { IdKey } from './difference-decoder.ts';
import type { Exchange, SessionResult } from './exchange.ts';
import { give } from './giving.ts';
import {
  bitmapBytes,
  decodeBitmap,
  decodeDifferent,
  decodeFlagged,
  encodeBitmap,
  encodeFlagged,
  encodeHello,
  encodeKeys,
  KIND,
  MAX_IDS_A_FRAME,
  MAX_OFFERED,
  SyncFault,
} from './messages.ts';
import { keyOf } from './short-id.ts';
import { keysOf, Snapshot } from './snapshot.ts';
import { take } from './taking.ts';
import { inTurn, inTurns } from './turns.ts';
import { unwantedKeys } from './unwanted.ts';

/** Of DIFFERENT: salt and count. */
const MAX_ANSWER_BYTES = 16;

/** The side that asks: what it does alone decides what a session costs. @throws see `compare`, `take`, `give`. */
export async function initiate(exchange: Exchange): Promise<SessionResult> {
  const { frames, settled, turn } = exchange;
  const salt = exchange.salt();
  const claimed = settled.among(exchange.unbroadcast());
  const result: SessionResult = {
    answer: 'same',
    differences: 0,
    symbols: 0,
    listed: false,
    taken: 0,
    given: 0,
    isUnfinished: false,
    bytes: 0,
  };
  await frames.write(KIND.hello, encodeHello({ salt, ...settled.summary() }));
  const { kind, body } = await frames.read(MAX_ANSWER_BYTES);
  if (kind === KIND.different) {
    result.answer = 'different';
    const theirs = decodeDifferent(body);
    const hashes = await inTurn(turn, () => settled.hashes());
    const snapshot = await inTurns(turn, Snapshot.taking(hashes, keyOf(salt, theirs.salt)));
    const difference = await compare(exchange, snapshot, theirs.count);
    result.differences = difference.theirs.length + difference.ours.length;
    result.symbols = difference.symbols;
    result.listed = difference.listed !== undefined;
    const missing = new Set(difference.ours);
    const compared = new Set(snapshot.hashes);
    exchange.shown(claimed.filter((hash) => compared.has(hash) && !missing.has(hash)));
    if (difference.theirs.length > 0) await fetch(exchange, snapshot, difference, result);
    if (difference.ours.length > 0) await offer(exchange, snapshot, difference, result);
  } else if (body.byteLength > 0 || (kind !== KIND.same && kind !== KIND.busy)) {
    throw new SyncFault(`a frame of kind ${kind} and ${body.byteLength} bytes is no answer to HELLO`);
  } else if (kind === KIND.busy) {
    result.answer = 'busy';
  } else {
    exchange.shown(claimed);
  }
  await frames.close();
  if ((await frames.readOrEnd(0)) !== undefined) throw new SyncFault('a frame after the end');
  result.bytes = frames.sentBytes + frames.receivedBytes;
  return result;
}

async function fetch(
  exchange: Exchange,
  snapshot: Snapshot,
  { theirs, listed }: Difference,
  result: SessionResult,
): Promise<void> {
  const { frames, turn } = exchange;
  const unwanted = await inTurns(turn, unwantedKeys(exchange, snapshot));
  const wanted = new Set(theirs.filter((key) => !unwanted.has(key)));
  if (wanted.size === 0) return;
  if (!exchange.take()) {
    result.isUnfinished = true;
    return;
  }
  try {
    if (listed !== undefined && bitmapBytes(listed.length) < 8 * wanted.size) {
      await frames.write(KIND.wantListed, encodeBitmap(listed.map((key) => wanted.has(key))));
    } else {
      for (const { part, isLast } of parts([...wanted], MAX_IDS_A_FRAME))
        await frames.write(KIND.want, encodeFlagged(isLast, encodeKeys(part)));
    }
    result.taken += await take(exchange, wanted, snapshot.key);
  } finally {
    exchange.release();
  }
}

async function offer(
  exchange: Exchange,
  snapshot: Snapshot,
  { ours }: Difference,
  result: SessionResult,
): Promise<void> {
  const { frames, turn, pool } = exchange;
  const ordered = await inTurns(turn, dearestFirst(ours.filter(exchange.gives), pool, exchange.baseFee()));
  for (const { part } of parts(ordered, MAX_OFFERED)) {
    const keys: IdKey[] = await inTurns(turn, keysOf(part, snapshot.key));
    await frames.write(KIND.offer, encodeKeys(keys));
    const { kind, body } = await frames.read(1 + bitmapBytes(part.length));
    if (kind !== KIND.pick) throw new SyncFault(`a frame of kind ${kind} is no answer to an offer`);
    const { flag: takes, rest } = decodeFlagged(body);
    const picked = decodeBitmap(rest, part.length);
    if (!takes) {
      result.isUnfinished = true;
      return;
    }
    const asked = part.filter((_, index) => picked[index]);
    if (asked.length === 0) continue;
    const { held, stopped } = await give(exchange, asked);
    exchange.shown(held);
    result.given += held.length;
    if (stopped) return;
  }
}

function* parts<T>(all: readonly T[], size: number): Iterable<{ part: T[]; isLast: boolean }> {
  for (let at = 0; at < all.length; at += size)
    yield { part: all.slice(at, at + size), isLast: at + size >= all.length };
}
