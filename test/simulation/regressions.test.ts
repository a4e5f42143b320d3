/**
 * Cases that failed once, each shrunk to what it takes. A hunt (npm run fuzz:simulation) prints the command that adds
 * one.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { keptCases, readCase } from '../../testnet/fuzz/regression.ts';
import { runCase } from '../../testnet/fuzz/run-case.ts';

const FOLDER = fileURLToPath(new URL('regressions', import.meta.url));
const files = await keptCases(FOLDER);

describe('Simulated cases that failed once', () => {
  it('are there', () => assert.notEqual(files.length, 0));

  for (const file of files) {
    it(file.replace(/\.json$/, '').replaceAll('-', ' '), async () => {
      const { violations, digest } = await runCase(await readCase(join(FOLDER, file)));
      assert.deepEqual(violations, []);
      assert.notEqual(digest, null);
    });
  }
});
