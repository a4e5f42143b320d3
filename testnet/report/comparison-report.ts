/** A comparison as text for the terminal and as a page of its own: the same rows in both. */
import { relative } from 'node:path';
import { compareGroups, medianOf, pooledCoverage, pooledLatencies } from '../compare/compare.ts';
import type { ComparisonRow, Group, GroupFigure } from '../compare/compare.ts';
import { crossed } from '../compare/crossed.ts';
import { bytesPerTransactionAndNode, COMPARED_FIGURES, t99OfMedian } from '../compare/compared-figures.ts';
import { figureMarkup, type Figure } from './figure.ts';
import { bytes, count, milliseconds, NOT_MEASURED } from './format.ts';
import { escape, tableMarkup, type Table } from './markup.ts';
import { colours } from './palette.ts';
import { coverageCurves } from './plots/coverage-curves.ts';
import { growth, type GrowthPoint } from './plots/growth.ts';
import { latencyCdfs } from './plots/latency-cdfs.ts';
import { pareto, type ParetoPoint } from './plots/pareto.ts';
import { STYLE } from './style.ts';

const VERDICTS = { more: '▲', less: '▼', noise: '≈', unknown: '?' } as const;

/** `median [low to high] ▲ +12 %`: ▲ ▼ more than noise, ≈ within noise, ? too few runs to say. */
function cell(row: ComparisonRow, of: GroupFigure): string {
  const { median, interval } = of;
  const { show } = row.figure;
  const range =
    interval === null || median === null ? '' : ` [${show(interval.low)} to ${show(interval.high)}]`;
  return `${show(median)}${range}${change(of)}`;
}

const briefCell = (row: ComparisonRow, of: GroupFigure): string => row.figure.show(of.median) + change(of);

function change({ difference }: GroupFigure): string {
  if (difference === null) return '';
  const { share, verdict } = difference;
  return ` ${VERDICTS[verdict]}${share === null ? '' : changeBy(share)}`;
}

/** Percent up to three times as much, beyond that how many times. */
function changeBy(share: number): string {
  if (share > 2) return ` ×${count(Math.round(share + 1))}`;
  const percents = Math.round(share * 100);
  return percents === 0 ? '' : ` ${percents > 0 ? '+' : ''}${percents} %`;
}

const LEGEND =
  'median over the runs of a group [95 % interval]; against the first group: ▲ ▼ more than noise, ≈ within noise, ? fewer than three runs on a side';

const HEADLINE_LEGEND =
  'Coverage over transactions, latency over all pairs, t99 of the median transaction, bytes and gossip payload with its duplicates for each transaction and node.';

/** What is compared with each other: all groups, or those of each part where they are crossed. */
function partsOf(groups: readonly Group[]): { name: string; groups: readonly Group[] }[] {
  return crossed(groups)?.parts ?? [{ name: '', groups }];
}

/** Lines end in a newline each: one block a figure, for group names are long; where groups are crossed, one a part. */
export function comparisonTable(groups: readonly Group[]): string {
  const parts = partsOf(groups);
  const blocks = parts.length === 1 ? figureBlocks(groups) : parts.flatMap(partBlock);
  const invalid = notes(groups).map((note) => `  ${note}`);
  const legend = parts.length === 1 ? LEGEND : `${HEADLINE_LEGEND} ${LEGEND}`;
  return [...blocks, `  (${legend})`, ...invalid].map((line) => `${line}\n`).join('');
}

function figureBlocks(groups: readonly Group[]): string[] {
  const width = Math.max(...groups.map(({ name }) => name.length));
  return compareGroups(groups).flatMap((row) => [
    `  ${row.figure.name.trim()}`,
    ...row.groups.map((figure, index) => `    ${groups[index]!.name.padEnd(width)}  ${cell(row, figure)}`),
  ]);
}

function partBlock({ name, groups }: { name: string; groups: readonly Group[] }): string[] {
  const { columns, rows } = headlines(groups);
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    `    ${cells.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join('  ')}`;
  return [`  ${name}`, line(columns), ...rows.map(line)];
}

/** The figures a reader looks at first, a row a group. */
function headlines(groups: readonly Group[]): Table {
  const rows = compareGroups(groups).filter(({ figure }) => figure.headline !== undefined);
  return {
    columns: ['', ...rows.map(({ figure }) => figure.headline!)],
    rows: groups.map(({ name }, index) => [name, ...rows.map((row) => briefCell(row, row.groups[index]!))]),
  };
}

function notes(groups: readonly Group[]): string[] {
  return groups.flatMap(({ name, runs }) => {
    const invalid = runs.filter(({ summary }) => !summary.valid).length;
    const missed = runs.filter((run) => run.missed > 0).length;
    return [
      ...(invalid === 0
        ? []
        : [
            `${name}: ${invalid} of ${runs.length} runs are invalid: they measured the machine or themselves`,
          ]),
      ...(missed === 0 ? [] : [`${name}: ${missed} of ${runs.length} runs missed an expectation`]),
    ];
  });
}

export interface ComparisonPageInput {
  title: string;
  description: string;
  groups: readonly Group[];
  /** Folder the page goes to: links to the runs are relative to it. */
  directory: string;
}

