/**
 * One small record whose every figure can be found with a pencil. Four nodes in a line, the drain ends at 1,000 ms.
 *
 *   tx 1, nonce 1, enters at node 0, t0 = 0:    node 0 at 1, node 1 at 11 (push from 0), node 2 at 21 (pull from 1),
 *                                               node 3 at 1,001: late
 *   tx 2, nonce 2, enters at node 1, t0 = 100:  node 1 at 100, nodes 0 and 2 at 110 (push and sync from 1),
 *                                               node 3 refuses it, twice: underpriced, then pool-full
 *   tx 3 was answered `underpriced`, yet node 0 has it; tx 9 was never submitted, yet node 3 has it.
 */
import type { ExperimentRecord } from '../../testnet/measure/record.ts';
import { arrival, hashOf, peerIdOf, recordOf, submission } from './synthetic-record.ts';

export function handRecord(some: Partial<ExperimentRecord> = {}): ExperimentRecord {
  const refused = (atMs: number, code: string) =>
    ({ kind: 'refused', atMs, hash: hashOf(2), code, provenance: 'push', from: peerIdOf(2) }) as const;
  return recordOf(
    [
      [arrival(1, 1, null), arrival(2, 110, 1), arrival(3, 200, null)],
      [arrival(1, 11, 0), arrival(2, 100, null)],
      [arrival(1, 21, 1, 'pull'), arrival(2, 110, 1, 'sync')],
      [refused(120, 'underpriced'), refused(130, 'pool-full'), arrival(9, 300, 2), arrival(1, 1001, 2)],
    ],
    {
      submissions: [
        submission(1),
        submission(2, { entry: 1, scheduledAtMs: 100 }),
        submission(3, { scheduledAtMs: 200, refusal: 'underpriced' }),
      ],
      ...some,
    },
  );
}
