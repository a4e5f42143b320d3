import { z } from 'zod';
import { method, type Namespace } from './method.ts';
import { quantityText, toQuantity } from './schemas.ts';

export const net: Namespace = {
  net_version: method({
    description: 'The network id, decimal.',
    params: z.tuple([]),
    result: z.string().regex(/^\d+$/),
    handler: (backend) => backend.networkId.toString(),
  }),
  net_peerCount: method({
    description: 'Peers connected.',
    params: z.tuple([]),
    result: quantityText,
    handler: (backend) => toQuantity(backend.peers().length),
  }),
  net_listening: method({
    description: 'Whether the node takes connections: always, while it can answer this.',
    params: z.tuple([]),
    result: z.literal(true),
    handler: () => true as const,
  }),
};
