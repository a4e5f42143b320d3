import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rebuildReport } from '../../../../testnet/report/rebuild-report.ts';
import { scratchFolder } from '../../../helpers/scratch.ts';
import { writeSyntheticRun } from '../../../helpers/synthetic-run.ts';

describe('rebuildReport', () => {
  const scratch = scratchFolder();

  it('makes the very page again from the rest of the folder', async () => {
    const folder = await writeSyntheticRun(join(scratch.path, 'run'), { nodes: 25, seed: 2 });
    const page = join(folder, 'report.html');
    const before = await readFile(page, 'utf8');
    const files = await readdir(folder);
    await rm(page);
    assert.equal(await rebuildReport(folder), page);
    assert.equal(await readFile(page, 'utf8'), before);
    assert.deepEqual(await readdir(folder), files);
  });
});
