import type { Hex } from '../../bytes.ts';
import type { Block } from './block.ts';

/** How a head follows from the one before it. */
export interface Way {
  /**
   * extended: the former head is an ancestor. reorganised: it is not, but one before it is, or is the new head itself.
   * lost: no ancestor was found within the depth that is looked at: a long outage, or another chain.
   */
  kind: 'extended' | 'reorganised' | 'lost';
  newest: Block;
  /** From after the common ancestor to the newest, oldest first. When lost, the newest alone. */
  blocks: Block[];
  /** Blocks of the former chain that are no longer in it; undefined when lost. */
  orphaned: number | undefined;
}

/** The last heads that were followed, oldest first, each the parent of the next, so that an ancestor is recognised. */
export class RecentHeads {
  readonly #max: number;
  #heads: Hex[];

  constructor(head: Hex, max: number) {
    this.#heads = [head];
    this.#max = max;
  }

  /** How many heads lie on `hash`: 0 for the last one; undefined when it is not among them. */
  depthOf(hash: Hex): number | undefined {
    const index = this.#heads.lastIndexOf(hash);
    return index < 0 ? undefined : this.#heads.length - 1 - index;
  }

  follow({ blocks, orphaned }: Way): void {
    const kept = orphaned === undefined ? [] : this.#heads.slice(0, this.#heads.length - orphaned);
    // One more than a walk is long: a reorganisation of that depth ends at the block before.
    this.#heads = [...kept, ...blocks.map(({ head }) => head.hash)].slice(-this.#max - 1);
  }
}

/**
 * Walks from a new head to the first ancestor that is known.
 * @param getBlock with its transactions; undefined when the upstream has it no longer.
 * @returns undefined when the chain moved meanwhile: there is another head by now.
 */
export async function walkBack(
  head: Hex,
  recent: RecentHeads,
  maxDepth: number,
  getBlock: (hash: Hex) => Promise<Block | undefined>,
): Promise<Way | undefined> {
  const newest = await getBlock(head);
  if (newest === undefined) return undefined;
  const blocks: Block[] = [];
  let ancestor = head;
  for (let block = newest; ;) {
    const orphaned = recent.depthOf(ancestor);
    if (orphaned !== undefined) {
      const kind = orphaned === 0 ? 'extended' : 'reorganised';
      return { kind, newest, blocks: blocks.reverse(), orphaned };
    }
    if (blocks.length >= maxDepth || block.head.number === 0n) {
      return { kind: 'lost', newest, blocks: [newest], orphaned: undefined };
    }
    if (ancestor !== block.head.hash) {
      const parent = await getBlock(ancestor);
      if (parent === undefined) return undefined;
      block = parent;
    }
    blocks.push(block);
    ancestor = block.head.parentHash;
  }
}
