/** `txgossip_knownPeers`: whom this node could dial, and what it thinks of them. */
import { z } from 'zod';
import { method } from './method.ts';

const peer = z.object({
  peer: z.string().meta({ description: 'peer id' }),
  addresses: z.array(z.string()).meta({ description: 'multiaddrs, the one that worked last first' }),
  tested: z.boolean().meta({
    description:
      'a dial has shown that it answers there, or an earlier life found it worth keeping; else hearsay',
  }),
  lost: z.boolean().meta({ description: 'it was there and is not; it is tried again, ever more rarely' }),
  failures: z.int().nonnegative().meta({ description: 'dials in a row that failed or did not last' }),
  stored: z.boolean().meta({ description: 'in the data directory, if there is one' }),
});

export const knownPeers = method({
  description: 'The peers this node has heard of, connected or not.',
  params: z.tuple([]),
  result: z
    .object({
      discovery: z.enum(['off', 'waiting', 'on']).meta({
        description: 'waiting: begins when a first peer asks; off: looks for nobody and answers nobody',
      }),
      peers: z.array(peer),
    })
    .meta({ title: 'known peers' }),
  handler(backend) {
    const { discovery, peers } = backend.knownPeers();
    return { discovery, peers: peers.map((each) => ({ ...each, addresses: [...each.addresses] })) };
  },
});
