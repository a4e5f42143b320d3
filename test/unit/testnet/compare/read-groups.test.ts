import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readGroups } from '../../../../testnet/compare/read-groups.ts';
import { comparisonPage, comparisonTable } from '../../../../testnet/report/comparison-report.ts';
import { scratchFolder } from '../../../helpers/scratch.ts';
import { writeSyntheticRun } from '../../../helpers/synthetic-run.ts';

describe('readGroups', () => {
  const scratch = scratchFolder();
  const write = (name: string, options: Parameters<typeof writeSyntheticRun>[1]): Promise<string> =>
    writeSyntheticRun(join(scratch.path, name), options);

  it('puts runs that differ by their seed into one group, and names groups by what differs', async () => {
    const folders = [
      await write('a', { nodes: 20, seed: 1 }),
      await write('b', { nodes: 30, seed: 1 }),
      await write('c', { nodes: 20, seed: 2 }),
    ];
    const groups = await readGroups(folders);
    assert.deepEqual(
      groups.map(({ name, runs }) => [name, runs.map(({ summary }) => summary.seed)]),
      [
        ['nodes.count=20', [1, 2]],
        ['nodes.count=30', [1]],
      ],
    );
    assert.deepEqual(groups[1]!.settings, { 'nodes.count': 30 });
  });

  it('tells networks apart', async () => {
    const groups = await readGroups([await write('a', { network: 'local' }), await write('b', {})]);
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['network=local', 'network=simulated'],
    );
  });

  it('names points of a sweep by the descriptions they were given, and by what differs among those of one', async () => {
    const point = (name: string, description: string, nodes: number, load: number): Promise<string> =>
      write(name, { nodes, set: [`description=${description}`, `workload.ratePerSecond=${load}`] });
    const groups = await readGroups([
      await point('a', 'quiet', 20, 1),
      await point('b', 'quiet', 30, 1),
      await point('c', 'busy', 20, 500),
      await point('d', 'busy', 30, 500),
    ]);
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['quiet, nodes.count=20', 'quiet, nodes.count=30', 'busy, nodes.count=20', 'busy, nodes.count=30'],
    );
    // Two respects, all combinations: a part for each value of one.
    const page = comparisonPage({ title: 't', description: 'd', groups, directory: scratch.path });
    assert.match(page, /<h2 id="figures-title-1">quiet<\/h2>[\s\S]+<h2 id="figures-title-2">busy<\/h2>/);
    assert.match(page, /<figure id="pareto-2"[\s\S]+?<svg/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    assert.match(comparisonTable(groups), /^ {2}quiet\n.+\n {4}20 .+\n {4}30 .+\n {2}busy\n/);
  });

  it('refuses what is neither a run nor a sweep', async () => {
    await assert.rejects(readGroups([scratch.path]), /is not a run folder/);
  });

  it('feeds a table and a page that say the same', async () => {
    const groups = await readGroups([
      await write('a', { nodes: 20 }),
      await write('b', { nodes: 30, set: ['name=<other> & more'] }),
      await write('c', { nodes: 40 }),
    ]);
    const table = comparisonTable(groups);
    assert.match(table, /redundancy\n +nodes\.count=20 +[\d.]+\n +nodes\.count=30 +[\d.]+ \? [-+]?\d+ %/);
    const page = comparisonPage({ title: '<b>', description: 'd', groups, directory: scratch.path });
    assert.match(page, /<h1>&lt;b&gt;<\/h1>/);
    for (const id of ['growth-t99', 'growth-bytes', 'latency-cdfs', 'coverage-curves', 'pareto']) {
      assert.match(page, new RegExp(`<figure id="${id}"[\\s\\S]+?<svg`));
    }
    assert.match(page, /<a href="b\/report\.html">seed 1<\/a>/);
    assert.ok(!page.includes('NaN'));
  });
});
