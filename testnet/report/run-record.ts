/**
 * `record.json.gz` of a run folder: the record but for its events, which are in `events.parquet`. The two together are
 * all that the figures are computed from.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ExperimentRecord } from '../measure/record.ts';
import { readEvents } from './read-events.ts';

const FILE = 'record.json.gz';

interface StoredRecord extends Omit<ExperimentRecord, 'traces'> {
  /** In node order. */
  peerIds: string[];
}

export async function writeRecord(directory: string, record: ExperimentRecord): Promise<void> {
  const { traces, ...rest } = record;
  const stored: StoredRecord = { ...rest, peerIds: traces.map(({ peerId }) => peerId) };
  const text = JSON.stringify(stored, (_key, value: unknown) =>
    typeof value === 'bigint' ? { [BIGINT]: value.toString() } : value,
  );
  await writeFile(join(directory, FILE), await promisify(gzip)(text));
}

/**
 * The record of a run folder, as it was measured; only peers that are no nodes of the network have lost their names.
 * @throws {Error} when the folder is none of a run, or of a version that kept less.
 */
export async function readRecord(directory: string): Promise<ExperimentRecord> {
  let packed: Buffer;
  try {
    packed = await readFile(join(directory, FILE));
  } catch (error) {
    throw new Error(`${directory} is not a run folder: it has no readable ${FILE}`, { cause: error });
  }
  const text = (await promisify(gunzip)(packed)).toString();
  const { peerIds, ...rest } = JSON.parse(text, (_key, value: unknown) =>
    isWrappedBigint(value) ? BigInt(value[BIGINT]) : value,
  ) as StoredRecord;
  return { ...rest, traces: await readEvents(join(directory, 'events.parquet'), peerIds) };
}

/** JSON has no integers beyond 2^53. */
const BIGINT = '$bigint';

function isWrappedBigint(value: unknown): value is { [BIGINT]: string } {
  return typeof value === 'object' && value !== null && BIGINT in value;
}
