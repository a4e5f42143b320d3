import type { Stream } from '@libp2p/interface';
import { byteStream } from '@libp2p/utils';
import type { Cancel, Clock } from '../../environment.ts';
import { SyncFault, varint, type Kind } from './messages.ts';

/** The peer said nothing for too long. Its fault or that of the line: nobody knows. */
export class PeerSilent extends Error {}

export interface Frame {
  kind: number;
  body: Uint8Array;
}

/** Longer than any frame can be. */
const MAX_LENGTH_BYTES = 4;

/** Frames on a stream, with a bound on what a peer can make us hold and on how long it can make us wait. */
export class SyncFrames {
  readonly #stream: Stream;
  readonly #bytes: ReturnType<typeof byteStream<Stream>>;
  readonly #clock: Clock;
  readonly #silenceMs: number;
  /** Why it was ended at this side. */
  #ended: Error | undefined;
  /** Of frames, lengths included. */
  sentBytes = 0;
  receivedBytes = 0;

  /** @param maxBufferBytes of what the peer sends ahead of our reading; more ends the stream and is a fault. */
  constructor(stream: Stream, clock: Clock, limits: { maxBufferBytes: number; silenceMs: number }) {
    this.#stream = stream;
    this.#bytes = byteStream(stream, { maxBufferSize: limits.maxBufferBytes });
    this.#clock = clock;
    this.#silenceMs = limits.silenceMs;
    // Whoever writes when that happens is only told that the stream has gone.
    stream.addEventListener('close', ({ error }) => {
      if (error?.name === 'StreamBufferError')
        this.#ended ??= new SyncFault('the peer sends on without waiting');
    });
  }

  /** @throws {SyncFault} for a longer frame, an empty one, or more than we hold; PeerSilent; Error when the stream ends. */
  async read(maxBodyBytes: number): Promise<Frame> {
    return this.#patiently(() => this.#read(maxBodyBytes));
  }

  /** As `read`; undefined when the peer has closed where a frame would begin. */
  async readOrEnd(maxBodyBytes: number): Promise<Frame | undefined> {
    const before = this.receivedBytes;
    try {
      return await this.read(maxBodyBytes);
    } catch (error) {
      if ((error as Error).name === 'UnexpectedEOFError' && this.receivedBytes === before) return undefined;
      throw error;
    }
  }

  /** Resolves when the stream has room for more. */
  async write(kind: Kind, body: Uint8Array = new Uint8Array(0)): Promise<void> {
    const length = varint(1 + body.byteLength);
    const frame = new Uint8Array(length.byteLength + 1 + body.byteLength);
    frame.set(length);
    frame[length.byteLength] = kind;
    frame.set(body, length.byteLength + 1);
    this.sentBytes += frame.byteLength;
    await this.#patiently(() => this.#bytes.write(frame));
  }

  async close(): Promise<void> {
    await this.#patiently(() => this.#stream.close());
  }

  /** Safe to call twice, and on a stream that has ended. */
  abort(error: Error): void {
    this.#ended ??= error;
    this.#stream.abort(error);
  }

  async #read(maxBodyBytes: number): Promise<Frame> {
    let length = 0;
    for (let index = 0, more = true; more; index++) {
      if (index === MAX_LENGTH_BYTES) throw new SyncFault('a frame without end');
      const [byte] = await this.#take(1);
      length += (byte! & 0x7f) * 2 ** (7 * index);
      more = byte! >= 0x80;
    }
    if (length === 0) throw new SyncFault('an empty frame');
    if (length > 1 + maxBodyBytes)
      throw new SyncFault(`a frame of ${length} bytes, at most ${1 + maxBodyBytes} allowed here`);
    const content = await this.#take(length);
    return { kind: content[0]!, body: content.subarray(1) };
  }

  async #take(bytes: number): Promise<Uint8Array> {
    const taken = (await this.#bytes.read({ bytes })).subarray();
    this.receivedBytes += bytes;
    return taken;
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const cancel: Cancel = this.#clock.after(this.#silenceMs, () =>
      this.abort(new PeerSilent(`the peer was silent for ${this.#silenceMs} ms`)),
    );
    try {
      return await work();
    } catch (error) {
      if (this.#ended !== undefined) throw this.#ended;
      if ((error as Error).name === 'StreamBufferError')
        throw new SyncFault('the peer sends on without waiting');
      throw error;
    } finally {
      cancel();
    }
  }
}
