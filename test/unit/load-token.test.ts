import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/config.ts';
import { loadToken } from '../../src/load-token.ts';

describe('token of JSON-RPC', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'token-'))));
  after(() => rm(folder, { recursive: true }));

  it('is the option itself, or what stands in the file it names', async () => {
    assert.equal(await loadToken(undefined), undefined);
    assert.equal(await loadToken('abc-123._~+/=='), 'abc-123._~+/==');
    const file = join(folder, 'token');
    await writeFile(file, 'from-file\n');
    assert.equal(await loadToken(`@${file}`), 'from-file');
  });

  it('that no header could carry is refused, without being repeated', async () => {
    const empty = join(folder, 'empty');
    await writeFile(empty, '\n');
    for (const option of ['two words', 'ümlaut', `@${empty}`]) {
      await assert.rejects(loadToken(option), (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^option http\.token: a token is letters, digits/);
        assert.ok(!error.message.includes(option));
        return true;
      });
    }
  });

  it('in a file that cannot be read: an error that names it', async () => {
    const file = join(folder, 'none');
    await assert.rejects(loadToken(`@${file}`), (error: Error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^option http\.token: cannot read the file: ENOENT.*none/);
      return true;
    });
  });
});
