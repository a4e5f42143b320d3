import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describeRun } from '../../../../testnet/report/run-meta.ts';

describe('describeRun', () => {
  it('tells the versions in use, the machine, and when', async () => {
    const { versions, commit, machine, invokedAt } = await describeRun(new Date(0));
    const versionIn = async (path: string) =>
      (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version;
    assert.deepEqual(versions, {
      txgossip: await versionIn('package.json'),
      node: process.versions.node,
      libp2p: await versionIn('node_modules/libp2p/package.json'),
      gossipsub: await versionIn('node_modules/@chainsafe/libp2p-gossipsub/package.json'),
    });
    assert.ok(commit === null || /^[0-9a-f]{40}$/.test(commit));
    assert.ok(machine.cpus > 0 && machine.memoryBytes > 0 && machine.platform.includes(process.arch));
    assert.equal(invokedAt, '1970-01-01T00:00:00.000Z');
  });
});
