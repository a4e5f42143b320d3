import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { writeRun, type MeasuredRun, type RunFigures } from '../../../../testnet/report/run-folder.ts';
import { rebuildReport } from '../../../../testnet/report/rebuild-report.ts';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { META, pageInput } from '../../../helpers/report-input.ts';
import { syntheticRecord } from '../../../helpers/synthetic-record.ts';

const { name, description, scenarioYaml, summary, details, expectations, meta } = pageInput(handRecord());
const evaluate = (): RunFigures => ({ summary, details, expectations });
const measured = (record = handRecord()): MeasuredRun => {
  return { scenario: { name, description }, scenarioYaml, record, meta };
};

describe('writeRun', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'txgossip-run-'));
  });

  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('writes everything a run is made of, and nothing beside it', async () => {
    const written = await writeRun(join(parent, 'runs', 'first'), measured(), evaluate);
    const path = join(parent, 'runs', 'first');
    assert.deepEqual(written, { directory: path, summary, details, expectations });
    assert.deepEqual(await readdir(join(parent, 'runs')), ['first']);
    assert.deepEqual((await readdir(path)).sort(), [
      'events.parquet',
      'meta.json',
      'record.json.gz',
      'report.html',
      'scenario.yaml',
      'summary.json',
    ]);
    const text = (name: string) => readFile(join(path, name), 'utf8');
    assert.equal(await text('scenario.yaml'), scenarioYaml);
    assert.deepEqual(JSON.parse(await text('summary.json')), summary);
    assert.deepEqual(JSON.parse(await text('meta.json')), {
      seed: 1,
      ...META,
      expectations,
    });
    assert.match(await text('report.html'), /^<!doctype html>[\s\S]+<\/html>\n$/);
    const events = await parquetMetadataAsync(await asyncBufferFromFile(join(path, 'events.parquet')));
    assert.equal(events.num_rows, 11n);
  });

  it('never overwrites', async () => {
    const path = join(parent, 'taken');
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'kept');
    await assert.rejects(
      writeRun(path, measured(), evaluate),
      /taken is there already.*choose another folder/,
    );
    assert.equal(await readFile(join(path, 'mine'), 'utf8'), 'kept');
    assert.deepEqual(await readdir(parent), ['taken']);
  });

  it('leaves nothing when it fails half-way', async () => {
    const record = handRecord();
    // Events are written late, and this one cannot be.
    Object.defineProperty(record.traces[3], 'events', {
      get() {
        throw new Error('the trace cannot be read');
      },
    });
    await assert.rejects(
      writeRun(join(parent, 'half'), measured(record), evaluate),
      /the trace cannot be read/,
    );
    assert.deepEqual(await readdir(parent), []);
  });

  it('keeps what was measured when no figures can be made of it, for another try', async () => {
    const record = syntheticRecord({ nodes: 5, seed: 1 });
    const scenario = resolveScenario('name: kept', ['seed=1', 'nodes.count=5']);
    const kept = { ...measured(record), scenario, scenarioYaml: scenarioToYaml(scenario) };
    const failing = (): never => {
      throw new RangeError('too many of them');
    };
    await assert.rejects(
      writeRun(join(parent, 'run'), kept, failing),
      /^Error: too many of them; what was measured is kept in .*\.run\.partial-/,
    );
    const [folder, ...others] = await readdir(parent);
    assert.match(folder!, /^\.run\.partial-/);
    assert.deepEqual(others, []);
    const page = await rebuildReport(join(parent, folder!));
    assert.match(await readFile(page, 'utf8'), /<title>[^<]*kept/);
  });
});
