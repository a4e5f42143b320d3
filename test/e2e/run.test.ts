import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../testnet/measure/summary.ts';
import { childrenOf, Command, finished, isAlive, txgossip } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';

const SMALL = [
  '--set',
  'nodes.count=4',
  '--set',
  'workload.transactions=40',
  '--set',
  'measure.warmUpMs=0',
  '--set',
  'measure.drainMs=20000',
];

describe('txgossip run', function () {
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
  const run = (...args: string[]): Command => {
    const command = txgossip(
      'run',
      'testnet/scenarios/default.yaml',
      '--out',
      join(directory, 'run'),
      ...SMALL,
      ...args,
    );
    running.push(command);
    return command;
  };

  it('measures a network of processes, writes the run folder and exits 0', async () => {
    const { code, stdout, stderr } = await finished(run());
    assert.equal(code, 0, stdout + stderr);
    const files = await readdir(join(directory, 'run'));
    assert.deepEqual(files.sort(), [
      'events.parquet',
      'meta.json',
      'record.json.gz',
      'report.html',
      'scenario.yaml',
      'summary.json',
    ]);
    const summary = JSON.parse(await readFile(join(directory, 'run', 'summary.json'), 'utf8')) as Summary;
    assert.deepEqual(summary.transactions, { submitted: 40, accepted: 40, rejected: 0 });
    assert.deepEqual(summary.coverage, { mean: 1, min: 1 });
    assert.equal(summary.latencyMs.count, 40 * 3);
    assert.deepEqual(summary.provenance.rpc, 40);
    assert.equal(summary.conserved, true);
    assert.ok(summary.redundancy !== null && summary.redundancy >= 1);
  });

  it('exits 1 when an expectation is missed, and says which', async () => {
    const { code, stdout } = await finished(run('--set', 'expect={latencyMs.max: "< 0.001"}'));
    assert.equal(code, 1);
    assert.match(stdout, /latencyMs\.max/);
  });

  it('exits 2 when the run is invalid, whatever was expected, says why and keeps it', async () => {
    const { code, stdout } = await finished(
      run('--set', 'measure.validity.maxLoopDelayMs=0.001', '--set', 'expect={latencyMs.max: "< 0.001"}'),
    );
    assert.equal(code, 2);
    assert.match(stdout, /invalid: an event loop was \d+ ms late/);
    assert.match(stdout, /✗ latencyMs\.max/);
    const summary = JSON.parse(await readFile(join(directory, 'run', 'summary.json'), 'utf8')) as Summary;
    assert.equal(summary.valid, false);
    assert.match(summary.invalidBecause.join(), /the machine was measured/);
  });

  it('ends with a clear error and leaves no process when a node is killed mid-run', async () => {
    const command = run('--set', 'workload.ratePerSecond=2');
    const children = await eventually(
      'the node processes',
      async () => {
        const pids = await childrenOf(command.process.pid!);
        return pids.length === 4 && pids;
      },
      60_000,
    );
    process.kill(children[2]!, 'SIGKILL');
    const { code, stderr } = await finished(command);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`node process ${children[2]} ended by SIGKILL`));
    assert.deepEqual(children.filter(isAlive), []);
    assert.deepEqual(await readdir(directory), []);
  });

  it('leaves no process on SIGINT, nor when it is itself killed', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const command = run('--set', 'workload.ratePerSecond=2');
      const children = await eventually(
        'the node processes',
        async () => {
          const pids = await childrenOf(command.process.pid!);
          return pids.length === 4 && pids;
        },
        60_000,
      );
      command.process.kill(signal);
      await command.exit;
      await eventually('every child to be gone', () => !children.some(isAlive));
    }
  });

  it('ends at once when it is stopped between two submissions', async () => {
    const program = `
      import { resolveScenario, runScenario } from 'txgossip/testnet';
      const stopped = new AbortController();
      const scenario = resolveScenario('', ['nodes.count=2', 'workload.transactions=2', 'workload.ratePerSecond=0.001']);
      const run = runScenario(scenario, {
        network: 'local',
        out: ${JSON.stringify(join(directory, 'run'))},
        signal: stopped.signal,
        progress: (phase) => phase === 'submit' && stopped.abort(new Error('stopped by hand')),
      });
      run.catch(({ message }) => console.log(message));
    `;
    const command = new Command(process.execPath, [
      '--conditions=txgossip-source',
      '--input-type=module',
      '--eval',
      program,
    ]);
    running.push(command);
    await command.printed(/stopped by hand/);
    await eventually('its end', () => command.process.exitCode !== null);
    assert.equal(command.process.exitCode, 0, command.stderr);
    assert.deepEqual(await readdir(directory), []);
  });

  it('refuses a broken scenario with the place and what to write', async () => {
    const { code, stderr } = await finished(run('--set', 'nodes.cuont=3'));
    assert.equal(code, 1);
    assert.match(stderr, /nodes\.cuont.*did you mean "count"/);
  });
});
