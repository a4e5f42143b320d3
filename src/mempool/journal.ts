/**
 * Where a node keeps the transactions it answers for: what was submitted here survives a crash. The pool itself knows
 * nothing of it.
 */
import type { Hex } from '../bytes.ts';

export interface JournalEntry {
  hash: Hex;
  /** Canonical encoding. */
  raw: Uint8Array;
}

export interface Journal {
  /** Everything in it, oldest first. */
  read(): Promise<JournalEntry[]>;
  /** Resolves when `entry` survives the end of this process and of the machine. @throws when it cannot be written. */
  append(entry: JournalEntry): Promise<void>;
  /** Forgets them, in no hurry: what comes back after a crash is checked again anyway. */
  remove(hashes: readonly Hex[]): void;
  /** Writes what is still waiting. Safe to call twice. */
  close(): Promise<void>;
}

/** For a node without a disk, and for simulated ones, whose disk this is. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<Hex, JournalEntry>();

  read(): Promise<JournalEntry[]> {
    return Promise.resolve([...this.#entries.values()]);
  }

  append(entry: JournalEntry): Promise<void> {
    this.#entries.set(entry.hash, entry);
    return Promise.resolve();
  }

  remove(hashes: readonly Hex[]): void {
    for (const hash of hashes) this.#entries.delete(hash);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
