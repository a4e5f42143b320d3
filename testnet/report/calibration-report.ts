/** A calibration as text for the terminal and as a page of its own: the same rows in both. */
import type { Calibration, OnBoth } from '../measure/calibration.ts';
import { figureMarkup } from './figure.ts';
import { milliseconds, NOT_MEASURED, percent, ratio } from './format.ts';
import { escape, tableMarkup } from './markup.ts';
import { latencyCdfs, type Series } from './plots/latency-cdfs.ts';
import { STYLE } from './style.ts';

type Row = [name: string, local: string, simulated: string, difference: string];

const COLUMNS = ['Figure', 'Local', 'Simulated', 'Local - simulated'];

const distance = (value: number | null): string => (value === null ? NOT_MEASURED : value.toFixed(3));

function rowsOf(calibration: Calibration): Row[] {
  const { latencyMs, provenanceShare, medianByNodeMs: byNode } = calibration;
  const row = (name: string, on: OnBoth, show: (value: number | null) => string): Row => {
    const { local, simulated } = on;
    return [
      name,
      show(local),
      show(simulated),
      local === null || simulated === null ? NOT_MEASURED : show(local - simulated),
    ];
  };
  const time = (value: number | null): string => milliseconds(value);
  return [
    row('latency p10', latencyMs.p10, time),
    row('latency p50', latencyMs.p50, time),
    row('latency p90', latencyMs.p90, time),
    row('latency p99', latencyMs.p99, time),
    [
      'median of a node',
      '',
      '',
      byNode === null
        ? NOT_MEASURED
        : `${time(byNode.mean)} in the mean, ${time(byNode.least)} to ${time(byNode.most)}`,
    ],
    row('answer at the entry, p50', calibration.entryMs, time),
    row('time a hop, mean', calibration.hopMs, time),
    row('hops, mean', calibration.hops, ratio),
    row('redundancy', calibration.redundancy, ratio),
    ...(['push', 'pull', 'sync'] as const).map((by) => row(`by ${by}`, provenanceShare[by], percent)),
    row('coverage, least', calibration.coverageMin, percent),
    ['KS distance of latencies', '', '', distance(calibration.kolmogorovSmirnov)],
    ['the same, medians aligned', '', '', distance(calibration.kolmogorovSmirnovMoved)],
  ];
}

function warnings({ invalid }: Calibration): string[] {
  return [
    ...invalid.local.map((reason) => `local: ${reason}`),
    ...invalid.simulated.map((reason) => `simulated: ${reason}`),
  ];
}

/** Lines end in a newline each. */
export function calibrationTable(calibration: Calibration): string {
  const rows = [COLUMNS.map((column) => column.toLowerCase()), ...rowsOf(calibration)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...warnings(calibration).map((reason) => `invalid: ${reason}`)]
    .map((line) => `  ${line}\n`)
    .join('');
}

export interface CalibrationPageInput {
  name: string;
  description: string;
  seed: number;
  calibration: Calibration;
  series: readonly Series[];
}

/** Whole: nothing is fetched. The reports of the two runs lie beside it and are linked. */
export function calibrationPage({
  name,
  description,
  seed,
  calibration,
  series,
}: CalibrationPageInput): string {
  const reasons = warnings(calibration);
  const invalid =
    reasons.length === 0
      ? ''
      : `<section class="invalid" aria-labelledby="invalid-title"><h2 id="invalid-title">Invalid: the machine was measured</h2><ul>${reasons.map((reason) => `<li>${escape(reason)}</li>`).join('')}</ul></section>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escape(name)}, local and simulated – txgossip</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escape(name)}, local and simulated</h1>
<p class="lead">${escape(description)}</p>
<p class="lead">Seed ${seed}. The whole reports: <a href="local/report.html">local</a>, <a href="simulated/report.html">simulated</a>.</p>
</header>
${invalid}
<section aria-labelledby="figures-title">
<h2 id="figures-title">Figures on both</h2>
<p>The same topology, links and workload. The simulation charges for computing only what nodes.cpu says and has no JSON-RPC; what the machine adds shows at the entry and in the time a hop.</p>
${tableMarkup({ columns: COLUMNS, rows: rowsOf(calibration) })}
</section>
<div class="plots" style="max-width: 640px">
${figureMarkup(latencyCdfs(series, 'Latency on both'))}
</div>
</main>
</body>
</html>
`;
}
