import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { toHex, type Hex } from '../../../src/bytes.ts';
import type { Journal, JournalEntry } from '../../../src/mempool/journal.ts';
import { MemoryJournal } from '../../../src/mempool/journal.ts';
import { JournalError, LevelJournal } from '../../../src/mempool/level-journal.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import { eventually } from '../../helpers/poll.ts';
import { seeded } from '../../helpers/seed.ts';

/** The n-th of a row of byte strings that differ. */
function entry(n: number, bytes = 100): JournalEntry {
  const raw = new Uint8Array(bytes).fill(n & 0xff);
  new DataView(raw.buffer).setUint32(0, n);
  return { hash: toHex(keccak256(raw)), raw };
}

const hashes = (entries: readonly JournalEntry[]): Hex[] => entries.map(({ hash }) => hash);
const contents = (entries: readonly JournalEntry[]): [Hex, Hex][] =>
  entries.map(({ hash, raw }) => [hash, toHex(raw)]);

describe('LevelJournal', () => {
  let root: string;
  let directory: string;
  let open: Journal[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'txgossip-journal-'));
    directory = join(root, 'deep', 'journal');
  });
  afterEach(async () => {
    await Promise.all(open.map((journal) => journal.close()));
    open = [];
    await rm(root, { recursive: true, force: true });
  });

  const journal = (): LevelJournal => {
    const made = new LevelJournal(directory);
    open.push(made);
    return made;
  };
  const reopened = async (): Promise<JournalEntry[]> => {
    const again = journal();
    const entries = await again.read();
    await again.close();
    return entries;
  };

  it('touches nothing before it is used', async () => {
    await journal().close();
    assert.deepEqual(await readdir(root), []);
  });

  it('reads what was appended, oldest first, in the same process and in the next', async () => {
    const first = journal();
    // More than a byte of numbering, so that an order of keys as text would show.
    const all = Array.from({ length: 300 }, (_, n) => entry(n, 8 + n));
    await first.append(all[0]!);
    await Promise.all(all.slice(1).map((each) => first.append(each)));
    assert.deepEqual(contents(await first.read()), contents(all));
    await first.close();
    const second = journal();
    await second.append(entry(1000));
    assert.deepEqual(contents(await second.read()), contents([...all, entry(1000)]));
  });

  it('an entry appended again stays one entry, and keeps its place', async () => {
    const first = journal();
    for (const n of [1, 2, 1]) await first.append(entry(n));
    await first.close();
    const second = journal();
    await second.append(entry(1));
    await second.close();
    assert.deepEqual(hashes(await reopened()), hashes([entry(1), entry(2)]));
  });

  it('an append has reached the disk when it resolves: a copy of the files taken then has it', async () => {
    const first = journal();
    await first.append(entry(1));
    const copy = join(root, 'copy');
    const { cp } = await import('node:fs/promises');
    await cp(directory, copy, { recursive: true });
    await rm(join(copy, 'LOCK'), { force: true });
    const survivor = new LevelJournal(copy);
    open.push(survivor);
    assert.deepEqual(contents(await survivor.read()), contents([entry(1)]));
  });

  it('commits in groups: one write at a time, and what comes meanwhile shares the next', async () => {
    const writes: { operations: number; sync: boolean | undefined }[] = [];
    let underWay = 0;
    const batch = Reflect.get(ClassicLevel.prototype, 'batch') as (...args: unknown[]) => Promise<void>;
    const first = journal();
    await first.read();
    Reflect.set(ClassicLevel.prototype, 'batch', async function (this: unknown, ...args: unknown[]) {
      assert.equal(underWay++, 0, 'two writes at once');
      writes.push({
        operations: (args[0] as unknown[]).length,
        sync: (args[1] as { sync?: boolean }).sync,
      });
      await batch.apply(this, args);
      underWay--;
    });
    try {
      const one = first.append(entry(0));
      // Lets the first write begin.
      await new Promise((resolve) => setImmediate(resolve));
      const rest = Array.from({ length: 500 }, (_, n) => first.append(entry(n + 1)));
      await Promise.all([one, ...rest]);
      assert.deepEqual(
        writes.map(({ operations }) => operations),
        [1, 500],
      );
      assert.ok(writes.every(({ sync }) => sync === true));
    } finally {
      Reflect.set(ClassicLevel.prototype, 'batch', batch);
    }
  });

  it('removals wait for an append, for enough of them, or for the end', async () => {
    const first = journal();
    const all = Array.from({ length: 600 }, (_, n) => entry(n));
    await Promise.all(all.map((each) => first.append(each)));
    first.remove(hashes(all.slice(0, 10)));
    assert.equal((await first.read()).length, 600, 'not written yet');
    await first.append(entry(1000));
    assert.equal((await first.read()).length, 591);
    first.remove(hashes(all.slice(10, 300)));
    assert.equal((await first.read()).length, 301);
    first.remove([entry(300).hash]);
    await first.close();
    assert.deepEqual(hashes(await reopened()), hashes([...all.slice(301), entry(1000)]));
  });

  it('removing right after appending, before it is written, leaves nothing; what was never there is no matter', async () => {
    const first = journal();
    await Promise.all([first.append(entry(1)), first.append(entry(2))]);
    const appended = first.append(entry(3));
    first.remove([entry(3).hash, entry(77).hash]);
    await appended;
    await first.close();
    assert.deepEqual(hashes(await reopened()), hashes([entry(1), entry(2)]));
  });

  it('writes what is appended in the very moment a write ends', async () => {
    const first = journal();
    const batch = ClassicLevel.prototype.batch as (...args: unknown[]) => Promise<void>;
    const last = Promise.withResolvers<unknown>();
    /** Appends the next entry so many microtasks after a write: one of them falls between its end and what follows. */
    const appendAfter = (microtasks: number, next: number): void => {
      if (microtasks > 0) queueMicrotask(() => appendAfter(microtasks - 1, next));
      else first.append(entry(next)).then(next === 8 ? last.resolve : () => undefined, last.reject);
    };
    let written = 0;
    ClassicLevel.prototype.batch = function (this: unknown, ...args: unknown[]) {
      const writing = batch.apply(this, args);
      if (written < 8) {
        const microtasks = written++;
        void writing.then(() => appendAfter(microtasks, microtasks + 1));
      }
      return writing;
    } as typeof ClassicLevel.prototype.batch;
    try {
      await first.append(entry(0));
      await eventually('all to be written', () => written === 8);
      await last.promise;
    } finally {
      ClassicLevel.prototype.batch = batch as typeof ClassicLevel.prototype.batch;
    }
    await first.close();
    assert.equal((await reopened()).length, 9);
  });

  it('closes twice, with writes under way, and refuses to be written afterwards', async () => {
    const first = journal();
    const appended = first.append(entry(1));
    await Promise.all([first.close(), first.close(), appended]);
    await assert.rejects(first.append(entry(2)), /is closed/);
    first.remove([entry(1).hash]);
    assert.deepEqual(hashes(await reopened()), [entry(1).hash]);
  });

  describe('says what is wrong and what to do', () => {
    const fails = async (work: Promise<unknown>, pattern: RegExp): Promise<void> => {
      await assert.rejects(work, (error) => {
        assert.ok(error instanceof JournalError, String(error));
        assert.match(error.message, pattern);
        assert.ok(error.message.includes(directory));
        return true;
      });
    };

    it('when another node has it open', async () => {
      const first = journal();
      await first.append(entry(1));
      const second = journal();
      await fails(second.read(), /in use by another process; stop that one, or choose another --datadir/);
      await fails(second.append(entry(2)), /in use by another process/);
      await second.close();
    });

    it('when it is damaged', async () => {
      const first = journal();
      await first.append(entry(1));
      await first.close();
      const manifest = (await readdir(directory)).find((name) => name.startsWith('MANIFEST'))!;
      await writeFile(join(directory, manifest), new Uint8Array(64).fill(0x5a));
      await fails(journal().read(), /is damaged; restore it from a copy, or move it away/);
      await rm(join(directory, manifest));
      await fails(journal().read(), /move it away if files of it are missing/);
    });

    it('when its directory cannot be made', async () => {
      await writeFile(join(root, 'deep'), '');
      const first = journal();
      await fails(first.append(entry(1)), /cannot be read or written.*--txpool\.journal false/);
      // And goes on saying so.
      await fails(first.append(entry(2)), /cannot be read or written/);
    });
  });

  it('is the same as one in memory, whatever is appended and removed', async () => {
    const action = fc.record({ n: fc.nat(15), remove: fc.boolean(), wait: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        directory = await mkdtemp(join(root, 'run-'));
        const level = new LevelJournal(directory);
        const model = new MemoryJournal();
        const appends: Promise<void>[] = [];
        for (const { n, remove, wait } of actions) {
          const each = entry(n);
          for (const one of [level, model]) {
            if (remove) one.remove([each.hash]);
            else appends.push(one.append(each));
          }
          if (wait) await Promise.all(appends);
        }
        await Promise.all(appends);
        await level.close();
        assert.deepEqual(contents(await reopened()), contents(await model.read()));
      }),
      { numRuns: 30, ...seeded() },
    );
  });
});
