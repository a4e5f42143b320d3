import { ClassicLevel, type BatchOperation } from 'classic-level';
import { mkdir } from 'node:fs/promises';
import type { Hex } from '../bytes.ts';
import { transactionHash } from '../transaction/decode.ts';
import type { Journal, JournalEntry } from './journal.ts';

/** The journal cannot be opened, read or written; the message says why and what to do. */
export class JournalError extends Error {}

type Database = ClassicLevel<Uint8Array, Uint8Array>;
type Operation = BatchOperation<Database, Uint8Array, Uint8Array>;

/** What one synchronous write holds, in order, and the promise all of its writers share. */
interface Group {
  changes: ({ put: JournalEntry } | { remove: Hex })[];
  written: PromiseWithResolvers<void>;
}

/**
 * Removals wait for an append to share its write; so many are written on their own. Bounds what they hold in memory,
 * and what a crash brings back for nothing.
 */
const MAX_WAITING_REMOVALS = 256;

/**
 * A journal on LevelDB, which survives `kill -9` and, its writes being synchronous, the machine.
 *
 * Commits are grouped: one write is under way at a time, and what is appended meanwhile shares the next. So the cost
 * of reaching the disk, the same for one transaction and for a thousand, does not bound how many are taken a second.
 *
 * key: a number that only grows, 8 bytes, big-endian, so that the order of keys is that of appending.
 * value: the transaction. Its hash is computed again on reading.
 */
export class LevelJournal implements Journal {
  readonly #directory: string;
  readonly #keys = new Map<Hex, number>();
  #nextKey = 0;
  #opening: Promise<Database> | undefined;
  #gathering = newGroup();
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Touches nothing on the disk before the first `read` or `append`. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws {JournalError} when another process has it open, or it is damaged. */
  async read(): Promise<JournalEntry[]> {
    await this.#writing;
    const database = await this.#open();
    try {
      return (await database.values().all()).map((raw) => ({ hash: transactionHash(raw), raw }));
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** @throws {JournalError} when it cannot be written. */
  async append(entry: JournalEntry): Promise<void> {
    if (this.#closing !== undefined) throw new JournalError(`the journal ${this.#directory} is closed`);
    this.#gathering.changes.push({ put: entry });
    const { promise } = this.#gathering.written;
    this.#write();
    return promise;
  }

  remove(hashes: readonly Hex[]): void {
    if (this.#closing !== undefined) return;
    for (const hash of hashes) this.#gathering.changes.push({ remove: hash });
    if (this.#gathering.changes.length >= MAX_WAITING_REMOVALS) this.#write();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const database = await this.#opening?.catch(() => undefined);
    if (database === undefined) return;
    this.#write();
    await this.#writing;
    await database.close();
  }

  /** Starts a write of what was gathered, unless one is under way: that goes on with it. */
  #write(): void {
    if (this.#gathering.changes.length > 0) this.#writing ??= this.#writeAll();
  }

  /** Never throws: those who wait for a group are told. */
  async #writeAll(): Promise<void> {
    while (this.#gathering.changes.length > 0) {
      let group: Group | undefined;
      try {
        const database = await this.#open();
        group = this.#takeGroup();
        await database.batch(this.#operations(group), { sync: true });
        group.written.resolve();
      } catch (error) {
        (group ?? this.#takeGroup()).written.reject(this.#failure(error));
      }
    }
    // In the turn of the last look: what is gathered later begins another write.
    this.#writing = undefined;
  }

  #takeGroup(): Group {
    const group = this.#gathering;
    this.#gathering = newGroup();
    return group;
  }

  #operations({ changes }: Group): Operation[] {
    return changes.flatMap((change): Operation[] => {
      if ('put' in change) {
        const { hash, raw } = change.put;
        const key = this.#keys.get(hash) ?? this.#nextKey++;
        this.#keys.set(hash, key);
        return [{ type: 'put', key: encodeKey(key), value: raw }];
      }
      const key = this.#keys.get(change.remove);
      this.#keys.delete(change.remove);
      return key === undefined ? [] : [{ type: 'del', key: encodeKey(key) }];
    });
  }

  async #open(): Promise<Database> {
    this.#opening ??= this.#openDatabase();
    return this.#opening;
  }

  async #openDatabase(): Promise<Database> {
    try {
      await mkdir(this.#directory, { recursive: true });
      const database: Database = new ClassicLevel(this.#directory, {
        keyEncoding: 'view',
        valueEncoding: 'view',
      });
      await database.open();
      // Which hash has which key, and what number is next, must be known before anything is added or removed.
      for await (const [key, value] of database.iterator()) {
        const number = decodeKey(key);
        this.#keys.set(transactionHash(value), number);
        this.#nextKey = number + 1;
      }
      return database;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): JournalError {
    if (error instanceof JournalError) return error;
    const { message, code, cause } = error as NodeJS.ErrnoException;
    const { code: inner, message: detail } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
    return new JournalError(`${explain(inner ?? code, this.#directory)} (${detail ?? message})`, {
      cause: error,
    });
  }
}

function explain(code: string | undefined, directory: string): string {
  switch (code) {
    case 'LEVEL_LOCKED':
      return `the journal ${directory} is in use by another process; stop that one, or choose another --datadir`;
    case 'LEVEL_CORRUPTION':
      return `the journal ${directory} is damaged; restore it from a copy, or move it away to start without the transactions in it`;
    default:
      return `the journal ${directory} cannot be read or written; mend its permissions, free space on its disk, move it away if files of it are missing, or start with --txpool.journal false`;
  }
}

function newGroup(): Group {
  const written: Group['written'] = Promise.withResolvers();
  // A group of removals has nobody who waits; what it failed to remove is checked again when it comes back.
  written.promise.catch(() => undefined);
  return { changes: [], written };
}

function encodeKey(number: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(number));
  return key;
}

function decodeKey(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(0));
}
