/** Markup from text: everything that did not come from this program's own templates goes through here. */

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

export interface Table {
  columns: string[];
  /** Cells as read; the first of each row names it. */
  rows: string[][];
}

/** Bounds the page: a browser lays out some thousand cells at once, and the run folder has every row. */
const MAX_ROWS = 100;

/** Rows above the limit are thinned evenly, the first and the last kept, and the caption says so. */
export function tableMarkup({ columns, rows }: Table, maxRows = MAX_ROWS): string {
  const shown =
    rows.length <= maxRows
      ? rows
      : Array.from({ length: maxRows }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (maxRows - 1))]!);
  const caption =
    shown.length < rows.length
      ? `<caption>${shown.length} of ${rows.length} rows, evenly spaced</caption>`
      : '';
  const head = columns.map((column) => `<th scope="col">${escape(column)}</th>`).join('');
  const body = shown
    .map(([name = '', ...cells]) => {
      const rest = cells.map((cell) => `<td>${escape(cell)}</td>`).join('');
      return `<tr><th scope="row">${escape(name)}</th>${rest}</tr>`;
    })
    .join('\n');
  return `<div class="scroll"><table>${caption}<thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}
