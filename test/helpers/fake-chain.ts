import type { Hex } from '../../src/bytes.ts';
import type { Chain, ChainHealth, Head } from '../../src/state/chain.ts';

/** An upstream that answers what a test says; what it was asked is kept. */
export class FakeChain implements Chain {
  head: Head = headNumber(0);
  /** What is thrown is what the upstream answered, or why it did not. */
  answer: (method: string, params: readonly unknown[]) => unknown = (method) => {
    throw new Error(`the test says nothing of ${method}`);
  };
  readonly requests: [method: string, params: readonly unknown[]][] = [];
  /** Why it cannot be reached. */
  problem: string | undefined;
  readonly #listeners = new Set<(head: Head) => void>();

  get listenerCount(): number {
    return this.#listeners.size;
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.requests.push([method, params]);
    return this.answer(method, params);
  }

  health(): ChainHealth {
    return {
      reachable: this.problem === undefined,
      headNumber: this.head.number,
      headHash: this.head.hash,
      headAgeMs: 12,
      problem: this.problem,
    };
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next block is the head. */
  advance(): Head {
    this.head = headNumber(Number(this.head.number) + 1);
    for (const listener of this.#listeners) listener(this.head);
    return this.head;
  }
}

function headNumber(number: number): Head {
  const hash = (of: number): Hex => `0x${(of + 1).toString(16).padStart(64, 'b')}`;
  return {
    number: BigInt(number),
    hash: hash(number),
    parentHash: hash(number - 1),
    timestamp: BigInt(number * 12),
    header: { number: `0x${number.toString(16)}`, hash: hash(number) },
  };
}
