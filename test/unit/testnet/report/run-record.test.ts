import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { readRecord } from '../../../../testnet/report/run-record.ts';
import { scratchFolder } from '../../../helpers/scratch.ts';
import { syntheticRecord } from '../../../helpers/synthetic-record.ts';
import { writeSyntheticRun } from '../../../helpers/synthetic-run.ts';

describe('readRecord', () => {
  const scratch = scratchFolder();

  it('gives back the record a run folder was written from', async () => {
    const record = syntheticRecord({ nodes: 30, transactions: 20, seed: 3, network: 'local' });
    const folder = await writeSyntheticRun(join(scratch.path, 'run'), {
      nodes: 30,
      transactions: 20,
      seed: 3,
      network: 'local',
    });
    const read = await readRecord(folder);
    assert.deepEqual(read, record);
    assert.deepEqual(summarize(read).summary, summarize(record).summary);
  });

  it('says of another folder that it is no run', async () => {
    await assert.rejects(
      readRecord(scratch.path),
      /is not a run folder: it has no readable record\.json\.gz/,
    );
  });

  it('does not pass over missing events', async () => {
    const folder = await writeSyntheticRun(join(scratch.path, 'run'));
    await rm(join(folder, 'events.parquet'));
    await assert.rejects(readRecord(folder), /events\.parquet/);
  });
});
