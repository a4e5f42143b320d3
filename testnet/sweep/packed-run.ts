/** A run folder as one value that passes through a queue, and back. */
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Bytes of one packed run. What is larger is no result to send through a queue: keep fewer events of it. */
const MAX_PACKED_BYTES = 256 * 1024 * 1024;

/** base64 of gzip of JSON: file name -> base64 of its bytes. */
export type PackedRun = string;

/** @throws {Error} when the run is too large for a queue. */
export async function packRun(directory: string): Promise<PackedRun> {
  const files: Record<string, string> = {};
  for (const name of await readdir(directory)) {
    files[name] = (await readFile(join(directory, name))).toString('base64');
  }
  const packed = (await promisify(gzip)(JSON.stringify(files))).toString('base64');
  if (packed.length > MAX_PACKED_BYTES) {
    throw new Error(
      `the run takes ${packed.length} bytes packed, more than the ${MAX_PACKED_BYTES} a queue should carry: make it smaller, or run the sweep without --queue`,
    );
  }
  return packed;
}

/** The folder appears whole or not at all; one that is there already stays as it is. */
export async function unpackRun(packed: PackedRun, directory: string): Promise<void> {
  const text = (await promisify(gunzip)(Buffer.from(packed, 'base64'))).toString();
  const files = Object.entries(JSON.parse(text) as Record<string, string>);
  await mkdir(dirname(directory), { recursive: true });
  const partial = await mkdtemp(join(dirname(directory), `.${basename(directory)}.partial-`));
  try {
    for (const [name, content] of files) {
      // A name is one of ours; whatever else a queue holds shall not write outside.
      if (basename(name) !== name) throw new Error(`a packed run holds a file "${name}": not a plain name`);
      await writeFile(join(partial, name), Buffer.from(content, 'base64'));
    }
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    const isThere = await stat(directory).then(
      () => true,
      () => false,
    );
    if (!isThere) throw error;
  }
}
