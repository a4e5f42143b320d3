/** Membership between real nodes over TCP. Time-outs are the defaults: nothing here waits for one. */
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import { launchNode } from '../../../src/launch.ts';
import type { MemberEvent, TraceEvent } from '../../../src/telemetry/trace.ts';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, type TestNode } from '../../helpers/real-nodes.ts';

const membersOf = (nodes: readonly TestNode[], peer: string): (string | undefined)[] =>
  nodes.map(({ node }) => node.membership.get(peer)?.state);

const eventsOf = ({ events }: TestNode, peer: string): MemberEvent[] =>
  events.filter((event): event is MemberEvent => event.kind === 'member' && event.peer === peer);

/** Somebody whose address and identity stay, whatever becomes of the process. */
async function launchMortal(privateKey: PrivateKey, listen: string, peer: string): Promise<TestNode> {
  const events: TraceEvent[] = [];
  const running = await launchNode(
    { 'http.port': 0, verbosity: 1, listen: [listen], peer: [peer] },
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
    const mortal = await launchMortal(key, '/ip4/127.0.0.1/tcp/0', line[2]!.multiaddrs[0]!);
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
    const reborn = await launchMortal(key, address.replace(/\/p2p\/.*/, ''), line[2]!.multiaddrs[0]!);
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
