import assert from 'node:assert/strict';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, transfer, type TestNode } from '../../helpers/real-nodes.ts';

/** What needs sockets to be believed; the rest, to the millisecond, is in test/simulation/propagation. */
describe('baselines between real nodes', () => {
  let nodes: TestNode[] = [];
  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
  });

  for (const [propagation, provenance] of [
    ['flood', 'push'],
    ['announce', 'pull'],
    // In a line nobody has more than two peers, and the root of two is two when rounded up.
    ['eth', 'push'],
  ] as const) {
    it(`${propagation} carries transactions over a hop, also when there are many`, async () => {
      nodes = await startLine(3, { propagation });
      const count = 40;
      for (let nonce = 0; nonce < count; nonce++)
        assert.equal((await nodes[0]!.node.submit(transfer(0, nonce))).status, 'pending');
      await eventually('the far end to have them', () => nodes[2]!.node.pool.counts.pending === count);
      for (const [index, { events, node }] of nodes.entries()) {
        const arrivals = events.filter((event) => event.kind === 'arrival');
        assert.equal(arrivals.length, count);
        if (index > 0) {
          assert.deepEqual(
            new Set(arrivals.map(({ from }) => from)),
            new Set([nodes[index - 1]!.node.peerId.toString()]),
          );
          assert.deepEqual(new Set(arrivals.map((arrival) => arrival.provenance)), new Set([provenance]));
        }
        const { received, copiesReceived, duplicateBytes } = node.counters();
        assert.equal(copiesReceived, index === 0 ? 0 : count);
        assert.equal(duplicateBytes, 0);
        assert.equal(received.sync, 0);
        if (index > 0) assert.ok(received.message > count * 100);
        assert.equal(node.propagation.unsettled + node.propagation.fetching, 0);
      }
      const sent = nodes.reduce((sum, { node }) => sum + node.counters().sent.message, 0);
      const received = nodes.reduce((sum, { node }) => sum + node.counters().received.message, 0);
      assert.equal(sent, received);
    });
  }

  it('eth pushes to the root of its peers, and the others fetch what is announced', async () => {
    const peers = 4;
    for (let k = 0; k <= peers; k++) nodes.push(...(await startLine(1, { propagation: 'eth' })));
    const [hub, ...leaves] = nodes as [TestNode, ...TestNode[]];
    for (const { node } of leaves) await node.addPeer(hub.multiaddrs[0]!);
    await eventually(
      'all to exchange transactions',
      () =>
        hub.node.propagation.meshPeers().length === peers &&
        leaves.every(({ node }) => node.propagation.meshPeers().length === 1),
    );
    const count = 40;
    for (let nonce = 0; nonce < count; nonce++)
      assert.equal((await hub.node.submit(transfer(0, nonce))).status, 'pending');
    await eventually('the leaves to have them', () =>
      leaves.every(({ node }) => node.pool.counts.pending === count),
    );
    const ways = leaves.map(({ events }) => {
      const arrivals = events.filter((event) => event.kind === 'arrival');
      assert.equal(arrivals.length, count);
      return [...new Set(arrivals.map(({ provenance }) => provenance))].join(' and ');
    });
    assert.deepEqual(ways.sort(), ['pull', 'pull', 'push', 'push']);
    for (const { node } of leaves) assert.equal(node.counters().copiesReceived, count);
  });

  it('a peer that comes back is sent to again', async () => {
    nodes = await startLine(2, { propagation: 'flood' });
    const [first, second] = nodes as [TestNode, TestNode];
    await first.node.host.disconnect(second.node.peerId);
    await eventually('them to meet again', () => first.node.propagation.meshPeers().length === 1);
    await eventually('both to know', () => second.node.propagation.meshPeers().length === 1);
    assert.equal((await first.node.submit(transfer(0, 0))).status, 'pending');
    await eventually('it to arrive', () => second.node.pool.counts.pending === 1);
  });
});
