import assert from 'node:assert/strict';
import { packageVersion } from '../../src/version.ts';
import { Command, finished } from '../helpers/command.ts';

/** The command under a Node that says it is of another version, before anything else is loaded. */
async function underNode(version: string): ReturnType<typeof finished> {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  return finished(
    new Command(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(disguise)}`,
      'scripts/txgossip.js',
      '--version',
    ]),
  );
}

describe('txgossip under an old Node', () => {
  for (const version of ['18.20.8', '20.0.0', '22.17.1']) {
    it(`says in one line what it needs under ${version}`, async () => {
      const { code, stdout, stderr } = await underNode(version);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      assert.match(stderr, new RegExp(`needs Node\\.js 22\\.18 or newer and this is ${version}: .*npx`));
    });
  }

  for (const version of ['22.18.0', '23.0.0', '24.0.0']) {
    it(`starts under ${version}`, async () => {
      assert.deepEqual(await underNode(version), { code: 0, stdout: `${packageVersion}\n`, stderr: '' });
    });
  }
});
