/**
 * Bytes received by kind, and whether they balance: what all nodes sent = what all received + what the emulated
 * network dropped, with what was on its way at either end put right.
 */
import { sum } from 'd3-array';
import { BYTE_KINDS } from '../../src/telemetry/counters.ts';
import type { BytesByKind } from '../../src/telemetry/trace.ts';
import type { Counted } from './counters.ts';
import type { ExperimentRecord } from './record.ts';
import type { Summary } from './summary.ts';

export interface KindBalance {
  kind: keyof BytesByKind;
  sent: number;
  received: number;
  /** More on its way at the end than at the start. */
  inFlight: number;
  /** sent - received - inFlight: dropped, or unexplained. */
  missing: number;
  /** How far `missing` may be off and still balance. */
  tolerance: number;
}

export interface BytesFigures {
  received: Summary['bytes'];
  conserved: boolean | null;
  /** By kind; empty when not measured. */
  balance: KindBalance[];
  droppedBytes: number;
  /** Why there are no figures; null when there are. */
  unmeasured: string | null;
}

/**
 * Nodes of a local network are asked one after the other while they talk, so some bytes are counted on one side
 * only. A simulated network stands still while it is asked: there the balance must be exact.
 */
export interface BalanceOptions {
  /** Of what was sent of a kind; bounds what is under way at a steady rate. */
  toleranceShare?: number;
  /** And this much a node and kind, whatever the rate: a heartbeat's worth of control in a socket buffer. */
  toleranceBytesPerNode?: number;
}

export function bytesFigures(
  record: ExperimentRecord,
  counted: Counted,
  { toleranceShare = 0.01, toleranceBytesPerNode = 1024 }: BalanceOptions = {},
): BytesFigures {
  const { droppedBytes } = record;
  if (!counted.measured) {
    const received = {
      payload: null,
      duplicate: null,
      control: null,
      sync: null,
      members: null,
      other: null,
      total: null,
    };
    return { received, conserved: null, balance: [], droppedBytes, unmeasured: counted.reason };
  }
  const { sent, received, duplicateBytes } = counted.sums;
  const exact = record.network === 'simulated';
  const balance = BYTE_KINDS.map((kind): KindBalance => {
    const inFlight = (record.inFlight?.after[kind] ?? 0) - (record.inFlight?.before[kind] ?? 0);
    return {
      kind,
      sent: sent[kind],
      received: received[kind],
      inFlight,
      missing: sent[kind] - received[kind] - inFlight,
      tolerance: exact ? 0 : toleranceShare * sent[kind] + toleranceBytesPerNode * record.traces.length,
    };
  });
  return {
    received: {
      payload: received.message - duplicateBytes,
      duplicate: duplicateBytes,
      control: received.control,
      sync: received.sync,
      members: received.members,
      other: received.other,
      total: sum(BYTE_KINDS, (kind) => received[kind]),
    },
    conserved: balances(balance, droppedBytes) || (mayHaveLostUnseen(record) ? null : false),
    balance,
    droppedBytes,
    unmeasured: null,
  };
}

/**
 * Between processes, a connection that is given up because nothing came through any more, or ended by one side, takes
 * with it what was on the way, and nobody can count that: that bytes are missing then proves nothing.
 */
function mayHaveLostUnseen({
  network,
  faults = [],
  traces,
  readyAtMs,
  endedAtMs,
}: ExperimentRecord): boolean {
  if (network !== 'local') return false;
  if (faults.some(({ action }) => action.kind === 'cut' || action.kind === 'freeze')) return true;
  return traces.some(({ events }) =>
    events.some(({ kind, atMs }) => kind === 'disconnect' && atMs >= readyAtMs && atMs <= endedAtMs),
  );
}

/** What was dropped is known only in total: each kind may miss up to that, none may have too much, and the sums agree. */
function balances(balance: readonly KindBalance[], droppedBytes: number): boolean {
  const eachKind = balance.every(
    ({ missing, tolerance }) => missing >= -tolerance && missing <= droppedBytes + tolerance,
  );
  const missing = sum(balance, (kind) => kind.missing);
  return eachKind && Math.abs(missing - droppedBytes) <= sum(balance, ({ tolerance }) => tolerance);
}