/** Whole: nothing is fetched. */
export function comparisonPage({ title, description, groups, directory }: ComparisonPageInput): string {
  const warnings = notes(groups);
  const warning =
    warnings.length === 0
      ? ''
      : `<section class="invalid" aria-labelledby="notes-title"><h2 id="notes-title">To be read with care</h2><ul>${warnings.map((note) => `<li>${escape(note)}</li>`).join('')}</ul></section>`;
  const links = groups.map(
    ({ name, runs }) =>
      `<li>${escape(name)}: ${runs
        .map(
          (run) =>
            `<a href="${escape(encodeURI(relative(directory, run.directory)))}/report.html">seed ${run.summary.seed}</a>`,
        )
        .join(', ')}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escape(title)} – txgossip</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escape(title)}</h1>
<p class="lead">${escape(description)}</p>
<p class="lead">${count(groups.length)} groups, ${count(groups.reduce((sum, { runs }) => sum + runs.length, 0))} runs.</p>
</header>
${warning}
${partsOf(groups).map(partMarkup).join('\n')}
<section aria-labelledby="runs-title">
<h2 id="runs-title">The runs</h2>
<ul>${links.join('\n')}</ul>
</section>
</main>
</body>
</html>
`;
}

function partMarkup({ name, groups }: { name: string; groups: readonly Group[] }, part: number): string {
  const rows = compareGroups(groups);
  const all = {
    columns: ['Figure', ...groups.map((group) => group.name)],
    rows: rows.map((row) => [row.figure.name, ...row.groups.map((figure) => cell(row, figure))]),
  };
  const id = name === '' ? '' : `-${part + 1}`;
  return `<section aria-labelledby="figures-title${id}">
<h2 id="figures-title${id}">${name === '' ? 'Figures' : escape(name)}</h2>
<p>${escape(HEADLINE_LEGEND)} Each cell: ${escape(LEGEND)}.</p>
${tableMarkup(headlines(groups))}
<details><summary>Every figure, with intervals</summary>${tableMarkup(all)}</details>
</section>
<div class="plots">
${figuresOf(groups, rows)
  .map((figure) => figureMarkup({ ...figure, id: figure.id + id, title: titleIn(name, figure.title) }))
  .join('\n')}
</div>`;
}

const titleIn = (part: string, title: string): string => (part === '' ? title : `${title}: ${part}`);

function figuresOf(groups: readonly Group[], rows: readonly ComparisonRow[]): Figure[] {
  const colour = colours(groups.length);
  return [
    ...growthFigures(groups, rows),
    latencyCdfs(
      groups.map((group, index) => ({
        name: group.name,
        colour: colour[index]!,
        latencies: pooledLatencies(group),
      })),
      'Latency',
    ),
    coverageCurves(
      groups.map((group, index) => ({
        name: group.name,
        colour: colour[index]!,
        coverage: pooledCoverage(group),
      })),
    ),
    paretoOf(groups, colour),
  ];
}

function paretoOf(groups: readonly Group[], colour: readonly string[]): Figure {
  const unfinished: string[] = [];
  const points = groups.flatMap(({ name, runs }, index): ParetoPoint[] => {
    const measured = runs.flatMap(({ summary }) => {
      const [t99Ms, each] = [t99OfMedian(summary), bytesPerTransactionAndNode(summary)];
      return t99Ms === null || each === null || t99Ms === Infinity ? [] : [{ t99Ms, bytes: each }];
    });
    const t99Ms = medianOf(measured.map((run) => run.t99Ms));
    const each = medianOf(measured.map((run) => run.bytes));
    if (t99Ms === null || each === null || measured.length < runs.length) {
      unfinished.push(name);
      return [];
    }
    return [{ name, colour: colour[index]!, t99Ms, bytes: each, runs: measured }];
  });
  return pareto(points, unfinished);
}

/** Where the groups differ in one number: how the two figures that matter most grow with it. */
function growthFigures(groups: readonly Group[], rows: readonly ComparisonRow[]): Figure[] {
  const fields = [...new Set(groups.flatMap(({ settings }) => Object.keys(settings)))];
  const [field] = fields;
  if (field === undefined || fields.length !== 1 || groups.length < 3) return [];
  const at = groups.map(({ settings }) => settings[field]);
  if (!at.every((value) => typeof value === 'number')) return [];
  const pointsOf = (name: string): GrowthPoint[] => {
    const row = rows.find(({ figure }) => figure.name === name);
    const figure = COMPARED_FIGURES.find((each) => each.name === name)!;
    const finite = (value: number | null | undefined): number | null =>
      value === undefined || value === Infinity ? null : value;
    return groups.map(({ runs }, index) => {
      const of = row?.groups[index];
      return {
        at: at[index]!,
        median: finite(of?.median),
        low: finite(of?.interval?.low),
        high: finite(of?.interval?.high),
        runs: runs.flatMap(({ summary }) => finite(figure.of(summary)) ?? []),
      };
    });
  };
  return [
    growth({
      id: 'growth-t99',
      title: 'Time to 99 % of the nodes',
      definition: 'The median transaction’s time until 99 % of the nodes alive had it.',
      field,
      show: (value) => milliseconds(value, NOT_MEASURED),
      points: pointsOf('t99, median transaction'),
    }),
    growth({
      id: 'growth-bytes',
      title: 'Bytes for each transaction and node',
      definition: 'All bytes received, divided by accepted transactions and by nodes.',
      field,
      show: bytes,
      points: pointsOf('bytes per transaction and node'),
    }),
  ];
}
