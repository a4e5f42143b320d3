/** `events.parquet` back to the events it was written from; events-parquet.ts lists the columns. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Hex } from '../../src/bytes.ts';
import type {
  LinkEvent,
  MemberCause,
  MemberState,
  Provenance,
  TraceEvent,
} from '../../src/telemetry/trace.ts';
import type { NodeTrace } from '../networks/network.ts';

interface EventRow {
  at_ms: number;
  node: number;
  kind: TraceEvent['kind'];
  hash: Hex | null;
  peer: number | null;
  provenance: Provenance | null;
  status: 'pending' | 'queued' | null;
  state: string | null;
  code: string | null;
  reason: string | null;
  received_at_ms: number | null;
  validation_at_ms: number | null;
  message_id: string | null;
  recipients: number | null;
  hashes: Hex[] | null;
  incarnation: number | null;
  by: number | null;
  /** Absent in what earlier versions wrote. */
  copies?: number | null;
}

/** `peerIds`: in node order. A peer that was no node of the network comes back as null or, where there must be one, as ''. */
export async function readEvents(path: string, peerIds: readonly string[]): Promise<NodeTrace[]> {
  const traces = peerIds.map((peerId, index): NodeTrace => ({ index, peerId, events: [] }));
  const rows = (await parquetReadObjects({ file: await asyncBufferFromFile(path) })) as unknown as EventRow[];
  const peerOf = (peer: number | null): string | null => (peer === null ? null : (peerIds[peer] ?? null));
  for (const row of rows) traces[row.node]!.events.push(eventOf(row, peerOf));
  return traces;
}

function eventOf(row: EventRow, peerOf: (peer: number | null) => string | null): TraceEvent {
  const { at_ms: atMs, kind } = row;
  switch (kind) {
    case 'arrival':
      return {
        kind,
        atMs,
        hash: row.hash!,
        provenance: row.provenance!,
        from: peerOf(row.peer),
        status: row.status!,
        receivedAtMs: row.received_at_ms!,
        validationAtMs: row.validation_at_ms!,
      };
    case 'refused':
      return {
        kind,
        atMs,
        hash: row.hash,
        code: row.code!,
        provenance: row.provenance!,
        from: peerOf(row.peer),
      };
    case 'departure':
      return { kind, atMs, hash: row.hash!, reason: row.reason as DepartureReason };
    case 'publish':
      return { kind, atMs, messageId: row.message_id!, hashes: row.hashes!, recipients: row.recipients! };
    case 'drop':
      return {
        kind,
        atMs,
        messageId: row.message_id!,
        from: peerOf(row.peer) ?? '',
        reason: row.reason as DropReason,
      };
    case 'copies':
      return { kind, atMs, hash: row.hash, copies: row.copies! };
    case 'graft':
    case 'prune':
    case 'connect':
    case 'disconnect':
      return { kind, atMs, peer: peerOf(row.peer) ?? '' };
    case 'member':
      return {
        kind,
        atMs,
        peer: peerOf(row.peer) ?? '',
        state: row.state as MemberState,
        incarnation: row.incarnation!,
        cause: row.reason as MemberCause,
        by: peerOf(row.by),
      };
    case 'link':
      return { kind, atMs, peer: peerOf(row.peer) ?? '', state: row.state as LinkEvent['state'] };
  }
}

type DepartureReason = Extract<TraceEvent, { kind: 'departure' }>['reason'];
type DropReason = Extract<TraceEvent, { kind: 'drop' }>['reason'];
