import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { writeRun, type Run } from '../../../../testnet/report/run-folder.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { META, pageInput } from '../../../helpers/report-input.ts';

function run(some: Partial<Run> = {}): Run {
  const record = handRecord();
  const { name, description, scenarioYaml, summary, details, expectations, meta } = pageInput(record);
  return {
    scenario: { name, description },
    scenarioYaml,
    record,
    summary,
    details,
    expectations,
    meta,
    ...some,
  };
}

describe('writeRun', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'txgossip-run-'));
  });

  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('writes everything a run is made of, and nothing beside it', async () => {
    const whole = run();
    const path = await writeRun(join(parent, 'runs', 'first'), whole);
    assert.equal(path, join(parent, 'runs', 'first'));
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
    assert.equal(await text('scenario.yaml'), whole.scenarioYaml);
    assert.deepEqual(JSON.parse(await text('summary.json')), whole.summary);
    assert.deepEqual(JSON.parse(await text('meta.json')), {
      seed: 1,
      ...META,
      expectations: whole.expectations,
    });
    assert.match(await text('report.html'), /^<!doctype html>[\s\S]+<\/html>\n$/);
    const events = await parquetMetadataAsync(await asyncBufferFromFile(join(path, 'events.parquet')));
    assert.equal(events.num_rows, 11n);
  });

  it('never overwrites', async () => {
    const path = join(parent, 'taken');
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'kept');
    await assert.rejects(writeRun(path, run()), /taken is there already.*choose another folder/);
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
    await assert.rejects(writeRun(join(parent, 'half'), run({ record })), /the trace cannot be read/);
    assert.deepEqual(await readdir(parent), []);
  });
});
