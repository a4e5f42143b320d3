import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../testnet/measure/summary.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { Command, cpuSeconds, finished, txgossip } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';

const SMALL = [
  '--set',
  'nodes.count=20',
  '--set',
  'workload.transactions=60',
  '--set',
  'workload.senders=20',
  '--set',
  'nodes.cpu.messageMs=0.05',
  '--set',
  'measure.warmUpMs=500',
];

describe('txgossip run --on simulated', function () {
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
  const started = (command: Command): Command => {
    running.push(command);
    return command;
  };
  const run = (name: string, scenario: string, ...args: string[]): Command =>
    started(txgossip('run', scenario, '--on', 'simulated', '--out', join(directory, name), ...args));
  const small = (name: string, ...args: string[]): Command =>
    run(name, 'testnet/scenarios/latency-100.yaml', ...SMALL, ...args);
  const summaryOf = async (name: string): Promise<Summary> =>
    JSON.parse(await readFile(join(directory, name, 'summary.json'), 'utf8')) as Summary;
  const digestOf = async (name: string, command: Command): Promise<string> => {
    const { code, stdout, stderr } = await finished(command);
    assert.equal(code, 0, stdout + stderr);
    const { digest } = await summaryOf(name);
    assert.match(String(digest), /^[0-9a-f]{64}$/);
    assert.ok(stdout.includes(digest!), 'the digest is not in the table');
    return digest!;
  };

  it('gives the same digest for the same seed, also beside a busy process, and another for another', async () => {
    const first = await digestOf('first', small('first', '--seed', '7'));
    const busy = [0, 1].map(() => started(new Command(process.execPath, ['-e', 'for (;;) Math.sqrt(2)'])));
    assert.equal(await digestOf('second', small('second', '--seed', '7')), first);
    await Promise.all(busy.map((command) => command.end()));
    assert.notEqual(await digestOf('other', small('other', '--seed', '8')), first);

    const summary = await summaryOf('first');
    assert.equal(summary.network, 'simulated');
    assert.equal(summary.seed, 7);
    assert.deepEqual(summary.coverage, { mean: 1, min: 1 });
    assert.equal(summary.latencyMs.count, 60 * 19);
    assert.equal(summary.conserved, true);
    assert.equal(summary.cpuMsPerDelivery, null);
    // The one figure that is the machine's.
    const { rssBytesMax } = summary;
    assert.ok(rssBytesMax !== null && rssBytesMax > 0);
    assert.deepEqual({ ...(await summaryOf('second')), rssBytesMax }, summary);
  });

  it('runs again what a run folder holds, measured costs included', async () => {
    const first = await digestOf('first', small('first', '--set', 'nodes.cpu.verifyMs=measured'));
    const file = join(directory, 'first', 'scenario.yaml');
    const { verifyMs } = resolveScenario(await readFile(file, 'utf8')).nodes.cpu;
    assert.ok(typeof verifyMs === 'number' && verifyMs > 0.01 && verifyMs < 5, String(verifyMs));
    assert.equal(await digestOf('again', run('again', file)), first);
    const dearer = run('dearer', file, '--set', `nodes.cpu.verifyMs=${verifyMs * 2}`);
    assert.notEqual(await digestOf('dearer', dearer), first);
  });

  it('exits 1 when an expectation is missed and says which, and keeps the run', async () => {
    const { code, stdout } = await finished(small('run', '--set', 'expect={latencyMs.p50: "< 20"}'));
    assert.equal(code, 1);
    assert.match(stdout, /✗ latencyMs\.p50/);
    assert.ok((await readdir(join(directory, 'run'))).includes('report.html'));
  });

  it('exits 1 with what was wrong when the nodes never find a mesh, and writes nothing', async () => {
    const { code, stderr } = await finished(small('run', '--set', 'measure.startTimeoutMs=100'));
    assert.equal(code, 1);
    assert.match(stderr, /of 20 nodes had no mesh after 100 virtual ms; .*raise measure\.startTimeoutMs/);
    assert.deepEqual(await readdir(directory), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends at once on ${signal}, says so and leaves nothing behind`, async () => {
      // Hours of virtual time: still in the middle of it when loading and signing are over.
      const command = small(
        'run',
        '--set',
        'workload.transactions=5000',
        '--set',
        'workload.ratePerSecond=0.5',
      );
      await eventually(
        'the simulation to run',
        async () => (await cpuSeconds(command.process.pid!)) > 5,
        60_000,
      );
      const askedMs = performance.now();
      command.process.kill(signal);
      const { code, signal: by } = await command.exit;
      assert.deepEqual([code, by], [1, null]);
      assert.ok(performance.now() - askedMs < 10_000);
      assert.match(command.stderr, new RegExp(`stopped by ${signal}`));
      assert.deepEqual(await readdir(directory), []);
    });
  }
});
