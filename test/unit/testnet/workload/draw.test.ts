import assert from 'node:assert/strict';
import { streamOf } from '../../../../testnet/random.ts';
import { weighted, weightedNames, zipf } from '../../../../testnet/workload/draw.ts';

const shares = (draw: (random: ReturnType<typeof streamOf>) => number, values: number): number[] => {
  const random = streamOf(1, 'draw test');
  const counts = new Array<number>(values).fill(0);
  for (let n = 0; n < 20_000; n++) counts[draw(random)]!++;
  return counts.map((count) => count / 20_000);
};

const close = (got: readonly number[], wanted: readonly number[]): void => {
  assert.ok(
    got.every((share, index) => Math.abs(share - wanted[index]!) < 0.015),
    `${got.join(' ')} for ${wanted.join(' ')}`,
  );
};

describe('draws', () => {
  it('keep to their weights, and never give what has none', () => {
    const drawn = shares(weighted([0, 1, 0, 3, 0]), 5);
    close(drawn, [0, 0.25, 0, 0.75, 0]);
    assert.deepEqual([drawn[0], drawn[2], drawn[4]], [0, 0, 0]);
    assert.deepEqual(weighted([0, 5])({ next: () => 0 }), 1);
    assert.throws(() => weighted([0, 0]), RangeError);
    assert.throws(() => weighted([1, -1]), RangeError);
  });

  it('follow Zipf, of which 0 is uniform', () => {
    close(shares(zipf(3, 1), 3), [6 / 11, 3 / 11, 2 / 11]);
    close(shares(zipf(3, 2), 3), [36 / 49, 9 / 49, 4 / 49]);
    close(shares(zipf(4, 0), 4), [0.25, 0.25, 0.25, 0.25]);
  });

  it('fall back where all weights by name are 0', () => {
    const random = streamOf(1, 'names');
    const all = weightedNames({ a: 0, b: 0, c: 0 }, ['b']);
    for (let n = 0; n < 50; n++) assert.equal(all(random), 'b');
    const some = weightedNames({ a: 0, b: 0, c: 2 }, ['b']);
    for (let n = 0; n < 50; n++) assert.equal(some(random), 'c');
  });
});
