import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Summary } from '../../testnet/measure/summary.ts';
import { finished, txgossip, type Command } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';
import { scratchFolder } from '../helpers/scratch.ts';

/** Points long enough to be killed in the middle of one. */
const SWEEP = `
name: small-sweep
description: Five nodes, to see a sweep at work.
nodes: {count: 12}
links: {latencyMs: 20}
workload: {transactions: 120, ratePerSecond: 60}
sweep:
  grid: {nodes.options.gossip.d: [3, 6], nodes.options.gossip.dlo: [2], nodes.options.gossip.dout: [1]}
  repeats: 2
`;
const POINTS = 4;

describe('txgossip sweep', function () {
  this.timeout(120_000);
  const scratch = scratchFolder();
  let running: { end(): Promise<void> }[] = [];
  let file: string;
  let folder: string;

  beforeEach(async () => {
    file = join(scratch.path, 'sweep.yaml');
    folder = join(scratch.path, 'out');
    await writeFile(file, SWEEP);
  });
  afterEach(async () => {
    await Promise.all(running.map((each) => each.end()));
    running = [];
  });

  const start = (...args: string[]): Command => {
    const command = txgossip(...args);
    running.push(command);
    return command;
  };
  const done = async (): Promise<string[]> =>
    (await readdir(join(folder, 'points')).catch(() => [])).filter((name) => !name.startsWith('.'));

  /** Every point once, each with a seed of its own. */
  async function assertWhole(): Promise<void> {
    const points = await done();
    assert.equal(points.length, POINTS);
    const seeds = new Set<number>();
    for (const point of points) {
      const summary = JSON.parse(
        await readFile(join(folder, 'points', point, 'summary.json'), 'utf8'),
      ) as Summary;
      assert.equal(summary.coverage.min, 1);
      seeds.add(summary.seed);
    }
    assert.equal(seeds.size, POINTS);
  }

  it('killed half-way goes on where it was, and compares everything in the end', async () => {
    const first = start('sweep', file, '--jobs', '1', '--out', folder);
    await eventually('a point', async () => ((await done()).length >= 1 ? true : undefined), 60_000);
    first.process.kill('SIGKILL');
    await first.exit;
    const before = await done();
    assert.ok(before.length < POINTS, `killed too late: ${before.length} points were done`);

    const second = await finished(start('sweep', file, '--resume', folder));
    assert.equal(second.code, 0, second.stdout + second.stderr);
    await assertWhole();
    const page = await readFile(join(folder, 'comparison.html'), 'utf8');
    assert.match(page, /gossip\.d=3/);
    assert.match(second.stdout, /redundancy\n +gossip\.d=3 +[\d.]+ \[/);

    const compared = await finished(start('compare', folder, '--out', join(scratch.path, 'compared')));
    assert.equal(compared.code, 0, compared.stderr);
    assert.match(compared.stdout, /t99, median transaction/);
    const point = join(folder, 'points', (await done())[0]!);
    const report = await finished(start('report', point));
    assert.equal(report.code, 0, report.stderr);
  });

  it('says when nobody answers at the queue', async () => {
    const port = await deafPort();
    const { code, stderr } = await finished(
      start('sweep', file, '--out', folder, '--queue', `redis://127.0.0.1:${port}`),
    );
    assert.equal(code, 1);
    assert.match(stderr, /no Redis answers at .*is it running/);
  });

  it('goes through Redis to two workers, and does every point once when one of them is killed', async () => {
    const url = await startRedis();
    const workers = [start('worker', '--queue', url), start('worker', '--queue', url)] as const;
    const sweep = start('sweep', file, '--out', folder, '--queue', url);
    await Promise.all(workers.map((worker) => worker.printed(/begun {3}(.+)/)));
    workers[0].process.kill('SIGKILL');
    const { code, stdout, stderr } = await finished(sweep);
    assert.equal(code, 0, stdout + stderr);
    await assertWhole();
    const finishedByPoint = stdout.match(/^\d\/4 +\S+ {2}done$/gm)!;
    assert.equal(finishedByPoint.length, POINTS);
  });

  /** A port that nobody listens on, and nobody can: an outgoing connection has it until the test is over. */
  async function deafPort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    running.push({
      end: async () => {
        socket.destroy();
        server.close();
        await once(server, 'close');
      },
    });
    return socket.localPort!;
  }

  async function startRedis(): Promise<string> {
    // A free port may be taken before Redis has it: then it ends, and another one is tried.
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      const { redis, log } = launchRedis(port);
      const became = await eventually('Redis to be ready or to end', () => {
        if (/Ready to accept connections/.test(log())) return 'ready';
        return redis.exitCode !== null && 'ended';
      });
      if (became === 'ready') return `redis://127.0.0.1:${port}`;
      assert.ok(tries < 5, log());
    }
  }

  function launchRedis(port: number): { redis: ChildProcess; log: () => string } {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', scratch.path];
    const redis = spawn('redis-server', args);
    running.push({ end: () => ended(redis) });
    let log = '';
    redis.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
    redis.on('error', (error) => (log += `${error.message}; install redis-server`));
    return { redis, log: () => log };
  }
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
