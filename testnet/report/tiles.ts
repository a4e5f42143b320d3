/** The key figures at the top of the page, each with what it says in a few words. */
import type { Details } from '../measure/details.ts';
import type { Summary } from '../measure/summary.ts';
import { bytes, count, milliseconds, NEVER, NOT_MEASURED, percent, ratio } from './format.ts';
import { escape } from './markup.ts';

interface Tile {
  name: string;
  value: string;
  detail: string;
}

export function tilesMarkup(summary: Summary, details: Details): string {
  const tiles = tilesOf(summary, details).map(
    ({ name, value, detail }) =>
      `<div><dt>${escape(name)}</dt><dd class="value">${escape(value)}</dd><dd class="detail">${escape(detail)}</dd></div>`,
  );
  return `<dl class="tiles" aria-label="Key figures">\n${tiles.join('\n')}\n</dl>`;
}

function tilesOf(summary: Summary, details: Details): Tile[] {
  const { transactions, coverage, latencyMs, timeToMs, provenance, order } = summary;
  const arrivals = provenance.rpc + provenance.push + provenance.pull + provenance.sync;
  const repaired = arrivals === 0 ? null : (provenance.pull + provenance.sync) / arrivals;
  const ifNull = details.pairs > 0 ? NEVER : NOT_MEASURED;
  const perDelivery =
    summary.bytes.total === null || details.deliveries === 0
      ? null
      : summary.bytes.total / details.deliveries;
  return [
    {
      name: 'Transactions',
      value: count(transactions.accepted),
      detail: `accepted of ${count(transactions.submitted)}, on ${count(summary.nodes)} nodes`,
    },
    {
      name: 'Coverage',
      value: percent(coverage.mean),
      detail: `mean; least covered ${percent(coverage.min)}`,
    },
    {
      name: 'Latency, median',
      value: milliseconds(latencyMs.p50, ifNull),
      detail: `over ${count(details.pairs)} pairs, ${count(latencyMs.count)} delivered`,
    },
    {
      name: 'Latency, p99',
      value: milliseconds(latencyMs.p99, ifNull),
      detail: `slowest delivery ${milliseconds(details.slowestDeliveryMs)}`,
    },
    {
      name: 'Time to 99 % of nodes',
      value: milliseconds(timeToMs.t99.p50, ifNull),
      detail: `median; p99 over transactions ${milliseconds(timeToMs.t99.p99, ifNull)}`,
    },
    { name: 'Redundancy', value: ratio(summary.redundancy), detail: 'payload copies per delivery' },
    { name: 'Repaired', value: percent(repaired), detail: 'of arrivals came by pull or sync' },
    {
      name: 'Received',
      value: bytes(perDelivery),
      detail: `per delivery; ${bytes(summary.bytes.total)} in all`,
    },
    {
      name: 'Out of nonce order',
      value: order.pairs === 0 ? NOT_MEASURED : percent(order.inverted / order.pairs),
      detail: `of ${count(order.pairs)} same-sender pairs`,
    },
    {
      name: 'CPU per delivery',
      value: milliseconds(summary.cpuMsPerDelivery),
      detail: `largest process ${bytes(summary.rssBytesMax)}`,
    },
  ];
}
