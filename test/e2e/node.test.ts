import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../src/bytes.ts';
import { signed } from '../helpers/rpc-backend.ts';
import { finished, txgossip, type Command } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';

interface Explained {
  fate: string;
  steps: { provenance: string }[];
}

describe('txgossip node', function () {
  this.timeout(120_000);
  let directory: string;
  let running: Command[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-'));
  });
  afterEach(async () => {
    await Promise.all(running.map(async (command) => command.end()));
    running = [];
    await rm(directory, { recursive: true, force: true });
  });

  const start = (...args: string[]): Command => {
    const command = txgossip('node', '--http.port', '0', ...args);
    running.push(command);
    return command;
  };
  const rpc = async (url: string, method: string, ...params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = (await response.json()) as { result?: unknown; error?: unknown };
    assert.equal(answer.error, undefined);
    return answer.result;
  };

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`says where it listens, answers, and ends cleanly on ${signal}`, async () => {
      const node = start();
      assert.match(await node.printed(/peers +(\S+)/), /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3Koo/);
      const url = await node.printed(/JSON-RPC +(\S+)/);
      assert.equal(await rpc(url, 'eth_chainId'), '0x7a69');
      node.process.kill(signal);
      assert.deepEqual(await node.exit, { code: 0, signal: null });
      assert.equal(node.stderr, '');
    });
  }

  it('connects to the peers it is given, and keeps its identity in the data directory', async () => {
    const first = start('--datadir', join(directory, 'first'));
    const address = await first.printed(/peers +(\S+)/);
    const second = start('--peer', address);
    const url = await second.printed(/JSON-RPC +(\S+)/);
    await eventually('the peer', async () => (await rpc(url, 'net_peerCount')) === '0x1');
    first.process.kill('SIGTERM');
    await first.exit;
    const again = start('--datadir', join(directory, 'first'));
    assert.equal((await again.printed(/peers +(\S+)/)).split('/p2p/')[1], address.split('/p2p/')[1]);
  });

  it('joins a network from one address, and after a kill finds it again from what it knew', async () => {
    const datadir = join(directory, 'joins');
    const first = start();
    const begin = await first.printed(/peers +(\S+)/);
    // Content with the one it began from: it does not dial the newcomer, so the newcomer dials it.
    const second = start(
      '--bootstrap',
      begin,
      ...['target', 'floor', 'outbound'].flatMap((of) => [`--peers.${of}`, '1']),
    );
    const known = (await second.printed(/peers +(\S+)/)).split('/p2p/')[1]!;
    const peersOf = async (url: string): Promise<string[]> =>
      ((await rpc(url, 'admin_peers')) as { id: string }[]).map(({ id }) => id);
    const joined = start('--bootstrap', begin, '--datadir', datadir);
    const url = await joined.printed(/JSON-RPC +(\S+)/);
    await eventually('it to have found the second', async () => (await peersOf(url)).includes(known));
    await eventually('that to be on the disk', async () => {
      const { peers } = (await rpc(url, 'txgossip_knownPeers')) as {
        peers: { peer: string; stored: boolean }[];
      };
      return peers.some(({ peer, stored }) => peer === known && stored);
    });
    for (const node of [joined, first]) {
      node.process.kill('SIGKILL');
      await node.exit;
    }
    const again = start('--datadir', datadir);
    const there = await again.printed(/JSON-RPC +(\S+)/);
    await eventually('it to have found the second again', async () => (await peersOf(there)).includes(known));
  });

  it('tells on loopback whether it does its work, and what became of a transaction at another node', async () => {
    const first = start('--gossip.heartbeat', '200', '--gossip.history', '30');
    const second = start(
      ...['--gossip.heartbeat', '200', '--gossip.history', '30'],
      ...['--peer', await first.printed(/peers +(\S+)/)],
    );
    const [near, far] = await Promise.all([first, second].map((node) => node.printed(/JSON-RPC +(\S+)/)));
    const modules = Object.keys((await rpc(near!, 'rpc_modules')) as object);
    assert.deepEqual(modules, ['admin', 'eth', 'net', 'rpc', 'txgossip', 'txpool', 'web3']);
    await eventually('both to be well', async () => {
      const vitals = await Promise.all([near!, far!].map((url) => rpc(url, 'txgossip_health')));
      return vitals.every((found) => (found as { ok: boolean }).ok);
    });
    const hash = await rpc(near!, 'eth_sendRawTransaction', toHex(signed()));
    const explained = await eventually('the other node to know it', async () => {
      const found = (await rpc(far!, 'txgossip_explainTransaction', hash)) as Explained | null;
      return found ?? undefined;
    });
    assert.deepEqual([explained.fate, explained.steps[0]!.provenance], ['pending', 'push']);
  });

  it('reads the same options from a YAML file, nested or dotted, under those of the command line', async () => {
    const file = join(directory, 'node.yaml');
    await writeFile(file, 'chainid: 5\nhttp:\n  port: 1\n  addr: 127.0.0.1\ngossip.d: 7\n');
    const node = start('--config', file);
    assert.equal(await rpc(await node.printed(/JSON-RPC +(\S+)/), 'eth_chainId'), '0x5');
  });

  describe('says in one line what was wrong and how to mend it, and exits 1', () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await finished(start(...args));
      assert.equal(code, 1, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      return stderr;
    };

    it('a JSON-RPC port in use', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
      const { port } = taken.address() as AddressInfo;
      const said = await refused('--http.port', String(port));
      taken.close();
      assert.match(said, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.match(said, /in use.*--http\.port/);
    });

    it('a peer port in use', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
      const { port } = taken.address() as AddressInfo;
      const said = await refused('--listen', `/ip4/127.0.0.1/tcp/${port}`);
      taken.close();
      assert.match(said, /--listen/);
    });

    it('an identity key that is none', async () => {
      await writeFile(join(directory, 'nodekey'), 'not a key');
      assert.match(await refused('--datadir', directory), /nodekey is not an identity key.*restore it/);
    });

    it('a data directory that cannot be written', async () => {
      await writeFile(join(directory, 'file'), '');
      assert.match(await refused('--datadir', join(directory, 'file')), /--datadir/);
    });

    it('an address that is none', async () => {
      assert.match(
        await refused('--peer', '127.0.0.1:4001'),
        /"127\.0\.0\.1:4001" is not a multiaddr.*\/ip4\//,
      );
    });

    it('an option value out of range', async () => {
      assert.match(await refused('--http.port', '70000'), /http\.port.*65535/);
    });

    it('an unknown option in the file', async () => {
      const file = join(directory, 'node.yaml');
      await writeFile(file, 'http.prot: 1\n');
      assert.match(await refused('--config', file), /unknown option "http\.prot"/);
    });

    it('a genesis file that is none', async () => {
      const file = join(directory, 'genesis.json');
      await writeFile(file, '{"config": {}}');
      await chmod(file, 0o600);
      assert.match(await refused('--genesis', file), /chainId/);
    });
  });
});
