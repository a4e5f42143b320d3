import assert from 'node:assert/strict';

import { caseToJson, parseCase } from '../../../../testnet/fuzz/fuzz-case.ts';

const scenario = { nodes: { count: 2 }, topology: { kind: 'line' }, workload: { senders: 1 } };
const submission = { atMs: 0, node: 0, account: 0, nonce: 0 };
const parse = (some: object): unknown =>
  parseCase(JSON.stringify({ scenario, submissions: [], faults: [], ...some }), 'x.json');

describe('parseCase', () => {
  it('takes a case, and writes one line for each submission and fault', () => {
    const faults = [{ kind: 'cut', between: [0, 1], atMs: 1, forMs: 2 }] as const;
    const fuzzCase = parseCase(
      JSON.stringify({ scenario, submissions: [submission, submission], faults }),
      'x.json',
    );
    const lines = caseToJson(fuzzCase).split('\n');
    assert.equal(lines.filter((line) => line.includes('"atMs"')).length, 3);
    assert.ok(lines.includes('    { "kind": "cut", "between": [0, 1], "atMs": 1, "forMs": 2 }'));
  });

  it('says what is wrong, and where', () => {
    const refusals: [object, RegExp][] = [
      [{ submissions: [{ ...submission, node: 2 }] }, /submissions\.0: there is no node 2 among 2/],
      [{ submissions: [{ ...submission, account: 1 }] }, /submissions\.0: account 1 has no money/],
      [{ submissions: [{ ...submission, flaw: 'odd' }] }, /x\.json is not a case: submissions\.0\.flaw/],
      [{ faults: [{ kind: 'stop', node: 5, atMs: 0 }] }, /faults\.0: there is no node 5 among 2/],
      [{ faults: [{ kind: 'burn', node: 0, atMs: 0 }] }, /x\.json is not a case: faults\.0/],
      [{ scenario: { ...scenario, nodes: { count: 1 } } }, /scenario\.nodes\.count/],
      [{ scenario: { ...scenario, nodes: { count: 2, options: { 'gossip.x': 1 } } } }, /no such option/],
      [
        { scenario: { nodes: { count: 3 }, topology: { kind: 'edges', edges: [[0, 1]] } } },
        /scenario\.topology\.edges: node 2 is cut off/,
      ],
    ];
    for (const [some, message] of refusals) assert.throws(() => parse(some), { name: 'CaseError', message });
    assert.throws(() => parseCase('{', 'x.json'), { name: 'CaseError', message: /x\.json is not JSON/ });
  });
});
