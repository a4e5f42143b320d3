import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointOutcome } from '../../../../testnet/sweep/order.ts';
import type { PointRunner } from '../../../../testnet/sweep/run-point.ts';
import { runSweep } from '../../../../testnet/sweep/run-sweep.ts';
import { SweepFolder, type PlannedPoint, type SweepPlan } from '../../../../testnet/sweep/sweep-folder.ts';
import { scratchFolder } from '../../../helpers/scratch.ts';
import { writeSyntheticRun } from '../../../helpers/synthetic-run.ts';

const point = (seed: number): PlannedPoint => ({
  name: `seed-${seed}`,
  scenarioYaml: `seed: ${seed}\n`,
  network: 'simulated',
  settings: {},
  seed,
});

const plan = (points = 4): SweepPlan => ({
  name: 'four',
  description: 'Four seeds.',
  points: Array.from({ length: points }, (_, seed) => point(seed)),
});

const quiet = { finished: () => undefined };

describe('runSweep', () => {
  const scratch = scratchFolder();
  const folder = (): string => join(scratch.path, 'sweep');

  /** Writes a real run folder; counts what it was asked for. */
  function recording(fails: (name: string) => boolean = () => false) {
    const asked: string[] = [];
    let busiest = 0;
    let busy = 0;
    const runner: PointRunner = async ({ name }, directory) => {
      asked.push(name);
      busiest = Math.max(busiest, ++busy);
      try {
        if (fails(name)) return { status: 'failed', message: 'as planned' };
        await writeSyntheticRun(directory, { nodes: 5, transactions: 2, lossShare: 0 });
        return { status: 'done', valid: true, held: true };
      } finally {
        busy--;
      }
    };
    return { runner, asked, busiest: () => busiest };
  }

  it('runs every point once, no more at a time than allowed, and answers in the order of the plan', async () => {
    const sweep = await SweepFolder.create(folder(), plan(5));
    const { runner, asked, busiest } = recording((name) => name === 'seed-1');
    const outcomes = await runSweep(sweep, { jobs: 2, runner }, quiet);
    assert.deepEqual(asked.toSorted(), ['seed-0', 'seed-1', 'seed-2', 'seed-3', 'seed-4']);
    assert.equal(busiest(), 2);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['done', 'failed', 'done', 'done', 'done'],
    );
    assert.deepEqual(
      (await sweep.done()).map(({ name }) => name),
      ['seed-0', 'seed-2', 'seed-3', 'seed-4'],
    );
  });

  it('goes on where it was', async () => {
    const first = await SweepFolder.create(folder(), plan());
    const aborted = new AbortController();
    const { runner } = recording();
    const twoThenStop: PointRunner = async (...args) => {
      if (args[0].name === 'seed-2') aborted.abort(new Error('stopped by hand'));
      aborted.signal.throwIfAborted();
      return runner(...args);
    };
    await assert.rejects(
      runSweep(first, { jobs: 1, runner: twoThenStop, signal: aborted.signal }, quiet),
      /stopped by hand/,
    );
    // What a killed process leaves behind.
    const before = (await readdir(join(folder(), 'points'))).sort();
    assert.deepEqual(before, ['seed-0', 'seed-1']);

    const again = await SweepFolder.open(folder(), plan());
    const resumed = recording();
    const outcomes = await runSweep(again, { jobs: 1, runner: resumed.runner }, quiet);
    assert.deepEqual(resumed.asked, ['seed-2', 'seed-3']);
    assert.ok(outcomes.every(({ status }) => status === 'done'));
  });

  it('tells of points that were there already what their folders say', async () => {
    const sweep = await SweepFolder.create(folder(), plan(1));
    const missing = { nodes: 20, lossShare: 1, transactions: 3 };
    await writeSyntheticRun(sweep.directoryOf('seed-0'), missing);
    const outcomes: PointOutcome[] = [];
    await runSweep(sweep, { jobs: 1 }, { finished: (_point, outcome) => void outcomes.push(outcome) });
    assert.equal(outcomes.length, 1);
    assert.ok(outcomes[0]!.status === 'done' && !outcomes[0]!.held);
  });
});

describe('SweepFolder', () => {
  const scratch = scratchFolder();

  it('does not overwrite', async () => {
    await SweepFolder.create(join(scratch.path, 's'), plan());
    await assert.rejects(SweepFolder.create(join(scratch.path, 's'), plan()), /is there already.*--resume/);
  });

  it('does not go on with another sweep, nor with what is none', async () => {
    await SweepFolder.create(join(scratch.path, 's'), plan());
    await assert.rejects(SweepFolder.open(join(scratch.path, 's'), plan(3)), /holds another sweep/);
    await rm(join(scratch.path, 's', 'sweep.json'));
    await assert.rejects(SweepFolder.open(join(scratch.path, 's')), /is not the folder of a sweep/);
  });
});
