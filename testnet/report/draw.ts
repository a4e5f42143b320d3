/** Observable Plot on the server: the same marks as in a browser, out comes inline SVG. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Drawn this wide so that on a phone, shrunk to about three quarters, the text can still be read. */
const PLOT_WIDTH = 440;
const PLOT_HEIGHT = 260;

/** Of the two libraries' documents and elements, as much as is used here: the DOM's own types are not loaded. */
interface ServerDom {
  document: object;
}
interface ServerElement {
  setAttribute(name: string, value: string): void;
  outerHTML: string;
}

/** `label`: what a screen reader says instead of the drawing. */
export function draw(label: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as ServerDom;
  const svg = Plot.plot({
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
    marginLeft: 56,
    marginRight: 24,
    marginBottom: 44,
    marginTop: 28,
    style: { fontSize: '13px', background: 'none', overflow: 'visible' },
    ...options,
    document,
  }) as unknown as ServerElement;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg.outerHTML;
}

/** 1, 2 and 5 of each decade; only 1 when there are two decades or more, whose labels would run into each other. */
export function logTicks([from, to]: readonly [number, number]): number[] {
  const steps = Math.log10(to / from) >= 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(from)); decade <= Math.ceil(Math.log10(to)); decade++) {
    for (const step of steps) {
      // From the decimal text, not by multiplication: 3 * 10 ** -1 is no 0.3.
      const tick = Number(`${step}e${decade}`);
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}

/** Below this a time has no place on a log axis and is drawn here: zero, which a simulation can give. */
export const SMALLEST_MS = 0.1;

/** The axis for `values`, which may hold times from SMALLEST_MS up, with some air on both sides. */
export function logDomain(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    const drawn = Math.max(SMALLEST_MS, value);
    if (drawn < low) low = drawn;
    if (drawn > high) high = drawn;
  }
  if (low === Infinity) return [1, 1000];
  return [low / 1.2, high * 1.2];
}

export function tickMilliseconds(value: number): string {
  return value >= 1000 ? `${value / 1000} s` : `${value} ms`;
}
