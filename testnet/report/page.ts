/** The frame of the page: head, and the sections in their order. */
import type { Details } from '../measure/details.ts';
import type { Summary } from '../measure/summary.ts';
import type { ExpectationResult, Wanted } from '../scenario/expect.ts';
import { figureMarkup, type Figure } from './figure.ts';
import { count, milliseconds } from './format.ts';
import { ledgerMarkup } from './ledger-table.ts';
import { escape, tableMarkup } from './markup.ts';
import type { RunMeta } from './run-meta.ts';
import { STYLE } from './style.ts';
import { tilesMarkup } from './tiles.ts';

export interface PageInput {
  name: string;
  description: string;
  scenarioYaml: string;
  summary: Summary;
  details: Details;
  expectations: readonly ExpectationResult[];
  meta: RunMeta;
}

export function page(input: PageInput, figures: readonly Figure[]): string {
  const { name, description, scenarioYaml, summary, details, expectations, meta } = input;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="txgossip ${escape(meta.versions.txgossip)}">
<link rel="icon" href="data:,">
<title>${escape(name)} – txgossip</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escape(name)}</h1>
<p class="lead">${escape(description)}</p>
<p class="lead">${escape(runLine(summary, details, meta))}</p>
</header>
${invalidMarkup(summary.invalidBecause)}
${verdictMarkup(expectations)}
${tilesMarkup(summary, details)}
<div class="plots">
${figures.map(figureMarkup).join('\n')}
</div>
<section aria-labelledby="ledger-title">
<h2 id="ledger-title">Ledger</h2>
<p>Every (transaction, node) pair ends in exactly one fate, so nothing bad vanishes from a tail.</p>
${ledgerMarkup(details)}
</section>
<section aria-labelledby="apart-title">
<h2 id="apart-title">Counted apart</h2>
<p>What belongs to no figure above, and what the run itself did.</p>
<div class="facts">${tableMarkup({ columns: ['What', 'Value'], rows: apart(summary, details) })}</div>
</section>
<section aria-labelledby="scenario-title">
<h2 id="scenario-title">To run it again</h2>
<div class="facts">${tableMarkup({ columns: ['What', 'Value'], rows: again(summary, meta) })}</div>
<details><summary>Scenario, as resolved</summary><pre tabindex="0">${escape(scenarioYaml)}</pre></details>
</section>
</main>
</body>
</html>
`;
}

function runLine(summary: Summary, details: Details, meta: RunMeta): string {
  const { submittedMs, endedMs } = details.times;
  return `${count(summary.nodes)} nodes on a ${summary.network} network, ${count(details.edges.length)} connections, seed ${summary.seed}; submitted for ${milliseconds(submittedMs)}, drained for ${milliseconds(endedMs - submittedMs)}; ${meta.invokedAt}.`;
}

function invalidMarkup(reasons: readonly string[]): string {
  if (reasons.length === 0) return '';
  const items = reasons.map((reason) => `<li>${escape(reason)}</li>`).join('');
  return `<section class="invalid" aria-labelledby="invalid-title"><h2 id="invalid-title">Invalid run: it measured the machine or itself</h2><ul>${items}</ul></section>`;
}

function verdictMarkup(expectations: readonly ExpectationResult[]): string {
  if (expectations.length === 0) {
    return '<section class="verdict"><h2>Nothing was expected</h2><p>The scenario states no expectations.</p></section>';
  }
  const held = expectations.filter((expectation) => expectation.held).length;
  const all = held === expectations.length;
  const title = all
    ? `It held: all ${held} expectations`
    : `It did not hold: ${expectations.length - held} of ${expectations.length} expectations failed`;
  const items = expectations.map(({ path, wanted, got, held, reason }) => {
    const tag = held ? '<span class="tag held">✓ held</span>' : '<span class="tag failed">✗ failed</span>';
    const outcome = held || typeof got === 'number' ? `is ${shown(got)}` : (reason ?? 'is not');
    return `<li>${tag}<code>${escape(path)} ${escape(wantedText(wanted))}</code><span>${escape(outcome)}</span></li>`;
  });
  return `<section class="verdict ${all ? 'held' : 'failed'}" aria-labelledby="verdict-title"><h2 id="verdict-title">${title}</h2><ul>${items.join('\n')}</ul></section>`;
}

/** A bare value in a scenario means equality. */
export function wantedText(wanted: Wanted): string {
  return typeof wanted === 'string' ? wanted : `== ${wanted}`;
}

function shown(got: unknown): string {
  return typeof got === 'number' ? String(Number(got.toPrecision(6))) : String(got);
}

function apart(
  { generatorLagMs }: Summary,
  { strays, departures, submitMs, split, relativeMessageRedundancy, bytes }: Details,
): string[][] {
  const rows: [string, string][] = [
    ['Arrivals of hashes nobody submitted', count(strays.unknownArrivals)],
    ['Arrivals of submissions that were not accepted', count(strays.unacceptedArrivals)],
    ['Arrivals at a node that had had it before', count(strays.repeats)],
    ['Submissions of a hash already accepted', count(strays.resubmissions)],
    ['Refusals of anything else', count(strays.otherRefusals)],
    ...Object.entries(departures).map(([reason, left]): [string, string] => [
      `Left a pool: ${reason}`,
      count(left),
    ]),
    ['Submissions behind schedule, p99', milliseconds(generatorLagMs.p99)],
    ['Answer to a submission, median', milliseconds(submitMs.answerP50)],
    ['A hop: batching, mean', milliseconds(split.batchingMs)],
    ['A hop: link, mean', milliseconds(split.linkMs)],
    ['A hop: queue before validation, mean', milliseconds(split.queueMs)],
    ['A hop: validation, mean', milliseconds(split.validationMs)],
    [
      'RMR: copies/(n-1) - 1',
      relativeMessageRedundancy === null ? '–' : relativeMessageRedundancy.toFixed(2),
    ],
    ['Bytes dropped by the emulated network', count(bytes.droppedBytes)],
  ];
  return rows;
}

function again(summary: Summary, { versions, commit, machine }: RunMeta): string[][] {
  return [
    ['Seed', String(summary.seed)],
    ...Object.entries(versions).map(([name, version]): string[] => [name, String(version)]),
    ['Commit', commit ?? 'none'],
    [
      'Machine',
      `${machine.cpus} × ${machine.cpuModel}, ${(machine.memoryBytes / 1e9).toFixed(1)} GB, ${machine.platform}`,
    ],
    ...(summary.digest === null ? [] : [['Digest of the event log', summary.digest]]),
  ];
}
