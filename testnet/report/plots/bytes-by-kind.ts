/** What the nodes received, by kind, and whether the sums of both ends agree. */
import type { Details } from '../../measure/details.ts';
import type { Summary } from '../../measure/summary.ts';
import type { Figure } from '../figure.ts';
import { bytes, percent } from '../format.ts';
import { drawBars } from './bars.ts';

const BYTES_SHOWN = ['payload', 'duplicate', 'control', 'sync', 'members', 'other'] as const;

export function bytesByKind({ bytes: received }: Summary, details: Details): Figure {
  const { balance, unmeasured } = details.bytes;
  const bars = BYTES_SHOWN.map((name) => {
    const value = received[name] ?? 0;
    const share = received.total === null || received.total === 0 ? null : value / received.total;
    return { name, value, text: share === null ? bytes(value) : `${bytes(value)} (${percent(share)})` };
  });
  return {
    id: 'bytes-by-kind',
    title: 'Bytes received',
    definition:
      'Bytes all nodes received from the start of measuring to its end: gossip payload seen first and again, gossip control, reconciliation, membership (with peer exchange and pings), and other (handshakes, identify, framing).',
    svg:
      unmeasured === null
        ? drawBars(`Bytes received by kind, ${bytes(received.total)} in all`, bars, 'var(--blue)')
        : null,
    note: conservationNote(details),
    legend: [],
    table: {
      columns: ['Kind', 'Sent', 'Received', 'More on its way', 'Missing'],
      rows: balance.map(({ kind, sent, received, inFlight, missing }) => [
        kind,
        ...[sent, received, inFlight, missing].map((value) => value.toLocaleString('en')),
      ]),
    },
  };
}

function conservationNote({ bytes: { conserved, balance, droppedBytes, unmeasured } }: Details): string {
  if (unmeasured !== null) return `Not measured: ${unmeasured}.`;
  const missing = balance.reduce((sum, kind) => sum + kind.missing, 0);
  const tolerance = balance.reduce((sum, kind) => sum + kind.tolerance, 0);
  const sums = `sent less received is ${missing.toLocaleString('en')} B, dropped by the network ${droppedBytes.toLocaleString('en')} B`;
  const allowed = tolerance === 0 ? 'exactly' : `within the ${bytes(tolerance)} that can be on the way`;
  if (conserved === null) {
    return `Whether it balances cannot be told, since connections that ended between processes took uncounted bytes with them: ${sums}.`;
  }
  return conserved ? `Conserved ${allowed}: ${sums}.` : `Does NOT balance: ${sums}; by kind in the table.`;
}
