/**
 * Every event of a run as one Parquet table, for DuckDB, pandas or anything else that reads it. One row per event,
 * grouped by node, in the order they happened there; a column that does not apply to a kind is null.
 *
 *   at_ms             double   when, on the clock of the run
 *   node              int32    index of the node it happened at
 *   kind              string   arrival, refused, departure, publish, drop, graft, prune, member, connect, disconnect, link,
 *                              copies
 *   hash              string   transaction (arrival, refused, departure, copies); null when the bytes were none
 *   peer              int32    index of the other node: who sent it, or whom it is about; null when none, or not of this network
 *   provenance        string   rpc, push, pull, sync (arrival, refused)
 *   status            string   pending, queued (arrival)
 *   state             string   alive, suspect, dead, left (member); cut, slow, good (link)
 *   code              string   why refused
 *   reason            string   why departed or dropped, or what the state follows from (member)
 *   received_at_ms    double   when its bytes were read (arrival)
 *   validation_at_ms  double   when its validation began (arrival)
 *   message_id        string   gossip message (publish, drop)
 *   recipients        int32    peers it was published to
 *   hashes            json     transactions published in it, a list
 *   incarnation       int32    of the member
 *   by                int32    index of the node that said so (member); null when it was found out here
 *   copies            int32    received of the transaction, the first included, since the node's last row of this kind;
 *                              at_ms is when they were counted
 */
import { fileWriter, ParquetWriter, schemaFromColumnData, type BasicType } from 'hyparquet-writer';
import type { TraceEvent } from '../../src/telemetry/trace.ts';
import type { ExperimentRecord } from '../measure/record.ts';

const COLUMNS = {
  at_ms: 'DOUBLE',
  node: 'INT32',
  kind: 'STRING',
  hash: 'STRING',
  peer: 'INT32',
  provenance: 'STRING',
  status: 'STRING',
  state: 'STRING',
  code: 'STRING',
  reason: 'STRING',
  received_at_ms: 'DOUBLE',
  validation_at_ms: 'DOUBLE',
  message_id: 'STRING',
  recipients: 'INT32',
  hashes: 'JSON',
  incarnation: 'INT32',
  by: 'INT32',
  copies: 'INT32',
} as const satisfies Record<string, BasicType>;

type Column = keyof typeof COLUMNS;
type Row = Partial<Record<Column, number | string | string[] | null>> & { at_ms: number; kind: string };

const NAMES = Object.keys(COLUMNS) as Column[];
const ALWAYS: readonly Column[] = ['at_ms', 'node', 'kind'];

export interface EventsOptions {
  /** Rows held in memory at a time: bounds what millions of events take beside the events themselves. */
  rowsPerGroup?: number;
}

/** Overwrites `path`. @returns the number of rows. */
export async function writeEvents(
  path: string,
  record: Pick<ExperimentRecord, 'traces'>,
  { rowsPerGroup = 50_000 }: EventsOptions = {},
): Promise<number> {
  const nodeOfPeer = new Map(record.traces.map(({ index, peerId }) => [peerId, index]));
  const columnData = (data: Record<Column, unknown[]>) =>
    NAMES.map((name) => ({ name, type: COLUMNS[name], data: data[name], nullable: !ALWAYS.includes(name) }));
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: columnData(emptyColumns()) }),
    createdBy: 'txgossip',
  });
  let group = emptyColumns();
  let rows = 0;
  const flush = async () => {
    if (group.at_ms.length === 0) return;
    await writer.write({
      columnData: columnData(group).map(({ name, data }) => ({ name, data })),
      rowGroupSize: rowsPerGroup,
    });
    group = emptyColumns();
  };
  for (const { index, events } of record.traces) {
    for (const event of events) {
      const row = rowOf(event, nodeOfPeer);
      row.node = index;
      for (const name of NAMES) group[name].push(row[name] ?? null);
      rows++;
      if (group.at_ms.length === rowsPerGroup) await flush();
    }
  }
  await flush();
  await writer.finish();
  return rows;
}

function emptyColumns(): Record<Column, unknown[]> {
  return Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Record<Column, unknown[]>;
}

function rowOf(event: TraceEvent, nodeOfPeer: ReadonlyMap<string, number>): Row {
  const { kind, atMs: at_ms } = event;
  const peer = (id: string | null) => (id === null ? null : (nodeOfPeer.get(id) ?? null));
  switch (event.kind) {
    case 'arrival': {
      const { hash, provenance, from, status, receivedAtMs, validationAtMs } = event;
      const times = { received_at_ms: receivedAtMs, validation_at_ms: validationAtMs };
      return { at_ms, kind, hash, provenance, peer: peer(from), status, ...times };
    }
    case 'refused':
      return {
        at_ms,
        kind,
        hash: event.hash,
        code: event.code,
        provenance: event.provenance,
        peer: peer(event.from),
      };
    case 'departure':
      return { at_ms, kind, hash: event.hash, reason: event.reason };
    case 'publish':
      return { at_ms, kind, message_id: event.messageId, recipients: event.recipients, hashes: event.hashes };
    case 'drop':
      return { at_ms, kind, message_id: event.messageId, peer: peer(event.from), reason: event.reason };
    case 'copies':
      return { at_ms, kind, hash: event.hash, copies: event.copies };
    case 'graft':
    case 'prune':
    case 'connect':
    case 'disconnect':
      return { at_ms, kind, peer: peer(event.peer) };
    case 'member': {
      const { state, incarnation, cause: reason, by } = event;
      return { at_ms, kind, peer: peer(event.peer), state, reason, incarnation, by: peer(by) };
    }
    case 'link':
      return { at_ms, kind, peer: peer(event.peer), state: event.state };
  }
}
