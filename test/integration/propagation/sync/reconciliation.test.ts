import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { transactionHash } from '../../../../src/transaction/decode.ts';
import { eventually } from '../../../helpers/poll.ts';
import { startLine, stopAll, transfer, type TestNode } from '../../../helpers/real-nodes.ts';

/** Nothing is announced with IHAVE; pools are compared often, and by hand where a test counts bytes. */
const OPTIONS = { 'gossip.dlazy': 0, 'gossip.factor': 0, 'sync.interval': 1_000 };

/** What needs sockets to be believed; the rest, to the millisecond, is in test/simulation/propagation/sync. */
describe('reconciliation over TCP', () => {
  let nodes: TestNode[] = [];
  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
  });

  it('rule 26: transactions submitted before there was a peer reach it and its peers, each once', async () => {
    const line = await startLine(2, OPTIONS);
    nodes.push(...line);
    const [first, second] = line;
    // Submitting takes its time, and all of it is to be settled when it connects.
    const [lone] = await startLine(1, { ...OPTIONS, 'sync.grace': 0 });
    nodes.push(lone!);
    const raws = Array.from({ length: 300 }, (_, nonce) => transfer(0, nonce));
    for (const raw of raws) assert.equal((await lone!.node.submit(raw)).status, 'pending');
    assert.equal(lone!.node.unbroadcast, 300);

    await lone!.node.addPeer(first!.multiaddrs[0]!);
    await eventually('all of them everywhere', () =>
      nodes.every(({ node }) => raws.every((raw) => node.pool.has(transactionHash(raw)))),
    );
    await eventually('every one to be seen at a peer', () => lone!.node.unbroadcast === 0);
    for (const [node, from] of [
      [first!, lone!],
      [second!, first!],
    ] as const) {
      const arrivals = node.events.filter((event) => event.kind === 'arrival');
      assert.equal(arrivals.length, 300);
      const peer = from.node.peerId.toString();
      assert.ok(arrivals.every((arrival) => arrival.provenance === 'sync' && arrival.from === peer));
    }
    // More than gossip is to carry on: ids and transactions, and no payload of gossip.
    const { sent } = lone!.node.counters();
    const bytes = raws.reduce((sum, raw) => sum + raw.length, 0);
    assert.ok(sent.sync > bytes && sent.sync < bytes * 1.1 + 1000, `${sent.sync} for ${bytes}`);
    assert.equal(sent.message, 0);
  });

  it('costs less than 100 bytes where pools are equal, and its bytes add up', async () => {
    nodes = await startLine(2, { ...OPTIONS, 'sync.interval': 3_600_000, 'sync.grace': 0 });
    const [one, other] = nodes as [TestNode, TestNode];
    const raw = transfer(0, 0);
    await one.node.submit(raw);
    await eventually('both to have it', () => other.node.pool.has(transactionHash(raw)));
    const sums = (): number[] => [one, other].map(({ node }) => node.counters().sent.sync);
    /** Both have sent, more than `beyond`, and neither sends any more. */
    const calm = (beyond: number[]): Promise<number[]> =>
      eventually('both to be done', async () => {
        const early = sums();
        await wait(100);
        const late = sums();
        return late.every((bytes, side) => bytes > beyond[side]! && bytes === early[side]) && late;
      });
    let before: number[] = [];
    const result = await eventually('a session of our own', async () => {
      // That of the connect is over.
      before = await calm([0, 0]);
      return one.node.reconciliation.syncWith(other.node.peerId).catch(() => undefined);
    });
    assert.equal(result.answer, 'same');
    const after = await calm(before);
    const cost = after.reduce((sum, bytes, side) => sum + bytes - before[side]!, 0);
    assert.equal(cost, result.bytes);
    assert.ok(cost < 100, `${cost} bytes`);
  });
});
