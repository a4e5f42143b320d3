import assert from 'node:assert/strict';

import { parseEdgeFile } from '../../../../testnet/topology/edge-list.ts';

describe('parseEdgeFile', () => {
  it('takes pairs between commas, spaces and tabs, comments, empty lines and a line of names', () => {
    const text = '# an overlay\n\nfrom,to\n0,1\n1 2\r\n2\t3 # the bridge\n 3 , 4 \n4;5\n';
    assert.deepEqual(parseEdgeFile(text, 'a.csv'), [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
  });

  const broken: [what: string, text: string, message: string][] = [
    ['a third column', '0 1\n1 2 5\n', 'a.csv:2: "1 2 5" is no edge: write two node indices, such as 0 1'],
    ['one node', '0 1\n\n7\n', 'a.csv:3: "7" is no edge: write two node indices, such as 0 1'],
    ['a fraction', '0 1.5\n', 'a.csv:1: "0 1.5" is no edge: write two node indices, such as 0 1'],
    [
      'names after the first line',
      '0 1\nfrom to\n',
      'a.csv:2: "from to" is no edge: write two node indices, such as 0 1',
    ],
    ['nothing in it', '# no\n', 'a.csv: there is no edge in it: write two node indices a line'],
  ];
  for (const [what, text, message] of broken) {
    it(`refuses a file with ${what}, with its line`, () => {
      assert.throws(() => parseEdgeFile(text, 'a.csv'), new RangeError(message));
    });
  }
});
