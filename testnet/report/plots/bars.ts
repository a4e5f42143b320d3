/** Amounts side by side: one horizontal bar each, with its amount written at its end. */
import * as Plot from '@observablehq/plot';
import { draw } from '../draw.ts';

export interface Bar {
  name: string;
  value: number;
  text: string;
}

export function drawBars(label: string, bars: readonly Bar[], colour: string): string {
  const largest = bars.reduce((most, { value }) => Math.max(most, value), 0);
  return draw(label, {
    height: 44 + bars.length * 40,
    marginLeft: 84,
    marginTop: 8,
    marginBottom: 12,
    // A third of the width is kept for the text at the end of the longest bar.
    x: { domain: [0, largest === 0 ? 1 : largest * 1.5], axis: null },
    y: { domain: bars.map(({ name }) => name), label: null, tickSize: 0, padding: 0.35 },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'name', fill: colour, rx2: 3 }),
      Plot.text(bars, {
        x: 'value',
        y: 'name',
        text: 'text',
        textAnchor: 'start',
        dx: 6,
        fill: 'var(--ink)',
      }),
      Plot.ruleX([0]),
    ],
  });
}
