/** Nodes that are silent, join late, are slow, or find each other by themselves. */
import assert from 'node:assert/strict';
import type { FaultAction, LinkPair } from '../../testnet/faults/fault.ts';
import type { Edge } from '../../testnet/networks/network.ts';
import { SILENCE_MS, type NetworkUnderTest } from './network-under-test.ts';

export function membershipCompliance(net: NetworkUnderTest): void {
  const {
    backend,
    begin,
    pass,
    eventually,
    arrivals,
    holders,
    reaches,
    submit,
    takes,
    inflict,
    misses,
    connected,
  } = net;

  describe('a line with a silent node and one that joins late', () => {
    before(() =>
      begin({
        nodes: {
          groups: [{ name: 'quiet', nodes: [1], behaviour: 'silent' }],
          ...(backend.emulatesCpu && { cpu: { verifyMs: 10 } }),
        },
        faults: { lateJoiners: { nodes: [3], atMs: 0 } },
      }),
    );
    after(() => net.network.stop());

    it('is up without the late one, which is known and down', async () => {
      assert.deepEqual(
        (await net.network.status()).map(({ up, peers }) => [up, peers]),
        [
          [true, 1],
          [true, 2],
          [true, 1],
          [false, 0],
        ],
      );
      assert.equal(net.network.isUp(3), false);
      assert.notEqual(net.network.nodes[3]!.peerId, '');
      await misses({ kind: 'restart', node: 3, disk: 'kept' }, /node 3 has not joined yet/);
      await misses({ kind: 'kill', node: 3 }, /node 3 has not joined yet/);
    });

    it('hears nothing through the silent node but what was submitted to it', async () => {
      const lost = await submit(0);
      const heard = await submit(1);
      await reaches(heard, [0, 1, 2]);
      await pass(SILENCE_MS);
      assert.deepEqual(await holders(lost), [0, 1]);
    });

    it('lets the late one join', async () => {
      await inflict({ kind: 'join', node: 3 });
      await misses({ kind: 'join', node: 3 }, /node 3 has joined already/);
      await connected([0, 1, 2, 3]);
      const hash = await submit(2);
      await reaches(hash, [1, 2, 3]);
      await inflict({ kind: 'kill', node: 3 });
      await connected([0, 1, 2]);
      await inflict({ kind: 'restart', node: 3, disk: 'kept' });
      await connected([0, 1, 2, 3]);
    });

    it('slows a node down, and up again', async () => {
      const slow = (factor: number): FaultAction => ({ kind: 'slow', node: 2, factor });
      const validationMs = async (): Promise<number> => {
        const hash = await submit(3);
        await reaches(hash, [2]);
        const { atMs, validationAtMs } = (await arrivals(hash))[2]!;
        return atMs - validationAtMs;
      };
      const wanted = (ms: number): [number, number] => (backend.emulatesCpu ? [ms, ms] : [0, 0]);
      await takes('full speed', wanted(10), validationMs);
      await inflict(slow(8));
      await misses(slow(8), /that slow/);
      // How slow is for the machine to say where it gives the processor.
      await takes('slow', backend.emulatesCpu ? [80, 80] : [0, Infinity], validationMs);
      await inflict(slow(1));
      await takes('full speed again', wanted(10), validationMs);
      await misses(slow(1), /that slow/);
      await inflict(slow(8));
      await inflict({ kind: 'kill', node: 2 });
      await connected([0, 1]);
      await inflict({ kind: 'restart', node: 2, disk: 'kept' });
      await connected([0, 1, 2, 3]);
      await misses(slow(1), /that slow/);
      await takes('full speed after a restart', wanted(10), validationMs);
    });
  });

  describe('nodes that find each other from one address', () => {
    before(() =>
      begin({
        nodes: {},
        topology: { kind: 'discovered' },
        faults: { lateJoiners: { nodes: [3], atMs: 0 } },
      }),
    );
    after(() => net.network.stop());

    const become = (pairs: Edge[]): Promise<void> =>
      eventually(`the connections ${JSON.stringify(pairs)}`, async () => {
        return JSON.stringify(await net.network.connections()) === JSON.stringify(pairs);
      });
    const FEW: Edge[] = [
      [0, 1],
      [0, 2],
      [1, 2],
    ];

    it('are up when all are connected and meshed, though nobody was told of any but the first', async () => {
      assert.ok(
        (await net.network.status()).slice(0, 3).every(({ peers, mesh }) => peers === 2 && mesh === 2),
      );
      assert.deepEqual(await net.network.connections(), FEW);
      await reaches(await submit(2), [0, 1, 2]);
    });

    it('find who joins late', async () => {
      await inflict({ kind: 'join', node: 3 });
      await become([
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
      ]);
    });

    it('go on without the first, and find it again', async () => {
      await inflict({ kind: 'kill', node: 0 });
      await become([
        [1, 2],
        [1, 3],
        [2, 3],
      ]);
      await inflict({ kind: 'restart', node: 0, disk: 'kept' });
      await become([
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
      ]);
    });

    it('can be cut off from each other, any two of them', async () => {
      const links: LinkPair[] = [[1, 3]];
      await inflict({ kind: 'cut', links });
      await misses({ kind: 'cut', links }, /whole: 1-3/);
      await inflict({ kind: 'heal', links });
      await misses({ kind: 'cut', links: [[2, 2]] }, /2-2/);
    });
  });
}
