import assert from 'node:assert/strict';

import { editDistance, nearest } from '../../../../testnet/scenario/nearest.ts';

describe('nearest', () => {
  it('counts insertions, deletions, replacements and swaps of neighbours', () => {
    assert.equal(editDistance('', ''), 0);
    assert.equal(editDistance('', 'abc'), 3);
    assert.equal(editDistance('count', 'cuont'), 1);
    assert.equal(editDistance('count', 'counts'), 1);
    assert.equal(editDistance('kitten', 'sitting'), 3);
  });

  it('finds what was meant, whatever its case, and nothing where nothing is alike', () => {
    assert.equal(nearest('DRAINMS', ['warmUpMs', 'drainMs']), 'drainMs');
    assert.equal(nearest('topolgy', ['nodes', 'topology']), 'topology');
    assert.equal(nearest('banana', ['nodes', 'topology']), undefined);
    assert.equal(nearest('x', []), undefined);
  });
});
