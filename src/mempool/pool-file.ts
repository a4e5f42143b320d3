/**
 * A pool as a file: what it held when its node stopped.
 *
 *   "txgossip pool 1\n" | count, 4 bytes | count x (length, 4 bytes | transaction) | SHA-256 of all before, 32 bytes
 *
 * Integers are big-endian. The order is that of a node's senders, each in nonce order, pending before queued.
 */
import { hash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';

/** The file is not what `writePoolFile` writes. */
export class DamagedPoolFile extends Error {}

const MAGIC = Buffer.from('txgossip pool 1\n', 'latin1');
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 32;

/** Under a name of its own first and renamed when it is on the disk: at `path` is always a whole file. */
export async function writePoolFile(path: string, raws: readonly Uint8Array[]): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(encodePool(raws));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** @returns undefined when there is no such file. @throws {DamagedPoolFile}; Error when it cannot be read. */
export async function readPoolFile(path: string): Promise<Uint8Array[] | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return decodePool(bytes);
}

function encodePool(raws: readonly Uint8Array[]): Uint8Array {
  const parts = [MAGIC, uint32(raws.length), ...raws.flatMap((raw) => [uint32(raw.length), raw])];
  const content = Buffer.concat(parts);
  return Buffer.concat([content, checksum(content)]);
}

function decodePool(bytes: Buffer): Uint8Array[] {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < MAGIC.length + LENGTH_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DamagedPoolFile('it does not begin as a saved pool of this version');
  if (!checksum(bytes.subarray(0, end)).equals(bytes.subarray(end)))
    throw new DamagedPoolFile('its checksum does not match');
  let at = MAGIC.length;
  const readUint32 = (): number => {
    if (at + LENGTH_BYTES > end) throw new DamagedPoolFile('it ends too early');
    at += LENGTH_BYTES;
    return bytes.readUInt32BE(at - LENGTH_BYTES);
  };
  const raws: Uint8Array[] = [];
  for (let left = readUint32(); left > 0; left--) {
    const length = readUint32();
    if (at + length > end) throw new DamagedPoolFile('it ends too early');
    // A copy: one transaction that stays must not keep the whole file in memory.
    raws.push(new Uint8Array(bytes.subarray(at, at + length)));
    at += length;
  }
  if (at !== end) throw new DamagedPoolFile('it goes on behind its last transaction');
  return raws;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}

const checksum = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
