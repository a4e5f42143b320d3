/** What a node keeps over a restart: the journal of its own, and on request the whole pool. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { NodeOptions } from '../../src/config.ts';
import { ConfigError } from '../../src/config.ts';
import { launchNode, type RunningNode } from '../../src/launch.ts';
import { transactionHash } from '../../src/transaction/decode.ts';
import { eventually } from '../helpers/poll.ts';
import { transfer } from '../helpers/real-nodes.ts';

describe('a node started again', () => {
  let directory: string;
  let datadir: string;
  let running: RunningNode[] = [];
  let logged: { level: number; msg: string; [field: string]: unknown }[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-restart-'));
    datadir = join(directory, 'data');
    logged = [];
  });
  afterEach(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
    running = [];
    await rm(directory, { recursive: true, force: true });
  });

  const start = async (options: Partial<NodeOptions> = {}): Promise<RunningNode> => {
    const log = pino(
      { level: 'info', base: undefined },
      {
        write: (line: string) => void logged.push(JSON.parse(line) as (typeof logged)[number]),
      },
    );
    const node = await launchNode(
      { 'http.port': 0, datadir, 'gossip.heartbeat': 200, 'gossip.history': 30, ...options },
      { log },
    );
    running.push(node);
    return node;
  };
  const has = ({ node }: RunningNode, raw: Uint8Array): boolean => node.pool.has(transactionHash(raw));
  const said = (level: number): string[] =>
    logged.filter((line) => line.level >= level).map(({ msg }) => msg);
  const ERROR = 50;

  it('rule 25: has what was submitted to it, in order, and knows it for its own', async () => {
    const first = await start();
    const raws = [transfer(0, 0), transfer(0, 1), transfer(0, 5), transfer(1, 0)];
    for (const raw of raws) await first.node.submit(raw);
    await first.stop();
    const again = await start();
    assert.ok(raws.every((raw) => again.node.pool.get(transactionHash(raw))?.origin === 'local'));
    assert.deepEqual([again.node.pool.counts.pending, again.node.pool.counts.queued], [3, 1]);
    assert.equal(again.node.unbroadcast, 4);
  });

  it('has nothing of it without a journal, and none is made', async () => {
    const first = await start({ 'txpool.journal': false });
    await first.node.submit(transfer(0, 0));
    await first.stop();
    assert.deepEqual((await readdir(datadir)).sort(), ['nodekey', 'peers']);
    assert.equal((await start()).node.pool.counts.pending, 0);
  });

  it('does not start while another has the journal, and says what to do', async () => {
    await start();
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /in use by another process; stop that one, or choose another --datadir/);
      return true;
    });
  });

  describe('rule 27: with txpool.save has the whole pool', () => {
    it('of others too, who stay others', async () => {
      const [first, peer] = [await start({ 'txpool.save': true }), await start({ datadir: undefined })];
      await peer.node.addPeer(first.multiaddrs[0]!);
      await eventually('the mesh', () => peer.node.propagation.meshPeers().length > 0);
      const [own, others] = [transfer(0, 0), [transfer(1, 0), transfer(1, 1)]];
      await first.node.submit(own);
      for (const raw of others) await peer.node.submit(raw);
      await eventually('gossip', () => others.every((raw) => has(first, raw)));
      await Promise.all([first.stop(), peer.stop()]);

      const again = await start({ 'txpool.save': true });
      const origins = [own, ...others].map((raw) => again.node.pool.get(transactionHash(raw))?.origin);
      assert.deepEqual(origins, ['local', 'remote', 'remote']);
      assert.equal(again.node.unbroadcast, 1);
      assert.deepEqual(said(ERROR), []);
    });

    it('checked again: what the chain no longer takes stays out', async () => {
      const first = await start({ 'txpool.save': true, 'txpool.journal': false });
      await first.node.submit(transfer(0, 0));
      await first.stop();
      const again = await start({ 'txpool.save': true, chainid: 5n });
      assert.equal(again.node.pool.counts.pending, 0);
    });

    it('unless it is not asked for', async () => {
      const first = await start({ 'txpool.journal': false });
      await first.node.submit(transfer(0, 0));
      await first.stop();
      assert.ok(!(await readdir(datadir)).includes('pool'));
    });

    it('a damaged file is set aside, with a word in the log, and the node starts', async () => {
      const first = await start({ 'txpool.save': true, 'txpool.journal': false });
      await first.node.submit(transfer(0, 0));
      await first.stop();
      const path = join(datadir, 'pool');
      const bytes = await readFile(path);
      bytes[40]! ^= 1;
      await writeFile(path, bytes);
      const again = await start({ 'txpool.save': true, 'txpool.journal': false });
      assert.equal(again.node.pool.counts.pending, 0);
      assert.deepEqual(said(ERROR), [
        'the saved pool is damaged: it is set aside, the pool starts without it',
      ]);
      assert.deepEqual(await readFile(`${path}.damaged`), bytes);
    });

    it('a node that could not start leaves the file as it was', async () => {
      const first = await start({ 'txpool.save': true });
      await first.node.submit(transfer(0, 0));
      await first.stop();
      const bytes = await readFile(join(datadir, 'pool'));
      const other = await start({ datadir: join(directory, 'other') });
      const taken = Number(new URL(other.rpcUrl).port);
      const listen = other.multiaddrs[0]!.split('/p2p/')[0]!;
      await assert.rejects(start({ 'txpool.save': true, listen: [listen] }), ConfigError);
      assert.deepEqual(await readFile(join(datadir, 'pool')), bytes);
      await assert.rejects(start({ 'txpool.save': true, 'http.port': taken }), ConfigError);
      assert.deepEqual(await readFile(join(datadir, 'pool')), bytes);
    });
  });
});
