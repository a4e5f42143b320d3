import type { Stream } from '@libp2p/interface';

type Chunk = Parameters<Stream['send']>[0];

/**
 * An inbound stream as gossipsub reads it: an async iterable of what arrives, and the two ways to end it. libp2p's
 * own way from a stream to an iterable (event, buffer list, pushable, generator) was a seventh of the CPU of a large
 * simulation, and nobody but gossipsub reads this end.
 */
export class InboundReader implements AsyncIterable<Chunk> {
  readonly id: string;
  readonly protocol: string;
  readonly #stream: Stream;
  #chunks: Chunk[] = [];
  #wake: ((result: IteratorResult<Chunk>) => void) | undefined;
  #ended = false;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.id = stream.id;
    this.protocol = stream.protocol;
  }

  push(chunk: Chunk): void {
    const wake = this.#wake;
    if (wake === undefined) {
      this.#chunks.push(chunk);
      return;
    }
    this.#wake = undefined;
    wake({ value: chunk, done: false });
  }

  end(): void {
    this.#ended = true;
    this.#wake?.({ value: undefined, done: true });
    this.#wake = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<Chunk> {
    return {
      next: () => {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) return Promise.resolve({ value: chunk, done: false });
        if (this.#ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => {
          this.#wake = resolve;
        });
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
    };
  }

  async close(): Promise<void> {
    await this.#stream.close();
  }

  abort(error: Error): void {
    this.#stream.abort(error);
  }
}
