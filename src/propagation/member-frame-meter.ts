/**
 * Counts the frames of the protocols that are about nodes while they pass: how many begin, cut anywhere.
 *
 *   ping     32 bytes, echoed
 *   others   each frame behind the varint of its length, as is libp2p's custom
 */
import { PING_PROTOCOL } from '../host/protocols.ts';

const PING_BYTES = 32;

/** Frames that began, of one direction. Several streams may share one. */
export interface FrameCount {
  members: number;
}

export class MemberFrameMeter {
  readonly #frames: FrameCount;
  /** Undefined: frames say how long they are. */
  readonly #fixedBytes: number | undefined;
  #left = 0;
  #length = 0;
  #scale = 1;

  constructor(protocol: string, frames: FrameCount) {
    this.#frames = frames;
    this.#fixedBytes = protocol === PING_PROTOCOL ? PING_BYTES : undefined;
  }

  push(data: Uint8Array): void {
    let at = 0;
    while (at < data.length) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, data.length - at);
        this.#left -= take;
        at += take;
      } else if (this.#fixedBytes === undefined) this.#head(data[at++]!);
      else {
        this.#frames.members++;
        this.#left = this.#fixedBytes;
      }
    }
  }

  #head(byte: number): void {
    if (this.#scale === 1) this.#frames.members++;
    this.#length += (byte & 0x7f) * this.#scale;
    this.#scale *= 128;
    if (byte >= 0x80) return;
    this.#left = this.#length;
    this.#length = 0;
    this.#scale = 1;
  }
}
