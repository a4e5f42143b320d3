import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import { writeEvents } from '../../../../testnet/report/events-parquet.ts';
import { arrival, hashOf, peerIdOf, recordOf } from '../../../helpers/synthetic-record.ts';

describe('writeEvents', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'txgossip-events-'));
    path = join(folder, 'events.parquet');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async () => parquetReadObjects({ file: await asyncBufferFromFile(path) });

  it('writes every kind of event so that it can be read back', async () => {
    const hash = hashOf(1);
    const messageId = 'ab';
    const events: TraceEvent[] = [
      { ...arrival(1, 10.5, 1), receivedAtMs: 9.25, validationAtMs: 10 },
      { kind: 'refused', atMs: 11, hash: null, code: 'malformed', provenance: 'push', from: 'a stranger' },
      { kind: 'departure', atMs: 12, hash, reason: 'evicted' },
      { kind: 'publish', atMs: 13, messageId, hashes: [hash, hashOf(2)], recipients: 8 },
      { kind: 'drop', atMs: 14, messageId, from: peerIdOf(1), reason: 'queue-full' },
      { kind: 'graft', atMs: 15, peer: peerIdOf(1) },
      { kind: 'prune', atMs: 16, peer: peerIdOf(1) },
      { kind: 'connect', atMs: 17, peer: peerIdOf(1) },
      { kind: 'disconnect', atMs: 18, peer: 'a stranger' },
      {
        kind: 'member',
        atMs: 19,
        peer: peerIdOf(1),
        state: 'suspect',
        incarnation: 3,
        cause: 'silent',
        by: null,
      },
      {
        kind: 'member',
        atMs: 20,
        peer: peerIdOf(1),
        state: 'dead',
        incarnation: 3,
        cause: 'told',
        by: peerIdOf(1),
      },
      { kind: 'link', atMs: 21, peer: peerIdOf(1), state: 'cut' },
      { kind: 'copies', atMs: 22, hash, copies: 4 },
    ];
    assert.equal(await writeEvents(path, recordOf([events, [arrival(1, 1, null)]])), 14);
    const empty = {
      hash: null,
      peer: null,
      provenance: null,
      status: null,
      state: null,
      code: null,
      reason: null,
      received_at_ms: null,
      validation_at_ms: null,
      message_id: null,
      recipients: null,
      hashes: null,
      incarnation: null,
      by: null,
      copies: null,
    };
    const first = { hash, status: 'pending' };
    assert.deepEqual(
      (await read()).map((row) => ({ ...row })),
      [
        {
          at_ms: 10.5,
          node: 0,
          kind: 'arrival',
          ...empty,
          ...first,
          peer: 1,
          provenance: 'push',
          received_at_ms: 9.25,
          validation_at_ms: 10,
        },
        { at_ms: 11, node: 0, kind: 'refused', ...empty, provenance: 'push', code: 'malformed' },
        { at_ms: 12, node: 0, kind: 'departure', ...empty, hash, reason: 'evicted' },
        {
          at_ms: 13,
          node: 0,
          kind: 'publish',
          ...empty,
          message_id: messageId,
          recipients: 8,
          hashes: [hash, hashOf(2)],
        },
        { at_ms: 14, node: 0, kind: 'drop', ...empty, peer: 1, reason: 'queue-full', message_id: messageId },
        { at_ms: 15, node: 0, kind: 'graft', ...empty, peer: 1 },
        { at_ms: 16, node: 0, kind: 'prune', ...empty, peer: 1 },
        { at_ms: 17, node: 0, kind: 'connect', ...empty, peer: 1 },
        { at_ms: 18, node: 0, kind: 'disconnect', ...empty },
        {
          at_ms: 19,
          node: 0,
          kind: 'member',
          ...empty,
          peer: 1,
          state: 'suspect',
          reason: 'silent',
          incarnation: 3,
        },
        {
          at_ms: 20,
          node: 0,
          kind: 'member',
          ...empty,
          peer: 1,
          state: 'dead',
          reason: 'told',
          incarnation: 3,
          by: 1,
        },
        { at_ms: 21, node: 0, kind: 'link', ...empty, peer: 1, state: 'cut' },
        { at_ms: 22, node: 0, kind: 'copies', ...empty, hash, copies: 4 },
        {
          at_ms: 1,
          node: 1,
          kind: 'arrival',
          ...empty,
          ...first,
          provenance: 'rpc',
          received_at_ms: 1,
          validation_at_ms: 1,
        },
      ],
    );
  });

  it('writes a run without events', async () => {
    assert.equal(await writeEvents(path, recordOf([[], []])), 0);
    assert.deepEqual(await read(), []);
  });

  it('writes many rows in groups, none lost between them', async () => {
    const traces = [0, 1].map((node) =>
      Array.from({ length: 600 }, (_, i) => arrival(i % 100, node * 1e6 + i, 0)),
    );
    assert.equal(await writeEvents(path, recordOf(traces), { rowsPerGroup: 500 }), 1200);
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    assert.deepEqual(
      metadata.row_groups.map(({ num_rows }) => num_rows),
      [500n, 500n, 200n],
    );
    const rows = await parquetReadObjects({ file, columns: ['at_ms', 'node'] });
    rows.forEach(({ at_ms, node }, i) => {
      if (at_ms !== (i < 600 ? i : 1e6 + i - 600) || node !== Number(i >= 600))
        assert.fail(`row ${i} is ${at_ms} at ${node}`);
    });
    assert.equal(rows.length, 1200);
  });
});
