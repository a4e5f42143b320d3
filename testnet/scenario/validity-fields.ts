/** `measure.validity`: from where on a run counts as one that measured the machine or itself. */
import { z } from 'zod';

const ms = z.number().positive();

export const validityFields = z.strictObject({
  maxGeneratorLagMs: ms
    .default(500)
    .describe(
      'How late submissions may leave, 99th percentile. A latency counts from the schedule, so that all of this is in it; half a second is as much as the slowest links of the world.',
    ),
  maxLoopDelayMs: ms
    .default(500)
    .describe(
      'How late the timers of any node may be, 99th percentile while it was measured. From half a heartbeat (1,000 ms) on gossip is no longer what it is with time to spare. Local networks only.',
    ),
  maxProcessCpuShare: z
    .number()
    .positive()
    .default(0.95)
    .describe(
      'Share of one core a process may use: above it has no time to spare and work waits in it. More than 1 for nodes with worker threads. Local networks only.',
    ),
  maxMachineCpuShare: z
    .number()
    .positive()
    .default(0.95)
    .describe(
      'Share of all cores that the processes of the run may use together: above it they wait for each other. Local networks only.',
    ),
  maxLinkErrorMs: ms
    .default(10)
    .describe(
      'How far the one-way latency of an emulated link may be off, 90th percentile over the links, where the network measures it; but never less than maxLinkErrorShare.',
    ),
  maxLinkErrorShare: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe('The same as a share of the latency asked for: long links may be off by more.'),
});
