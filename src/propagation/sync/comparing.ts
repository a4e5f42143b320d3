import type { Hex } from '../../bytes.ts';
import { DifferenceDecoder, type IdKey } from './difference-decoder.ts';
import type { Exchange } from './exchange.ts';
import type { Frame } from './frames.ts';
import {
  decodeKeys,
  decodeSymbols,
  encodeCount,
  KIND,
  MAX_IDS_A_FRAME,
  MAX_SYMBOLS_A_FRAME,
  SyncFault,
} from './messages.ts';
import type { Snapshot } from './snapshot.ts';
import { inTurns } from './turns.ts';

/** Of an encoded coded symbol and an id. */
const SYMBOL_BYTES = 13.5;
const ID_BYTES = 8;
/** Symbols it takes to find a difference: a little less than mostly, for a few more cost less than a few too many. */
const SYMBOLS_A_DIFFERENCE = 1.35;
/** So many times the symbols at hand are asked for at most. */
const MAX_GROWTH = 3;

/** What the first answer brings: enough for ten differences. */
export const FIRST_SYMBOLS = 16;

export interface Difference {
  /** Ids of what only they have. */
  theirs: IdKey[];
  /** What only we have. */
  ours: Hex[];
  symbols: number;
  /** All their ids, in the order told, when they were listed. */
  listed: IdKey[] | undefined;
}

/** Listing `count` ids costs less than the symbols for so many differences. */
export function listingIsCheaper(count: number, differences: number): boolean {
  return count * ID_BYTES <= Math.max(FIRST_SYMBOLS, differences * SYMBOLS_A_DIFFERENCE) * SYMBOL_BYTES;
}

/** Finds how their set of `theirCount`, of which the peer sends the first symbols or ids unasked, differs from ours. */
export async function compare(
  exchange: Exchange,
  snapshot: Snapshot,
  theirCount: number,
): Promise<Difference> {
  if (theirCount === 0) return { theirs: [], ours: [...snapshot.hashes], symbols: 0, listed: [] };
  const { frames, turn, options } = exchange;
  const first = await frames.read(MAX_FRAME_BYTES);
  if (first.kind === KIND.ids) return list(exchange, snapshot, theirCount, first, 0);

  const decoder = new DifferenceDecoder(snapshot.ids);
  let frame = first;
  for (let asked = FIRST_SYMBOLS; ;) {
    if (frame.kind !== KIND.symbols)
      throw new SyncFault(`a frame of kind ${frame.kind} where symbols were due`);
    const symbols = decodeSymbols(frame.body, decoder.taken, theirCount, asked);
    if (symbols.length > 0) await inTurns(turn, decoder.taking(symbols));
    if (decoder.complete) break;
    asked =
      decoder.broken || symbols.length === 0 ? 0 : symbolsToAsk(decoder, theirCount, options.maxSymbols);
    if (asked === 0) return list(exchange, snapshot, theirCount, undefined, decoder.taken);
    await frames.write(KIND.moreSymbols, encodeCount(asked));
    frame = await frames.read(MAX_FRAME_BYTES);
  }
  const { theirs, ours } = decoder.difference();
  return {
    theirs,
    ours: await inTurns(turn, snapshot.selecting(new Set(ours))),
    symbols: decoder.taken,
    listed: undefined,
  };
}

/** Room for the most symbols or ids of a frame. */
const MAX_FRAME_BYTES = Math.max(8 + MAX_SYMBOLS_A_FRAME * 17, MAX_IDS_A_FRAME * ID_BYTES);

/**
 * As many as seem to be missing, but no more than a multiple of those at hand, on which the estimate rests; and at
 * least an eighth of them, so that rounds are few. 0: list.
 */
function symbolsToAsk(decoder: DifferenceDecoder, theirCount: number, maxSymbols: number): number {
  const { taken } = decoder;
  const differences = decoder.estimate();
  const step = Math.ceil(taken / 8);
  // So that what symbols cost in vain is never more than the list.
  if (listingIsCheaper(theirCount, Math.max(differences, (taken + step) / SYMBOLS_A_DIFFERENCE))) return 0;
  const missing = Math.ceil(differences * SYMBOLS_A_DIFFERENCE) - taken;
  const asked = Math.max(step, Math.min(missing, MAX_GROWTH * taken));
  return Math.max(0, Math.min(asked, MAX_SYMBOLS_A_FRAME, maxSymbols - taken));
}

async function list(
  { frames, turn, options }: Exchange,
  snapshot: Snapshot,
  theirCount: number,
  first: Frame | undefined,
  symbols: number,
): Promise<Difference> {
  if (theirCount > options.maxIds)
    throw new Error(`the peer has ${theirCount} transactions, more than ${options.maxIds} are not listed`);
  const listed: IdKey[] = [];
  for (let frame = first; listed.length < theirCount; frame = undefined) {
    if (frame === undefined) {
      await frames.write(KIND.moreIds);
      frame = await frames.read(MAX_FRAME_BYTES);
    }
    if (frame.kind !== KIND.ids) throw new SyncFault(`a frame of kind ${frame.kind} where ids were due`);
    const due = Math.min(MAX_IDS_A_FRAME, theirCount - listed.length);
    const keys = decodeKeys(frame.body, due);
    if (keys.length < due) throw new SyncFault(`${keys.length} ids where ${due} were due`);
    for (const key of keys) listed.push(key);
  }
  return { ...(await inTurns(turn, snapshot.differing(listed))), symbols, listed };
}
