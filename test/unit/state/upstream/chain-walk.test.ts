import assert from 'node:assert/strict';
import type { Hex } from '../../../../src/bytes.ts';
import type { Block } from '../../../../src/state/upstream/block.ts';
import { RecentHeads, walkBack, type Way } from '../../../../src/state/upstream/chain-walk.ts';

/** Block `name` on `parent`, named so that a test can be read. */
class Chain {
  readonly blocks = new Map<string, Block>();

  add(parent: string, ...names: string[]): void {
    for (const name of names) {
      const number = (this.blocks.get(parent)?.head.number ?? -1n) + 1n;
      const head = { number, hash: name as Hex, parentHash: parent as Hex, timestamp: 0n, header: {} };
      this.blocks.set(name, { head, gasLimit: 0n, nextBaseFee: 0n, touched: new Set() });
      parent = name;
    }
  }

  asked: string[] = [];

  walk(head: string, recent: RecentHeads, maxDepth = 10): Promise<Way | undefined> {
    return walkBack(head as Hex, recent, maxDepth, (hash) => {
      this.asked.push(hash);
      return Promise.resolve(this.blocks.get(hash));
    });
  }
}

const names = (way: Way | undefined): string[] => way!.blocks.map(({ head }) => head.hash);

describe('walk to a new head', () => {
  let chain: Chain;
  let recent: RecentHeads;

  beforeEach(async () => {
    chain = new Chain();
    chain.add('none', 'g', '1', '2', '3');
    recent = new RecentHeads('g' as Hex, 10);
    for (const head of ['1', '2', '3']) recent.follow((await chain.walk(head, recent))!);
    chain.asked = [];
  });

  it('one block on: asks for that one alone', async () => {
    chain.add('3', '4');
    const way = await chain.walk('4', recent);
    assert.deepEqual([way!.kind, way!.orphaned, names(way)], ['extended', 0, ['4']]);
    assert.deepEqual(chain.asked, ['4']);
  });

  it('several blocks on: all of them, oldest first', async () => {
    chain.add('3', '4', '5', '6');
    const way = await chain.walk('6', recent);
    assert.deepEqual([way!.kind, names(way)], ['extended', ['4', '5', '6']]);
  });

  it('another branch: from after the common ancestor, and how much is orphaned', async () => {
    chain.add('1', '2b', '3b', '4b');
    const way = await chain.walk('4b', recent);
    assert.deepEqual([way!.kind, way!.orphaned, names(way)], ['reorganised', 2, ['2b', '3b', '4b']]);
    recent.follow(way!);
    // And back again.
    chain.add('3', '4');
    const back = await chain.walk('4', recent);
    assert.deepEqual([back!.kind, back!.orphaned, names(back)], ['reorganised', 3, ['2', '3', '4']]);
  });

  it('an ancestor itself: the chain was rolled back', async () => {
    const way = await chain.walk('1', recent);
    assert.deepEqual([way!.kind, way!.orphaned, names(way)], ['reorganised', 2, []]);
    assert.equal(way!.newest.head.hash, '1');
    recent.follow(way!);
    assert.equal(recent.depthOf('1' as Hex), 0);
    assert.equal(recent.depthOf('2' as Hex), undefined);
  });

  it('lost: no ancestor within the depth, and not one block more is asked for', async () => {
    chain.add('3', '4', '5', '6', '7');
    const way = await chain.walk('7', recent, 3);
    assert.deepEqual([way!.kind, way!.orphaned, names(way)], ['lost', undefined, ['7']]);
    assert.deepEqual(chain.asked, ['7', '6', '5']);
    assert.equal((await chain.walk('7', recent, 4))!.kind, 'extended');
    recent.follow(way!);
    assert.equal(recent.depthOf('3' as Hex), undefined);
  });

  it('lost: another genesis', async () => {
    chain.add('other', 'x', 'y');
    const way = await chain.walk('y', recent);
    assert.deepEqual([way!.kind, names(way)], ['lost', ['y']]);
    assert.deepEqual(chain.asked, ['y', 'x']);
  });

  it('nowhere: the upstream has the head, or a block under it, no longer', async () => {
    assert.equal(await chain.walk('gone', recent), undefined);
    chain.add('1', '2b', '3b');
    chain.blocks.delete('2b');
    assert.equal(await chain.walk('3b', recent), undefined);
  });

  it('heads are remembered to the depth of a walk and one more', async () => {
    const short = new RecentHeads('g' as Hex, 2);
    for (const head of ['1', '2', '3']) short.follow((await chain.walk(head, short))!);
    assert.deepEqual(
      ['g', '1', '2', '3'].map((head) => short.depthOf(head as Hex)),
      [undefined, 2, 1, 0],
    );
  });
});
