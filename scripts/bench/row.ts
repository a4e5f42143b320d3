/** One figure of the benchmark. */
export interface BenchRow {
  name: string;
  /** With its unit. */
  value: string;
  /** Against what the name or its group says, such as `0.93x`. */
  ratio?: string;
}

/** Lines of text, columns aligned; values without a ratio may run on to the right. */
export function benchTable(rows: readonly BenchRow[]): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const compared = rows.filter(({ ratio }) => ratio !== undefined);
  const valueWidth = Math.max(0, ...compared.map(({ value }) => value.length));
  return rows
    .map(({ name, value, ratio = '' }) =>
      `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${ratio}`.trimEnd(),
    )
    .join('\n');
}
