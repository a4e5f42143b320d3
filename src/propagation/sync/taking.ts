import type { Hex } from '../../bytes.ts';
import { meaningOf } from '../../mempool/outcome.ts';
import { transactionHash } from '../../transaction/decode.ts';
import { decodeByteStrings } from '../../transaction/rlp.ts';
import type { Admitted } from '../admission.ts';
import type { IdKey } from './difference-decoder.ts';
import { NotGiven, type Exchange } from './exchange.ts';
import {
  decodeFlagged,
  encodeBitmap,
  encodeFlagged,
  KIND,
  MAX_PAGE_TRANSACTIONS,
  SyncFault,
} from './messages.ts';
import type { SipKey } from './short-id.ts';
import { inTurns } from './turns.ts';
import { keysOf } from './snapshot.ts';

/** Between two attempts to have a page verified by a verifier that is busy, and how many there are. */
const BUSY_RETRY_MS = 100;
const BUSY_RETRIES = 20;

/**
 * Takes the pages that give what was asked for, each through Admission as a whole; answers each when it is in the pool,
 * so that no more are under way than the peer may have. Asks for no more when the pool has no room for the rest, which
 * is cheaper.
 * @returns how many are new in the pool.
 * @throws {SyncFault} for what was not asked for, or what no node may forward. @throws {NotGiven}
 */
export async function take(exchange: Exchange, wanted: ReadonlySet<IdKey>, key: SipKey): Promise<number> {
  const { frames, pool, pace, maxPageBytes, turn } = exchange;
  const few = wanted.size <= exchange.options.maxSpread;
  const left = new Set(wanted);
  let taken = 0;
  let goesOn = true;
  for (let isLast = false; !isLast;) {
    const { kind, body } = await frames.read(1 + maxPageBytes);
    if (kind !== KIND.page) throw new SyncFault(`a frame of kind ${kind} where a page was due`);
    const page = decodeFlagged(body);
    isLast = page.flag;
    const raws = decodeByteStrings(page.rest, MAX_PAGE_TRANSACTIONS);
    if (raws === undefined) throw new SyncFault('a page that is no list of transactions');
    if (raws.length === 0 && !isLast) throw new SyncFault('an empty page before the last');
    const hashes = raws.map(transactionHash);
    // Deleting finds what comes twice, too.
    for (const id of await inTurns(turn, keysOf(hashes, key)))
      if (!left.delete(id)) throw new SyncFault('a transaction that was not asked for');
    exchange.copied(hashes);
    // Gossip has its turn between what a page costs before its signatures are checked, and after.
    await turn.next();
    await pace.taken.pass(body.byteLength);
    const results = await admit(exchange, raws);
    exchange.arrived(results, few);
    if (results.some(({ outcome }) => meaningOf(outcome).verdict === 'reject'))
      throw new SyncFault('a transaction no node may forward');
    await turn.next();
    taken += results.filter(({ outcome }) => outcome.status !== 'refused').length;
    goesOn &&= !isFull(results);
    await frames.write(KIND.ack, encodeFlagged(goesOn, encodeBitmap(hashes.map((hash) => pool.has(hash)))));
  }
  if (goesOn && left.size > wanted.size / 2) {
    throw new NotGiven(
      `the peer gave ${wanted.size - left.size} of ${wanted.size} transactions it said it has`,
    );
  }
  return taken;
}

async function admit(exchange: Exchange, raws: readonly Uint8Array[]): Promise<Admitted[]> {
  const { clock, admission, peer, refusedLately } = exchange;
  if (raws.length === 0) return [];
  const receivedAtMs = clock.nowMs();
  for (let retries = 0; ; retries++) {
    const validationAtMs = clock.nowMs();
    const results = await admission.admitWhole(raws, {
      provenance: 'sync',
      from: peer,
      receivedAtMs,
      validationAtMs,
    });
    // It takes a batch whole or not at all.
    const busy = results.some(
      ({ outcome }) => outcome.status === 'refused' && outcome.code === 'verifier-busy',
    );
    if (!busy || retries === BUSY_RETRIES) {
      for (const hash of worthNoRetry(results)) refusedLately.remember(hash, clock.nowMs());
      return results;
    }
    await new Promise<void>((resolve) => void clock.after(BUSY_RETRY_MS, resolve));
  }
}

/** Refused for a passing reason that will hardly pass at once. */
function worthNoRetry(results: readonly Admitted[]): Hex[] {
  return results.flatMap(({ hash, outcome }) =>
    hash !== null &&
    outcome.status === 'refused' &&
    meaningOf(outcome).temporary &&
    outcome.code !== 'verifier-busy'
      ? hash
      : [],
  );
}

/** Nothing of it had room, but behind what had none: what follows is cheaper. */
function isFull(results: readonly Admitted[]): boolean {
  const full = ({ outcome }: Admitted): boolean =>
    outcome.status === 'refused' && (outcome.code === 'underpriced' || outcome.code === 'pool-full');
  return results.some(full) && results.every(({ outcome }) => outcome.status !== 'pending');
}
