/** Colours of many series, told apart on light and dark ground and by readers who see fewer colours. */
const COLOURS = [
  '#2a78d6',
  '#d9581f',
  '#12875c',
  '#a05bd0',
  '#c79a00',
  '#1aa3b8',
  '#d0488f',
  '#7d8f2a',
  '#8a6a52',
  '#7d8494',
];

/** One for each of `n` series; beyond ten they come again. */
export function colours(n: number): string[] {
  return Array.from({ length: n }, (_, index) => COLOURS[index % COLOURS.length]!);
}
