/** Membership between real nodes over TCP. Time-outs are the defaults: nothing here waits for one. */
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import type { NodeOptions } from '../../../src/config.ts';
import { launchNode } from '../../../src/launch.ts';
import type { MemberEvent, TraceEvent } from '../../../src/telemetry/trace.ts';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, type TestNode } from '../../helpers/real-nodes.ts';

const membersOf = (nodes: readonly TestNode[], peer: string): (string | undefined)[] =>
  nodes.map(({ node }) => node.membership.get(peer)?.state);

const eventsOf = ({ events }: TestNode, peer: string): MemberEvent[] =>
  events.filter((event): event is MemberEvent => event.kind === 'member' && event.peer === peer);

/** Somebody whose identity stays, whatever becomes of the process. */
async function launchMortal(privateKey: PrivateKey, options: Partial<NodeOptions>): Promise<TestNode> {
  const events: TraceEvent[] = [];
  const running = await launchNode(
    { 'http.port': 0, verbosity: 1, ...options },
    { privateKey, trace: { record: (event) => void events.push(event) } },
  );
  return { ...running, events };
}

describe('membership over TCP', function () {
  this.timeout(60_000);
  const running: TestNode[] = [];
  afterEach(() => stopAll(running.splice(0)));

  const start = async (): Promise<{
    line: TestNode[];
    mortal: TestNode;
    key: PrivateKey;
    mortalId: string;
  }> => {
    const line = await startLine(3);
    running.push(...line);
    const key = await generateKeyPair('Ed25519');
    const mortal = await launchMortal(key, { peer: [line[2]!.multiaddrs[0]!] });
    running.push(mortal);
    const mortalId = peerIdFromPrivateKey(key).toString();
    await eventually('all to know each other', () =>
      running.every(
        ({ node }) => node.membership.members().filter(({ state }) => state === 'alive').length === 3,
      ),
    );
    return { line, mortal, key, mortalId };
  };

  it('hears of all and where they listen, over neighbours', async () => {
    const { line, mortal, mortalId } = await start();
    const known = line[0]!.node.membership.get(mortalId)!;
    assert.deepEqual(
      known.addresses.map((address) => `${address}/p2p/${mortalId}`),
      mortal.multiaddrs,
    );
    const answer = (await (
      await fetch(line[0]!.rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'txgossip_members', params: [] }),
      })
    ).json()) as { result: { enabled: boolean; members: { peer: string; state: string }[] } };
    assert.equal(answer.result.enabled, true);
    assert.deepEqual(
      answer.result.members.map(({ peer, state }) => [peer, state]).sort(),
      [line[1]!, line[2]!, mortal].map(({ node }) => [node.peerId.toString(), 'alive']).sort(),
    );
  });

  it('one whose host dies is dead everywhere, refused; started again it contradicts and is taken back', async () => {
    const { line, mortal, key, mortalId } = await start();
    const [address] = mortal.multiaddrs as [string];
    // Connections and listener end, and nobody says goodbye: what the kernel does for a process that is killed.
    await mortal.node.host.stop();
    await eventually('all to hold it dead', () =>
      membersOf(line, mortalId).every((state) => state === 'dead'),
    );
    const [neighbour, far] = [eventsOf(line[2]!, mortalId).at(-1)!, eventsOf(line[0]!, mortalId).at(-1)!];
    assert.deepEqual([neighbour.cause, neighbour.by], ['refused', null]);
    assert.deepEqual([far.cause, far.by], ['told', line[2]!.node.peerId.toString()]);
    await mortal.stop();
    running.splice(running.indexOf(mortal), 1);
    const listen = [address.replace(/\/p2p\/.*/, '')];
    // Any other process may have been given the port meanwhile, for a connection of its own.
    const reborn = await eventually('the port to be free', () =>
      launchMortal(key, { listen, peer: [line[2]!.multiaddrs[0]!] }).catch((error: unknown) => {
        if (error instanceof Error && error.message.includes('EADDRINUSE')) return undefined;
        throw error;
      }),
    );
    running.push(reborn);
    await eventually('all to hold it alive, by its own word', () =>
      line.every(({ node }) => {
        const member = node.membership.get(mortalId)!;
        return member.state === 'alive' && member.incarnation > 0;
      }),
    );
    assert.equal(
      reborn.node.membership.view().incarnation,
      line[0]!.node.membership.get(mortalId)!.incarnation,
    );
    assert.ok(eventsOf(line[2]!, mortalId).some(({ cause }) => cause === 'returned'));
    assert.ok(
      line.every((node) =>
        node.events.every(
          (event) => event.kind !== 'member' || event.state !== 'dead' || event.peer === mortalId,
        ),
      ),
    );
  });

  it('one started again on another port is dead once, and found there', async () => {
    // Begun from by all, and wants nobody; nor does the mortal, so that those who dialled it have to find it.
    const content = { 'peers.target': 1, 'peers.floor': 1, 'peers.outbound': 1 };
    const key = await generateKeyPair('Ed25519');
    const mortalId = peerIdFromPrivateKey(key).toString();
    const launch = async (privateKey: PrivateKey, options: Partial<NodeOptions>): Promise<TestNode> => {
      const node = await launchMortal(privateKey, options);
      running.push(node);
      return node;
    };
    const first = await launch(await generateKeyPair('Ed25519'), { discovery: true, ...content });
    const bootstrap = first.multiaddrs;
    const mortal = await launch(key, { bootstrap, ...content });
    const seeker = await launch(await generateKeyPair('Ed25519'), { bootstrap });
    const isFound = (): boolean =>
      seeker.node.host
        .connections()
        .some(({ peerId, direction }) => peerId.toString() === mortalId && direction === 'outbound');
    await eventually(
      'the seeker to have dialled the mortal, and noted it',
      () => isFound() && seeker.node.discovery!.book.get(mortalId)?.tested,
    );
    await mortal.node.host.stop();
    await eventually('all to hold it dead', () =>
      membersOf([first, seeker], mortalId).every((state) => state === 'dead'),
    );
    await mortal.stop();
    running.splice(running.indexOf(mortal), 1);
    await launch(key, { bootstrap, ...content });
    await eventually('the seeker to have dialled it again', isFound);
    for (const node of [first, seeker]) {
      const deaths = eventsOf(node, mortalId).filter(({ state }) => state === 'dead');
      assert.equal(deaths.length, 1);
    }
  });

  it('one that stops has left, and nobody dials it', async () => {
    const { line, mortal, mortalId } = await start();
    await mortal.stop();
    running.splice(running.indexOf(mortal), 1);
    await eventually('all to hold it gone', () =>
      membersOf(line, mortalId).every((state) => state === 'left'),
    );
    assert.deepEqual(
      line
        .flatMap((node) => eventsOf(node, mortalId))
        .filter(({ state }) => state !== 'alive' && state !== 'left'),
      [],
    );
  });
});
