import type { Hex } from '../../bytes.ts';
import { FIRST_SYMBOLS, listingIsCheaper } from './comparing.ts';
import { dearestFirst } from './dearest-first.ts';
import type { IdKey } from './difference-decoder.ts';
import type { Exchange } from './exchange.ts';
import type { Frame } from './frames.ts';
import { give } from './giving.ts';
import {
  bitmapBytes,
  decodeBitmap,
  decodeCount,
  decodeFlagged,
  decodeHello,
  decodeKeys,
  DIGEST_BYTES,
  encodeBitmap,
  encodeDifferent,
  encodeFlagged,
  encodeIds,
  encodeSymbols,
  KIND,
  MAX_IDS_A_FRAME,
  MAX_OFFERED,
  MAX_SYMBOLS_A_FRAME,
  SALT_BYTES,
  SyncFault,
} from './messages.ts';
import { keyOf } from './short-id.ts';
import { Snapshot } from './snapshot.ts';
import { SymbolStream } from './symbol-stream.ts';
import { take } from './taking.ts';
import { inTurn, inTurns } from './turns.ts';
import { unwantedKeys } from './unwanted.ts';

const MAX_HELLO_BYTES = SALT_BYTES + 5 + DIGEST_BYTES;
/** Of one session: each walks over all our ids. Who asks for an eighth of what there is each time needs 70 at most. */
const MAX_SYMBOL_REQUESTS = 96;

/** Of a session that has come to an end: how many transactions it brought in. */
export async function respond(exchange: Exchange, isBusy: () => boolean): Promise<number> {
  const { frames, settled, turn } = exchange;
  const hello = await readHello(exchange);
  const claimed = settled.among(exchange.unbroadcast());
  const ours = settled.summary();
  let taken = 0;
  if (hello.count === ours.count && Buffer.compare(hello.digest, ours.digest) === 0) {
    exchange.shown(claimed);
    await frames.write(KIND.same);
  } else if (isBusy()) {
    await frames.write(KIND.busy);
  } else {
    const salt = exchange.salt();
    const hashes = await inTurn(turn, () => settled.hashes());
    await frames.write(KIND.different, encodeDifferent({ salt, count: hashes.length }));
    const snapshot = await inTurns(turn, Snapshot.taking(hashes, keyOf(hello.salt, salt)));
    const answers = new Answers(exchange, snapshot, hello.count);
    await answers.begin();
    for (;;) {
      const frame = await frames.readOrEnd(answers.maxFrameBytes);
      if (frame === undefined) break;
      await answers.to(frame);
    }
    ({ taken } = answers);
  }
  await frames.close();
  return taken;
}

async function readHello({ frames }: Exchange): Promise<ReturnType<typeof decodeHello>> {
  const { kind, body } = await frames.read(MAX_HELLO_BYTES);
  if (kind !== KIND.hello)
    throw new SyncFault(`a session begins with HELLO, not with a frame of kind ${kind}`);
  return decodeHello(body);
}

/** Which questions may come now: none of an earlier step. */
type Step = 'compare' | 'want' | 'fetched' | 'offer' | 'offered';

class Answers {
  readonly #exchange: Exchange;
  readonly #snapshot: Snapshot;
  readonly #symbols: SymbolStream;
  /** As they said; it may be more by now. */
  readonly #theirCount: number;
  #step: Step = 'compare';
  #symbolsSent = 0;
  #symbolRequests = 0;
  #idsSent = 0;
  #offered = 0;
  readonly #wanted = new Set<IdKey>();
  /** New in our pool. */
  taken = 0;

  constructor(exchange: Exchange, snapshot: Snapshot, theirCount: number) {
    this.#exchange = exchange;
    this.#snapshot = snapshot;
    this.#symbols = new SymbolStream(snapshot.ids);
    this.#theirCount = theirCount;
  }

