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
    const disk = new LevelDatastore(directory);
    await disk.open();
    return disk;
  } catch (error) {
    const { message } = error as Error;
    throw new PeerDiskError(
      `the known peers in ${directory} cannot be opened (${message}); stop the process that has them in use, mend the permissions, or move the directory away to begin without them`,
      { cause: error },
    );
  }
}
