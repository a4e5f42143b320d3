import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Summary } from '../../testnet/measure/summary.ts';
import { ROOT } from '../helpers/command.ts';

const execute = promisify(execFile);

interface Manifest {
  version: string;
  bin: { txgossip: string };
  dependencies: Record<string, string>;
}

/** What a project of somebody else's would hold. */
const CONSUMER_JS = `
import { launchNode, signTransaction } from 'txgossip';
import { launchTestnet } from 'txgossip/testnet';

const { node, stop } = await launchNode({ 'http.port': 0, verifier: 'workers' });
const testnet = await launchTestnet({ nodes: 3 });
const [{ address, privateKey }] = testnet.accounts;
const fees = { feeCap: 20n * 10n ** 9n, tipCap: 10n ** 9n };
const raw = signTransaction(
  { type: 2, chainId: 31337n, nonce: 0n, gasLimit: 21_000n, value: 1n, to: address, ...fees },
  privateKey,
);
const { hash } = await testnet.submit(0, raw);
await testnet.waitForCoverage([hash]);
const { status } = await node.submit(raw);
const { coverage } = await testnet.figures();
await Promise.all([testnet.stop(), stop()]);
const resolved = ['txgossip', 'txgossip/testnet'].map((name) => import.meta.resolve(name));
console.log(JSON.stringify({ resolved, coverage, status }));
`;

const CONSUMER_TS = `
import { launchNode, type NodeOptions, type RunningNode } from 'txgossip';
import { launchTestnet, type Summary } from 'txgossip/testnet';

const options: Partial<NodeOptions> = { 'http.port': 0 };
const running: RunningNode = await launchNode(options);
const peer: string | undefined = running.multiaddrs[0];
const testnet = await launchTestnet({ nodes: 3 });
const figures: Summary = await testnet.figures();
const least: number | null = figures.coverage.min;
// @ts-expect-error there is no such option, and the types must know
await launchNode({ 'http.prot': 0 });
// @ts-expect-error nor such a figure
export const none: unknown = figures.nothing;
export const all = [peer, least];
`;

describe('the package as published', function () {
  this.timeout(180_000);
  let project: string;
  let installed: string;
  let manifest: Manifest;

  /** Packs, and installs as npm would but offline: the package and the dependencies it declares, nothing else. */
  before(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'txgossip-')));
    const modules = join(project, 'node_modules');
    installed = join(modules, 'txgossip');
    await mkdir(modules);
    await execute('npm', ['pack', '--offline', '--pack-destination', project], { cwd: ROOT });
    const [archive] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
    await execute('tar', ['-xzf', join(project, archive!), '-C', project]);
    await rename(join(project, 'package'), installed);
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
    for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
    }
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await writeFile(join(project, 'consumer.js'), CONSUMER_JS);
    await writeFile(join(project, 'consumer.ts'), CONSUMER_TS);
  });
  after(async () => rm(project, { recursive: true, force: true }));

  const node = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await execute(process.execPath, args, { cwd: project });
    assert.equal(stderr, '');
    return stdout;
  };

  it('holds the built form, the command and the scenarios, and no sources or tests', async () => {
    const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(installed.length + 1));
    const known =
      /^(dist\/(src|testnet|scripts)\/.*\.(js|d\.ts)|testnet\/(scenarios|data)\/.*\.(yaml|md|json|csv)|[^/]+)$/;
    assert.deepEqual(files.filter((file) => !known.test(file)).toSorted(), [
      'scripts/compile-cache.js',
      'scripts/txgossip.js',
    ]);
    assert.ok(files.includes('testnet/scenarios/default.yaml'));
    assert.ok(files.includes('LICENSE'));
  });

  it('launches a node and a testnet from plain JavaScript', async () => {
    const { resolved, coverage, status } = JSON.parse(await node('consumer.js')) as Record<string, unknown>;
    assert.deepEqual(
      resolved,
      ['src', 'testnet'].map((part) => pathToFileURL(join(installed, 'dist', part, 'index.js')).href),
    );
    assert.deepEqual(coverage, { mean: 1, min: 1 });
    assert.equal(status, 'pending');
  });

  it('answers as a command', async () => {
    const command = join(installed, manifest.bin.txgossip);
    assert.equal(await node(command, '--version'), `${manifest.version}\n`);
  });

  it('runs a scenario it brings, and writes the report', async () => {
    const run = join(project, 'run');
    const small = ['nodes.count=4', 'topology.degree=2', 'workload.transactions=10', 'measure.warmUpMs=3000'];
    await node(
      join(installed, manifest.bin.txgossip),
      ...['run', join(installed, 'testnet/scenarios/default.yaml'), '--on', 'simulated', '--out', run],
      ...small.flatMap((change) => ['--set', change]),
    );
    const { coverage } = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8')) as Summary;
    assert.deepEqual(coverage, { mean: 1, min: 1 });
    assert.ok((await readdir(run)).includes('report.html'));
  });

  it('has types a strict project compiles against', async () => {
    const { stdout } = await execute(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'],
        'consumer.ts',
      ],
      { cwd: project },
    ).catch((error: unknown) => error as { stdout: string });
    assert.equal(stdout, '');
  });
});
