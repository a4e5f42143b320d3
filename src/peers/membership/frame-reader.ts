import { MAX_FRAME_BYTES, MemberFault } from './messages.ts';

/** Puts together the frames of a stream, which comes in pieces cut anywhere: each behind the varint of its length. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array(0);

  /** Calls back with each body that is complete, in order. @throws {MemberFault} for one that is empty or too long. */
  push(piece: Uint8Array, onBody: (body: Uint8Array) => void): void {
    this.#bytes = this.#bytes.byteLength === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    for (;;) {
      const head = this.#head();
      if (head === undefined) return;
      const [at, length] = head;
      if (length === 0 || length > MAX_FRAME_BYTES)
        throw new MemberFault(`a frame of ${length} bytes, 1 to ${MAX_FRAME_BYTES} allowed`);
      if (this.#bytes.byteLength < at + length) return;
      const body = this.#bytes.subarray(at, at + length);
      this.#bytes = this.#bytes.subarray(at + length);
      onBody(body);
    }
  }

  /** Where the body begins, and its length. */
  #head(): [at: number, length: number] | undefined {
    let length = 0;
    for (const [index, byte] of this.#bytes.subarray(0, 4).entries()) {
      length += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return [index + 1, length];
    }
    if (this.#bytes.byteLength >= 4) throw new MemberFault('a frame without end');
    return undefined;
  }
}
