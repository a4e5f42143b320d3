import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromString, toString } from 'uint8arrays';
import { ConfigError } from './config.ts';

/** File in the data directory; base64 of libp2p's protobuf form of an Ed25519 private key. */
const KEY_FILE = 'nodekey';

/** The key kept in `directory`, made there when there is none; without a directory a fresh one. @throws {ConfigError} */
export async function loadIdentity(directory: string | undefined): Promise<PrivateKey> {
  if (directory === undefined) return generateKeyPair('Ed25519');
  const path = join(directory, KEY_FILE);
  let stored: string;
  try {
    stored = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return create(directory, path);
    throw new ConfigError(
      `the identity key ${path} cannot be read (${reason(error)}); mend its permissions or choose another --datadir`,
    );
  }
  try {
    return privateKeyFromProtobuf(fromString(stored.trim(), 'base64pad'));
  } catch (error) {
    throw new ConfigError(
      `${path} is not an identity key (${reason(error)}); restore it from a copy, or move it away to get a new identity`,
    );
  }
}

async function create(directory: string, path: string): Promise<PrivateKey> {
  const key = await generateKeyPair('Ed25519');
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(path, `${toString(privateKeyToProtobuf(key), 'base64pad')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    throw new ConfigError(
      `the data directory ${directory} cannot be written (${reason(error)}); choose another --datadir`,
    );
  }
  return key;
}

const reason = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;
