import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { DamagedPoolFile, readPoolFile, writePoolFile } from '../../../src/mempool/pool-file.ts';
import { seeded } from '../../helpers/seed.ts';

describe('pool file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-pool-'));
    path = join(directory, 'pool');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives back what was written, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 50 }), async (raws) => {
        await writePoolFile(path, raws);
        assert.deepEqual(await readPoolFile(path), raws);
      }),
      { numRuns: 30, ...seeded() },
    );
  });

  it('is nothing where there is no file', async () => {
    assert.equal(await readPoolFile(path), undefined);
  });

  it('a write that fails half-way leaves the file before it whole', async () => {
    await writePoolFile(path, [Uint8Array.of(1)]);
    await writeFile(`${path}.unfinished`, 'txgossip pool 1\n half of it');
    assert.deepEqual(await readPoolFile(path), [Uint8Array.of(1)]);
    await writePoolFile(path, [Uint8Array.of(2)]);
    assert.deepEqual(await readdir(directory), ['pool']);
    assert.deepEqual(await readPoolFile(path), [Uint8Array.of(2)]);
  });

  it('any damage is found: a changed byte, one too few, one too many', async () => {
    await writePoolFile(path, [new Uint8Array(20).fill(1), new Uint8Array(30).fill(2)]);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      await writeFile(path, changed);
      await assert.rejects(readPoolFile(path), DamagedPoolFile, `byte ${at}`);
    }
    for (const damaged of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.of(0)]), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      await assert.rejects(readPoolFile(path), DamagedPoolFile);
    }
  });

  it('cannot be read where it is a directory: an error, but not damage', async () => {
    await assert.rejects(
      readPoolFile(directory),
      (error) => !(error instanceof DamagedPoolFile) && error instanceof Error,
    );
  });
});
