import assert from 'node:assert/strict';
import * as Plot from '@observablehq/plot';
import { draw, logDomain, logTicks, tickMilliseconds } from '../../../../testnet/report/draw.ts';

describe('draw', () => {
  it('gives inline SVG with a label, that scales', () => {
    const svg = draw('two "points"', {
      marks: [
        Plot.dot([
          [1, 2],
          [3, 4],
        ]),
      ],
    });
    assert.match(svg, /^<svg [^>]*viewBox="0 0 440 260"/);
    assert.match(svg, /role="img"/);
    assert.match(svg, /aria-label="two &quot;points&quot;"/);
    assert.equal(svg.match(/<circle/g)?.length, 2);
  });
});

describe('logTicks', () => {
  it('stand at 1, 2 and 5 within a short range, exactly', () => {
    assert.deepEqual(logTicks([0.2, 6]), [0.2, 0.5, 1, 2, 5]);
  });

  it('stand at 1 over many decades', () => {
    assert.deepEqual(logTicks([1, 1000]), [1, 10, 100, 1000]);
  });
});

describe('logDomain', () => {
  it('holds all values with air on both sides, the zero at the smallest', () => {
    const [low, high] = logDomain([0, 120]);
    assert.ok(low > 0 && low < 0.1);
    assert.ok(high > 120);
    assert.deepEqual(logDomain([]), [1, 1000]);
  });
});

describe('tickMilliseconds', () => {
  it('goes over to seconds', () => {
    assert.deepEqual([0.1, 500, 1000, 20_000].map(tickMilliseconds), ['0.1 ms', '500 ms', '1 s', '20 s']);
  });
});
