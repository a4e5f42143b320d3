import { DirectFault, LENGTH_BYTES } from './messages.ts';

/** Puts together the frames of a stream, which comes in pieces cut anywhere. */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Until the next step is possible: the length first, then length and body. */
  #wanted = LENGTH_BYTES;

  /** @param maxFrameBytes of a body: bounds what a length prefix can make us gather. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Calls back with each body that is complete, in order. @throws {DirectFault} for a longer one. */
  push(piece: Uint8Array, onBody: (body: Uint8Array) => void): void {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    while (this.#bytes >= this.#wanted) {
      const all = this.#gathered();
      const bodyBytes = new DataView(all.buffer, all.byteOffset).getUint32(0);
      if (bodyBytes > this.#maxFrameBytes)
        throw new DirectFault(`a frame of ${bodyBytes} bytes, at most ${this.#maxFrameBytes} allowed`);
      const frameBytes = LENGTH_BYTES + bodyBytes;
      this.#wanted = frameBytes;
      if (this.#bytes < frameBytes) return;
      this.#pieces = [all.subarray(frameBytes)];
      this.#bytes -= frameBytes;
      this.#wanted = LENGTH_BYTES;
      onBody(all.subarray(LENGTH_BYTES, frameBytes));
    }
  }

  /** One piece of it all; copied at most twice a frame, when its length is known and when it is complete. */
  #gathered(): Uint8Array {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}
