import assert from 'node:assert/strict';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';

const resolve = (workload: object) => resolveScenario(JSON.stringify({ workload }), [], 'a.yaml');

describe('workload', () => {
  it('ends after 500, unless something else ends it', () => {
    const ends = (workload: object) => resolve(workload).workload.transactions;
    assert.equal(ends({}), 500);
    assert.equal(ends({ durationMs: 1000 }), null);
    assert.equal(ends({ durationMs: 1000, transactions: 9 }), 9);
    assert.equal(ends({ arrivals: 'trace', trace: [[0, 0, 0]] }), null);
  });

  it('is the same again when resolved from what a run folder keeps', () => {
    for (const workload of [
      {},
      { durationMs: 1000, types: { legacy: 1 }, invalid: { share: 0.1 } },
      { arrivals: 'trace', trace: [[0, 9, 1]], senders: 2 },
    ]) {
      const scenario = resolve(workload);
      assert.deepEqual(resolveScenario(scenarioToYaml(scenario)), scenario);
    }
  });

  const refused: [name: string, workload: object, message: RegExp][] = [
    ['a trace that is not there', { arrivals: 'trace' }, /arrivals: .*needs workload\.trace/],
    ['a trace that is not used', { trace: [[0, 0, 0]] }, /trace: a trace contradicts arrivals constant/],
    ['no end', { transactions: null }, /transactions: nothing says when to stop/],
    [
      'a ramp of nothing',
      { arrivals: 'ramp', ramp: { fromPerSecond: 0, toPerSecond: 0 } },
      /submits nothing/,
    ],
    [
      'a sender that is not there',
      { arrivals: 'trace', trace: [[0, 0, 10]] },
      /raise workload\.senders above 10/,
    ],
    ['a list without sizes', { dataDistribution: 'list' }, /list needs workload\.dataSizes/],
    ['sizes without a list', { dataSizes: [[1, 1]] }, /set workload\.dataDistribution to list/],
    ['a spread of nothing', { dataSpreadBytes: 5 }, /no effect while workload\.dataDistribution is fixed/],
    [
      'sizes below 0',
      { dataBytes: 4, dataDistribution: 'uniform', dataSpreadBytes: 5 },
      /would fall below 0: lower it to 4 \(dataBytes\)/,
    ],
    ['a mean of nothing', { dataDistribution: 'log-normal', dataSpreadBytes: 5 }, /mean above 0/],
    ['more entries than nodes', { entryNodes: 11 }, /there are only 10 nodes/],
    ['an entry that is no node', { entryNodes: [1, 10] }, /no such node: with 10 of them they are 0 to 9/],
    ['an entry listed twice', { entryNodes: [1, 1] }, /node 1 is listed twice/],
    [
      'a group nobody made',
      { entryNodes: 'fast' },
      /no group of nodes is called "fast"; there are no groups/,
    ],
    ['more copies than nodes', { duplicates: { share: 0.1, copies: 10 } }, /there can be 9 with 10 nodes/],
    ['a kind of wrong that is none', { invalid: { kinds: { unsigned: 1 } } }, /unsigned/],
  ];
  for (const [name, workload, message] of refused) {
    it(`refuses ${name}`, () => assert.throws(() => resolve(workload), message));
  }
});
