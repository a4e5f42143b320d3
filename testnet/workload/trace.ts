/** A recorded workload: CSV in, rows of the scenario out. */
import type { Scenario } from '../scenario/scenario.ts';
import { MAX_DATA_BYTES, MAX_TRANSACTIONS } from '../scenario/workload-fields.ts';

/** Milliseconds since the first, bytes of calldata, index of the sender's account. */
export type TraceRow = [atMs: number, dataBytes: number, sender: number];

const COLUMNS = ['time_ms', 'size_bytes', 'sender'] as const;

/** What an EIP-1559 transfer without calldata takes, give or take its nonce and a leading zero of its signature. */
const TRANSFER_BYTES = 113;

/** The pool takes 128 KiB. */
const MAX_SIZE_BYTES = 128 * 1024;

/**
 * Columns by name in any order, others ignored; no quoting. Rows are put in the order of time and count from the
 * first; senders become accounts in the order they first send.
 * @throws {RangeError} with the file, the line and what is wrong with it.
 */
export function parseTrace(text: string, file: string): TraceRow[] {
  const [header = '', ...lines] = text.split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim());
  const [timeAt, sizeAt, senderAt] = COLUMNS.map((column) => {
    const at = names.indexOf(column);
    if (at !== -1) return at;
    throw new RangeError(
      `${file}:1: there is no column ${column}: the first line must name the columns ${COLUMNS.join(', ')}`,
    );
  }) as [number, number, number];
  const read = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${file}:${index + 2}`;
    const cells = line.split(',').map((cell) => cell.trim());
    const number = (at: number, largest: number): number => {
      const value = cells[at] === undefined || cells[at] === '' ? NaN : Number(cells[at]);
      if (Number.isFinite(value) && value >= 0 && value <= largest) return value;
      throw new RangeError(
        `${where}: ${names[at]} is "${cells[at] ?? ''}": write a number from 0${largest === Infinity ? ' up' : ` to ${largest}`}`,
      );
    };
    const sender = cells[senderAt];
    if (sender === undefined || sender === '')
      throw new RangeError(`${where}: sender is empty: write a name or an address`);
    return [
      { timeMs: number(timeAt, Infinity), sizeBytes: Math.round(number(sizeAt, MAX_SIZE_BYTES)), sender },
    ];
  });
  if (read.length === 0) throw new RangeError(`${file} has no row below its header`);
  if (read.length > MAX_TRANSACTIONS) {
    throw new RangeError(`${file} has ${read.length} rows, more than ${MAX_TRANSACTIONS}: cut it`);
  }
  read.sort((a, b) => a.timeMs - b.timeMs);
  const accounts = new Map<string, number>();
  const startMs = read[0]!.timeMs;
  return read.map(({ timeMs, sizeBytes, sender }) => {
    let account = accounts.get(sender);
    if (account === undefined) accounts.set(sender, (account = accounts.size));
    return [timeMs - startMs, dataBytesOf(sizeBytes), account];
  });
}

/** So much calldata makes a transaction of about that size; the lengths in its RLP take bytes too. */
function dataBytesOf(sizeBytes: number): number {
  const room = Math.max(0, sizeBytes - TRANSFER_BYTES);
  const lengths = room < 56 ? 1 : room < 256 ? 2 : room < 65_536 ? 4 : 6;
  return Math.min(MAX_DATA_BYTES, Math.max(0, room - lengths));
}

/** @throws {Error} when the trace is still the name of a file. */
export function rowsOf({ trace }: Pick<Scenario['workload'], 'trace'>): readonly TraceRow[] {
  if (typeof trace === 'string')
    throw new Error(`the trace ${trace} is yet to be read: resolve the scenario with its folder`);
  return trace ?? [];
}
