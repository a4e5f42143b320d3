/** Identities that come again with the seed. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';

import type { Random } from '../../../src/environment.ts';
import { bytes } from '../../random.ts';

/** The Ed25519 key whose 32 secret bytes are the next of `random`. Not secret: for simulations only. */
export function simulatedKey(random: Random): Promise<PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', bytes(random, 32));
}
