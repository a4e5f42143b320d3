/**
 * The simulated network held against the local one: the same scenario on both, real processes, TCP and encryption
 * here, virtual time there.
 *
 * The links are ten times those of calibration.yaml, 200 to 600 ms, so that what is compared is the network and not
 * the machine: between two runs nothing differs but processing (some 5 ms for JSON-RPC at the entry and 2 to 4 ms a
 * hop), since every connection is in the mesh and the links are drawn from the same seed.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Calibration } from '../../testnet/measure/calibration.ts';
import { finished, txgossip, type Command } from '../helpers/command.ts';

/**
 * Measured over eight seeds on two cores, one of them busy with other work: 0.032 to 0.053. What this bound does not
 * let pass: links that are 10 % too long (0.16, found with two simulations), or have half their latency (0.72).
 */
const MAX_DISTANCE = 0.12;

/**
 * With the whole graph as mesh a transaction arrives in the simulation when the shortest path lets it, and no earlier
 * anywhere. A local link may hand over 0.65 ms early (delay-line.ts), over four hops at most. Whatever the load: a busy
 * machine makes nothing early. So this is what finds two links exchanged, or a direction.
 */
const EARLIEST_MS = -4 * 0.65;

/**
 * A loaded machine invalidates the local run, which then measured the machine and says nothing of the simulation; or it
 * stands still for a moment in a run that is valid else. A model that is wrong is off in every one of them.
 */
const TRIES = 3;

describe('txgossip calibrate', function () {
  this.timeout(300_000);
  let directory: string;
  let command: Command | undefined;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-'));
  });
  after(async () => {
    await command?.end();
    await rm(directory, { recursive: true, force: true });
  });

  const calibrated = async (
    out: string,
  ): Promise<{ calibration: Calibration; stdout: string; code: unknown }> => {
    command = txgossip(
      ...['calibrate', 'testnet/scenarios/calibration.yaml', '--out', out],
      ...['--set', 'links.latencyMs=400', '--set', 'links.latencySpreadMs=200'],
      ...['--set', 'workload.transactions=30', '--set', 'nodes.perProcess=16'],
    );
    const { code, stdout, stderr } = await finished(command);
    assert.equal(stderr, '');
    const json = await readFile(join(out, 'calibration.json'), 'utf8');
    return { calibration: JSON.parse(json) as Calibration, stdout, code };
  };

  it('finds the same latencies, copies and provenance on both networks', async () => {
    let out = '';
    let result: Awaited<ReturnType<typeof calibrated>>;
    let isValid: boolean;
    let tries = 0;
    do {
      out = join(directory, `try-${++tries}`);
      result = await calibrated(out);
      isValid = result.calibration.invalid.local.length === 0;
      if (isValid) assert.ok(result.calibration.medianByNodeMs!.least >= EARLIEST_MS, result.stdout);
    } while (tries < TRIES && !(isValid && result.calibration.kolmogorovSmirnov! <= MAX_DISTANCE));
    const { calibration, stdout, code } = result;
    assert.deepEqual(
      calibration.invalid,
      { local: [], simulated: [] },
      'the machine is too busy to calibrate on',
    );
    assert.equal(code, 0, stdout);
    assert.ok(calibration.kolmogorovSmirnov! <= MAX_DISTANCE, stdout);

    // A static mesh of 16 nodes of degree 6: sum of degrees - (n - 1) copies of each transaction, over n - 1
    // deliveries. The simulated run ends with the last delivery, when duplicates of the last transactions are still
    // under way on links this long: a few per cent of thirty transactions.
    const copies = (16 * 6 - 15) / 15;
    assert.ok(Math.abs(calibration.redundancy.local! - copies) <= 0.02 * copies, stdout);
    assert.ok(Math.abs(calibration.redundancy.simulated! - copies) <= 0.06 * copies, stdout);

    assert.deepEqual(calibration.coverageMin, { local: 1, simulated: 1 });
    // All by push but the entries: nothing is lost on either, so nothing has to be repaired.
    for (const on of ['local', 'simulated'] as const) {
      assert.equal(calibration.provenanceShare.rpc[on], 1 / 16);
      assert.equal(calibration.provenanceShare.push[on], 15 / 16);
    }

    assert.deepEqual((await readdir(out)).sort(), [
      'calibration.html',
      'calibration.json',
      'local',
      'simulated',
    ]);
    assert.match(stdout, /KS distance of latencies +0\.\d/);
  });

  it('refuses a folder that is there, before it runs anything', async () => {
    command = txgossip('calibrate', 'testnet/scenarios/calibration.yaml', '--out', directory);
    const { code, stderr } = await finished(command);
    assert.equal(code, 1);
    assert.match(stderr, /is there already.*choose another folder/);
  });
});
