import { z } from 'zod';
import { toHex } from '../bytes.ts';
import { keccak256 } from '../transaction/crypto.ts';
import { method, named, type Namespace } from './method.ts';
import { bytes, hashText } from './schemas.ts';

export const web3: Namespace = {
  web3_clientVersion: method({
    description: 'Name and version of the node.',
    params: z.tuple([]),
    result: z.string(),
    handler: (backend) => backend.clientVersion,
  }),
  web3_sha3: method({
    description: 'keccak-256 (not the standard SHA3-256).',
    params: z.tuple([named('data', bytes)]),
    result: hashText,
    handler: (_backend, [data]) => toHex(keccak256(data)),
  }),
};
