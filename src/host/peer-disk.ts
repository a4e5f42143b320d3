import { ClassicLevel } from 'classic-level';
import { LevelDatastore } from 'datastore-level';
import { mkdir } from 'node:fs/promises';

/** The store of known peers cannot be opened; the message says why and what to do. */
export class PeerDiskError extends Error {}

/** What libp2p's peer store is kept in: LevelDB, which survives `kill -9`. What a crash of the machine costs is found anew. */
export type PeerDisk = LevelDatastore;

/** @throws {PeerDiskError} */
export async function openPeerDisk(directory: string): Promise<PeerDisk> {
  try {
    await mkdir(directory, { recursive: true });
    const database = new ClassicLevel<string, Uint8Array>(directory, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
    });
    // Opened here, because the datastore keeps the reason of a failure to itself.
    await database.open();
    // It is what the type names, but for `get`, whose `undefined` the datastore knows how to take.
    return new LevelDatastore(database as unknown as LevelDatastore['db']);
  } catch (error) {
    const { message, code, cause } = error as NodeJS.ErrnoException;
    const { code: inner, message: detail } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
    throw new PeerDiskError(`${explain(inner ?? code, directory)} (${detail ?? message})`, { cause: error });
  }
}

function explain(code: string | undefined, directory: string): string {
  switch (code) {
    case 'LEVEL_LOCKED':
      return `the known peers in ${directory} are in use by another process; stop that one, or choose another --datadir`;
    case 'LEVEL_CORRUPTION':
      return `the known peers in ${directory} are damaged; move the directory away to begin without them`;
    default:
      return `the known peers in ${directory} cannot be read or written; mend its permissions, free space on its disk, or start with --discovery false`;
  }
}