  /** Of the largest frame that may come now. */
  get maxFrameBytes(): number {
    return Math.max(1 + MAX_IDS_A_FRAME * 8, bitmapBytes(this.#snapshot.size));
  }

  /** What is sent unasked, which saves a round trip. */
  async begin(): Promise<void> {
    const { size } = this.#snapshot;
    if (size === 0) return;
    if (listingIsCheaper(size, Math.abs(size - this.#theirCount))) await this.#sendIds();
    else await this.#sendSymbols(FIRST_SYMBOLS);
  }

  async to({ kind, body }: Frame): Promise<void> {
    switch (kind) {
      case KIND.moreSymbols:
        return this.#moreSymbols(body);
      case KIND.moreIds:
        return this.#moreIds(body);
      case KIND.want:
        return this.#want(body);
      case KIND.wantListed:
        return this.#wantListed(body);
      case KIND.offer:
        return this.#offer(body);
      default:
        throw new SyncFault(`a frame of kind ${kind} asks nothing`);
    }
  }

  async #moreSymbols(body: Uint8Array): Promise<void> {
    this.#allow('compare');
    const asked = decodeCount(body);
    if (asked === 0 || asked > MAX_SYMBOLS_A_FRAME || ++this.#symbolRequests > MAX_SYMBOL_REQUESTS)
      throw new SyncFault(`${asked} symbols are asked for, the ${this.#symbolRequests}th time`);
    await this.#sendSymbols(Math.min(asked, this.#exchange.options.maxSymbols - this.#symbolsSent));
  }

  async #moreIds(body: Uint8Array): Promise<void> {
    this.#allow('compare');
    if (body.byteLength > 0 || this.#idsSent === this.#snapshot.size)
      throw new SyncFault('more ids are asked for than there are');
    await this.#sendIds();
  }

  async #want(body: Uint8Array): Promise<void> {
    this.#allow('compare', 'want');
    this.#step = 'want';
    const { flag: isLast, rest } = decodeFlagged(body);
    for (const key of decodeKeys(rest, MAX_IDS_A_FRAME)) this.#wanted.add(key);
    if (this.#wanted.size > this.#snapshot.size) throw new SyncFault('more are wanted than there are');
    if (!isLast) return;
    const { turn } = this.#exchange;
    const hashes = await inTurns(turn, this.#snapshot.selecting(this.#wanted));
    if (hashes.length < this.#wanted.size) throw new SyncFault('what is wanted was never there');
    await this.#give(hashes);
  }

  async #wantListed(body: Uint8Array): Promise<void> {
    this.#allow('compare');
    const { hashes, size } = this.#snapshot;
    if (this.#idsSent < size) throw new SyncFault('a choice of a list that was not told to its end');
    const bits = decodeBitmap(body, size);
    await this.#give(hashes.filter((_, index) => bits[index]));
  }

  async #offer(body: Uint8Array): Promise<void> {
    const exchange = this.#exchange;
    const { frames, turn } = exchange;
    this.#allow('compare', 'fetched', 'offer');
    const offered = decodeKeys(body, MAX_OFFERED);
    this.#offered += offered.length;
    if (new Set(offered).size < offered.length) throw new SyncFault('an id offered twice');
    if (this.#offered > exchange.options.maxIds) throw new SyncFault('more is offered than any pool holds');
    // So that rounds are few: all offers but the last are full.
    this.#step = offered.length === MAX_OFFERED ? 'offer' : 'offered';
    if (!exchange.take()) {
      await frames.write(KIND.pick, encodeFlagged(false, new Uint8Array(bitmapBytes(offered.length))));
      this.#step = 'offered';
      return;
    }
    try {
      const unwanted = await inTurns(turn, unwantedKeys(exchange, this.#snapshot));
      const picked = new Set(offered.filter((key) => !unwanted.has(key)));
      await frames.write(KIND.pick, encodeFlagged(true, encodeBitmap(offered.map((key) => picked.has(key)))));
      if (picked.size > 0) this.taken += await take(exchange, picked, this.#snapshot.key);
    } finally {
      exchange.release();
    }
  }

  async #give(hashes: readonly Hex[]): Promise<void> {
    const exchange = this.#exchange;
    this.#step = 'fetched';
    const ordered = await inTurns(exchange.turn, dearestFirst(hashes, exchange.pool, exchange.baseFee()));
    const { held } = await give(exchange, ordered);
    exchange.shown(held);
  }

  async #sendSymbols(count: number): Promise<void> {
    const from = this.#symbolsSent;
    this.#symbolsSent += count;
    await inTurns(this.#exchange.turn, this.#symbols.extending(this.#symbolsSent));
    const { symbols } = this.#symbols;
    await this.#exchange.frames.write(
      KIND.symbols,
      encodeSymbols(symbols, from, this.#symbolsSent, this.#snapshot.size),
    );
  }

  async #sendIds(): Promise<void> {
    const from = this.#idsSent;
    this.#idsSent = Math.min(from + MAX_IDS_A_FRAME, this.#snapshot.size);
    const { frames, turn } = this.#exchange;
    const list = await inTurn(turn, () => encodeIds(this.#snapshot.ids, from, this.#idsSent));
    await frames.write(KIND.ids, list);
  }

  #allow(...steps: Step[]): void {
    if (!steps.includes(this.#step)) throw new SyncFault(`a question out of its turn, after ${this.#step}`);
  }
}
