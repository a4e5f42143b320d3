import type { Hex } from '../../bytes.ts';
import { byteStringBytes, encodeByteStrings } from '../../transaction/rlp.ts';
import type { Exchange } from './exchange.ts';
import {
  bitmapBytes,
  decodeBitmap,
  decodeFlagged,
  encodeFlagged,
  KIND,
  MAX_PAGE_TRANSACTIONS,
  PAGE_WINDOW,
  SyncFault,
} from './messages.ts';
import { inTurn } from './turns.ts';

export interface Given {
  /** The peer says that it has these now. */
  held: Hex[];
  /** It had no use for the rest, which is cheaper. */
  stopped: boolean;
}

/** Sends transactions in pages, in their order; what has left the pool is left out. The last page says that it is. */
export async function give(exchange: Exchange, hashes: readonly Hex[]): Promise<Given> {
  const { frames, pace, turn } = exchange;
  const underWay: Hex[][] = [];
  const given: Given = { held: [], stopped: false };
  let next = 0;
  let isLast = false;
  while (!isLast || underWay.length > 0) {
    if (isLast || underWay.length === PAGE_WINDOW) {
      const page = underWay.shift()!;
      const { held, goesOn } = await readAnswer(exchange, page);
      given.held.push(...held);
      given.stopped ||= !goesOn;
      continue;
    }
    const page = given.stopped
      ? { hashes: [], raws: [], next: hashes.length }
      : pageFrom(exchange, hashes, next);
    next = page.next;
    isLast = next === hashes.length;
    const list = encodeByteStrings(page.raws);
    await pace.given.pass(list.byteLength);
    // Encrypting it and handing it to the socket is what a page costs most.
    await inTurn(turn, () => frames.write(KIND.page, encodeFlagged(isLast, list)));
    underWay.push(page.hashes);
  }
  return given;
}

/** As many from `from` as make a page: at least one that is still there, if there is any. */
function pageFrom(
  { pool, options }: Exchange,
  hashes: readonly Hex[],
  from: number,
): { hashes: Hex[]; raws: Uint8Array[]; next: number } {
  const page = { hashes: [] as Hex[], raws: [] as Uint8Array[], next: from };
  let bytes = 0;
  for (; page.next < hashes.length && page.raws.length < MAX_PAGE_TRANSACTIONS; page.next++) {
    const hash = hashes[page.next]!;
    const raw = pool.get(hash)?.transaction.raw;
    if (raw === undefined) continue;
    const itemBytes = byteStringBytes(raw);
    if (page.raws.length > 0 && bytes + itemBytes > options.pageBytes) break;
    page.hashes.push(hash);
    page.raws.push(raw);
    bytes += itemBytes;
  }
  return page;
}

async function readAnswer(
  { frames }: Exchange,
  page: readonly Hex[],
): Promise<{ held: Hex[]; goesOn: boolean }> {
  const { kind, body } = await frames.read(1 + bitmapBytes(page.length));
  if (kind !== KIND.ack) throw new SyncFault(`a frame of kind ${kind} where a page was to be answered`);
  const { flag: goesOn, rest } = decodeFlagged(body);
  const held = decodeBitmap(rest, page.length);
  return { held: page.filter((_, index) => held[index]), goesOn };
}
