/** The summary in the terminal: a few lines, aligned; colours only where `colour` says there is somebody to see them. */
import { styleText } from 'node:util';
import type { Details } from '../measure/details.ts';
import { FATES } from '../measure/ledger.ts';
import type { Summary } from '../measure/summary.ts';
import type { ExpectationResult } from '../scenario/expect.ts';
import { bytes, count, milliseconds, NEVER, NOT_MEASURED, percent, ratio } from './format.ts';
import { memberRows } from './member-rows.ts';
import { wantedText } from './page.ts';

export interface ConsoleTableOptions {
  /** `stdout.isTTY` and the like; without it the text is plain. */
  colour?: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** Lines end in a newline each. */
export function consoleTable(
  summary: Summary,
  details: Details,
  expectations: readonly ExpectationResult[] = [],
  { colour = false }: ConsoleTableOptions = {},
): string {
  const paint = (style: Style, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const rows = figures(summary, details);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${paint('dim', name.padEnd(width))}  ${value}`);
  for (const reason of summary.invalidBecause) lines.push(paint('red', `  invalid: ${reason}`));
  for (const { path, wanted, got, held, reason } of expectations) {
    const text = `${path} ${wantedText(wanted)}: ${held ? `is ${String(got)}` : (reason ?? 'failed')}`;
    lines.push(held ? paint('green', `  ✓ ${text}`) : paint('red', `  ✗ ${text}`));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function figures(summary: Summary, details: Details): [name: string, value: string][] {
  const { transactions, coverage, latencyMs, timeToMs, provenance, order, bytes: received } = summary;
  const ifNull = details.pairs > 0 ? NEVER : NOT_MEASURED;
  const time = (value: number | null) => milliseconds(value, ifNull);
  const lost = FATES.filter(
    (fate) => fate !== 'entry' && !fate.startsWith('delivered') && details.ledger.counts[fate] > 0,
  );
  const undelivered = lost.map((fate) => `${count(details.ledger.counts[fate])} ${fate}`).join(', ');
  const { t50, t90, t99, t100 } = timeToMs;
  return [
    [
      'transactions',
      `${count(transactions.accepted)} accepted of ${count(transactions.submitted)}, ${count(summary.nodes)} nodes, ${summary.network}, seed ${summary.seed}`,
    ],
    ['coverage', `mean ${percent(coverage.mean)}, least ${percent(coverage.min)}`],
    [
      'latency',
      `p50 ${time(latencyMs.p50)}, p90 ${time(latencyMs.p90)}, p99 ${time(latencyMs.p99)}, max ${time(latencyMs.max)}`,
    ],
    [
      'time to nodes',
      `50 % ${time(t50.p50)}, 90 % ${time(t90.p50)}, 99 % ${time(t99.p50)}, all ${time(t100.p50)} (median transaction)`,
    ],
    ['undelivered', undelivered === '' ? 'none' : undelivered],
    ['redundancy', `${ratio(summary.redundancy)} copies per delivery${again(summary.copiesAfterFirst)}`],
    [
      'provenance',
      `rpc ${count(provenance.rpc)}, push ${count(provenance.push)}, pull ${count(provenance.pull)}, sync ${count(provenance.sync)}`,
    ],
    [
      'received',
      `${bytes(received.total)}: payload ${bytes(received.payload)}, duplicate ${bytes(received.duplicate)}, control ${bytes(received.control)}, sync ${bytes(received.sync)}, members ${bytes(received.members)}, other ${bytes(received.other)}`,
    ],
    ['conserved', summary.conserved === null ? NOT_MEASURED : summary.conserved ? 'yes' : 'NO'],
    ...memberRows(summary, details),
    ['nonce order', `${count(order.inverted)} of ${count(order.pairs)} pairs inverted`],
    [
      'cost',
      `${milliseconds(summary.cpuMsPerDelivery)} CPU per delivery, largest process ${bytes(summary.rssBytesMax)}`,
    ],
    ...(summary.digest === null ? [] : [['digest', summary.digest] satisfies [string, string]]),
  ];
}

/** Nothing where copies were not counted one by one. */
function again({ p50, p99, max }: Summary['copiesAfterFirst']): string {
  if (max === null) return '';
  return `; after the first: p50 ${count(p50)}, p99 ${count(p99)}, max ${count(max)}`;
}
