import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packRun, unpackRun } from '../../../../testnet/sweep/packed-run.ts';
import { scratchFolder } from '../../../helpers/scratch.ts';

describe('packRun and unpackRun', () => {
  const scratch = scratchFolder();

  it('carry every file over, byte for byte', async () => {
    const from = join(scratch.path, 'from');
    await mkdir(from);
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await writeFile(join(from, 'events.parquet'), bytes);
    await writeFile(join(from, 'summary.json'), '{"ü":1}');
    const to = join(scratch.path, 'deep', 'to');
    await unpackRun(await packRun(from), to);
    assert.deepEqual((await readdir(to)).sort(), ['events.parquet', 'summary.json']);
    assert.deepEqual(await readFile(join(to, 'events.parquet')), bytes);
    assert.equal(await readFile(join(to, 'summary.json'), 'utf8'), '{"ü":1}');
  });

  it('leave a run that is there already as it is', async () => {
    const from = join(scratch.path, 'from');
    await mkdir(from);
    await writeFile(join(from, 'a'), 'first');
    const packed = await packRun(from);
    const to = join(scratch.path, 'to');
    await unpackRun(packed, to);
    await writeFile(join(to, 'a'), 'kept');
    await unpackRun(packed, to);
    assert.equal(await readFile(join(to, 'a'), 'utf8'), 'kept');
    assert.deepEqual((await readdir(scratch.path)).sort(), ['from', 'to']);
  });

  it('never write outside the folder', async () => {
    const evil = gzipSync(JSON.stringify({ '../escaped': Buffer.from('x').toString('base64') })).toString(
      'base64',
    );
    await assert.rejects(unpackRun(evil, join(scratch.path, 'to')), /not a plain name/);
    assert.deepEqual(await readdir(scratch.path), []);
  });
});
