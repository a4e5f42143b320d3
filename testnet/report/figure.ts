/** One plot of the report, with the sentence that defines it and the numbers behind it. */
import { escape, tableMarkup, type Table } from './markup.ts';

export interface Figure {
  /** Anchor in the page. */
  id: string;
  title: string;
  /** One sentence. */
  definition: string;
  /** Null when there is nothing to draw; `note` says why. */
  svg: string | null;
  /** What the reader should know of these figures in particular. */
  note: string | null;
  /** Names of series with the CSS class of their colour; empty where the axis names them. */
  legend: { name: string; colour: string }[];
  table: Table;
}

export function figureMarkup({ id, title, definition, svg, note, legend, table }: Figure): string {
  const keys = legend.map(
    ({ name, colour }) => `<li><span class="swatch" style="background:${colour}"></span>${escape(name)}</li>`,
  );
  return `<figure id="${id}" aria-labelledby="${id}-title">
<figcaption><h2 id="${id}-title">${escape(title)}</h2><p>${escape(definition)}</p></figcaption>
${keys.length === 0 ? '' : `<ul class="legend">${keys.join('')}</ul>`}
${svg === null ? '' : `<div class="plot">${svg}</div>`}
${note === null ? '' : `<p class="note">${escape(note)}</p>`}
<details><summary>Data</summary>${tableMarkup(table)}</details>
</figure>`;
}
