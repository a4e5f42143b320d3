import type { FrameBytes } from '../frame-meter.ts';
import { isNumbered, isPayload, KIND_BYTES, LENGTH_BYTES, NUMBER_BYTES } from './messages.ts';

/**
 * Counts the bytes of a direct stream by kind while they pass, cut anywhere: transactions are `message`; hashes,
 * requests, and the head of every frame are `control`.
 */
export class DirectFrameMeter {
  readonly #bytes: FrameBytes;
  /** Bytes of the head read so far, and its value. */
  #headBytes = 0;
  #bodyBytes = 0;
  #kind = 0;
  #controlLeft = 0;
  #payloadLeft = 0;

  /** `bytes` is added to; several streams may share one. */
  constructor(bytes: FrameBytes) {
    this.#bytes = bytes;
  }

  push(data: Uint8Array): void {
    let at = 0;
    while (at < data.length) {
      if (this.#controlLeft > 0) {
        const take = Math.min(this.#controlLeft, data.length - at);
        this.#bytes.control += take;
        this.#controlLeft -= take;
        at += take;
      } else if (this.#payloadLeft > 0) {
        const take = Math.min(this.#payloadLeft, data.length - at);
        this.#bytes.message += take;
        this.#payloadLeft -= take;
        at += take;
      } else this.#head(data[at++]!);
    }
  }

  #head(byte: number): void {
    this.#bytes.control++;
    this.#headBytes++;
    if (this.#headBytes <= LENGTH_BYTES) this.#bodyBytes = this.#bodyBytes * 256 + byte;
    else this.#kind = byte;
    // An empty body has no kind either: the next length follows at once.
    const endsHere = this.#headBytes === LENGTH_BYTES && this.#bodyBytes === 0;
    if (this.#headBytes < LENGTH_BYTES + KIND_BYTES && !endsHere) return;
    const left = endsHere ? 0 : this.#bodyBytes - KIND_BYTES;
    this.#controlLeft = isPayload(this.#kind)
      ? Math.min(left, isNumbered(this.#kind) ? NUMBER_BYTES : 0)
      : left;
    this.#payloadLeft = left - this.#controlLeft;
    this.#headBytes = 0;
    this.#bodyBytes = 0;
    this.#kind = 0;
  }
}
