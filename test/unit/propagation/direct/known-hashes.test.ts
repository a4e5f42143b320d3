import assert from 'node:assert/strict';
import { KnownHashes } from '../../../../src/propagation/direct/known-hashes.ts';

describe('KnownHashes', () => {
  it('forgets the oldest first', () => {
    const known = new KnownHashes(2);
    for (const hash of ['0x01', '0x02', '0x02', '0x03'] as const) known.add(hash);
    assert.deepEqual(
      (['0x01', '0x02', '0x03'] as const).map((hash) => known.has(hash)),
      [false, true, true],
    );
  });

  it('remembers nothing where nothing is to be', () => {
    const known = new KnownHashes(0);
    known.add('0x01');
    assert.equal(known.has('0x01'), false);
  });
});
