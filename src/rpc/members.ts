/** `txgossip_members`: who lives, as far as this node knows. */
import { z } from 'zod';
import { method } from './method.ts';

const count = z.int().nonnegative();

const member = z.object({
  peer: z.string().meta({ description: 'peer id' }),
  state: z.enum(['alive', 'suspect', 'dead', 'left']).meta({
    description: 'suspect: did not answer, and has a while to say that it lives; left: said goodbye',
  }),
  incarnation: count.meta({ description: 'how often it has contradicted what was said of it' }),
  since: z.iso.datetime().meta({ description: 'of the state, UTC, by the clock of this machine' }),
  cause: z
    .enum(['joined', 'refused', 'silent', 'unreachable', 'told', 'refuted', 'returned', 'goodbye'])
    .meta({
      description:
        'joined: first heard of; refused: its address refuses connections, the process is gone; silent: nothing answers, it is frozen or its machine is; unreachable: no way to it, nor from those asked; told: hearsay; refuted: it said that it lives; returned: it is connected again; goodbye: it said that it leaves',
    }),
  by: z.string().nullable().meta({ description: 'peer id of who said so; null: found out by this node' }),
  addresses: z.array(z.string()).meta({ description: 'multiaddrs, as it or others gave them' }),
});

export const members = method({
  description: 'Who is alive, suspect, dead or gone as far as this node knows, since when, and who said so.',
  params: z.tuple([]),
  result: z
    .object({
      enabled: z.boolean().meta({ description: 'false: members is off, and nothing is known' }),
      incarnation: count.meta({ description: 'of this node' }),
      localHealth: count.meta({
        description:
          '0: well; up to 8: this node gets no answers itself, and waits the longer before it calls others dead',
      }),
      probes: z.object({
        begun: count,
        failed: count.meta({ description: 'answered neither to this node nor to those it asked' }),
      }),
      members: z.array(member).meta({ description: 'this node excepted' }),
    })
    .meta({ title: 'membership' }),
  handler(backend) {
    const { members: known, ...rest } = backend.members();
    const offsetMs = Date.now() - backend.nowMs();
    return {
      ...rest,
      members: known.map(({ sinceMs, addresses, ...each }) => {
        return { ...each, since: new Date(sinceMs + offsetMs).toISOString(), addresses: [...addresses] };
      }),
    };
  },
});
