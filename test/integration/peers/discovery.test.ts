import { multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import type { NodeOptions } from '../../../src/config.ts';
import { launchNode, type RunningNode } from '../../../src/launch.ts';
import { eventually } from '../../helpers/poll.ts';
import { scratchFolder } from '../../helpers/scratch.ts';

describe('nodes over TCP find each other', () => {
  const nodes: RunningNode[] = [];
  const scratch = scratchFolder();
  const start = async (options: Partial<NodeOptions> = {}): Promise<RunningNode> => {
    const running = await launchNode({ 'http.port': 0, verbosity: 1, ...options });
    nodes.push(running);
    return running;
  };
  const peersOf = ({ node }: RunningNode): string[] =>
    node
      .peers()
      .map(({ id }) => id)
      .sort();
  const stop = async (running: RunningNode): Promise<void> => {
    nodes.splice(nodes.indexOf(running), 1);
    await running.stop();
  };
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((running) => running.stop()));
  });

  it('beginning from one that was told nothing, who joins in', async () => {
    const first = await start();
    assert.equal(first.node.discovery?.isOn, false);
    for (let k = 0; k < 3; k++) await start({ bootstrap: first.multiaddrs });
    await eventually('everybody to be connected with everybody', () =>
      nodes.every((running) => peersOf(running).length === 3),
    );
    assert.equal(first.node.discovery.isOn, true);
  });

  it('and, started again with what they know, without that one', async () => {
    const first = await start();
    // It has what it wants and dials nobody else.
    const content = { 'peers.target': 1, 'peers.floor': 1, 'peers.outbound': 1 };
    const second = await start({ bootstrap: first.multiaddrs, ...content });
    const third = await start({ bootstrap: first.multiaddrs, datadir: scratch.path });
    // Whom it dialled itself is tested, and kept.
    await eventually('the third to have dialled the second', async () => {
      const known = await third.node.host.knownPeers();
      return known.some(({ peer }) => peer === second.node.peerId.toString());
    });
    await stop(first);
    await stop(third);
    const again = await start({ datadir: scratch.path });
    await eventually('the third to find the second again', () =>
      peersOf(again).includes(second.node.peerId.toString()),
    );
  });

  it('believing the local network about addresses in it, not about their own machine', async () => {
    const { node } = await start({ discovery: true });
    const stranger = (await start({ discovery: false })).node.peerId;
    node.discovery!.onHeard(stranger, [multiaddr('/ip4/127.0.0.1/tcp/4001')]);
    assert.deepEqual(node.knownPeers().peers, []);
    node.discovery!.onHeard(stranger, [
      multiaddr('/ip4/127.0.0.1/tcp/4001'),
      multiaddr('/ip4/10.0.0.1/tcp/9'),
    ]);
    const [known] = node.knownPeers().peers;
    assert.deepEqual([known!.addresses, known!.tested], [['/ip4/10.0.0.1/tcp/9'], false]);
    node.discovery!.onHeard(node.peerId, [multiaddr('/ip4/10.0.0.2/tcp/9')]);
    assert.equal(node.knownPeers().peers.length, 1);
  });

  it('but not those that were told their peers, or that it is off', async () => {
    const first = await start({ discovery: false });
    const second = await start({ peer: first.multiaddrs });
    const third = await start({ peer: first.multiaddrs });
    await eventually(
      'all to know what their peers speak',
      () =>
        peersOf(first).length === 2 &&
        nodes.every(({ node }) => node.peers().every(({ protocols }) => protocols.length > 0)),
    );
    for (const { node } of nodes) {
      for (const { protocols } of node.peers()) assert.ok(!protocols.includes('/txgossip/peers/1'));
    }
    assert.equal(first.node.discovery, undefined);
    assert.deepEqual(
      [second, third].map(({ node }) => node.discovery?.isOn),
      [false, false],
    );
  });
});
