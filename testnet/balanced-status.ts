/** The counters of all nodes at a moment when their sums mean something. */
import { BYTE_KINDS, noBytes } from '../src/telemetry/counters.ts';
import type { BytesByKind } from '../src/telemetry/trace.ts';
import type { Network, NodeStatus } from './networks/network.ts';

const LOOK_MS = 25;
/** Counters of many nodes are not read at one instant; so long we look for a moment when nothing is under way. */
const PATIENCE_MS = 3000;

/**
 * Where the links can be asked what is on them, that is any moment: by kind it is what was sent and neither received
 * nor lost, provided that it adds up to what the links hold. Elsewhere we wait for a moment when all that was sent has
 * been received, and take the last look when there is none.
 */
export async function balancedStatus(
  network: Pick<Network, 'clock' | 'status' | 'sleepUntil' | 'underWayBytes'>,
): Promise<{ status: NodeStatus[]; inFlight?: BytesByKind }> {
  const deadlineMs = network.clock.nowMs() + PATIENCE_MS;
  for (;;) {
    const status = await network.status();
    const missing = missingByKind(status);
    const total = BYTE_KINDS.reduce((sum, kind) => sum + missing[kind], 0);
    const underWay = network.underWayBytes();
    if (underWay !== null) {
      return total === underWay ? { status, inFlight: missing } : { status };
    }
    if (total === 0 || network.clock.nowMs() >= deadlineMs) return { status };
    await network.sleepUntil(network.clock.nowMs() + LOOK_MS);
  }
}

/** Sent and neither received nor known to be lost, all nodes. */
function missingByKind(status: readonly NodeStatus[]): BytesByKind {
  const missing = noBytes();
  for (const { counters } of status) {
    for (const kind of BYTE_KINDS) {
      missing[kind] += counters.sent[kind] - counters.received[kind] - (counters.lost?.[kind] ?? 0);
    }
  }
  return missing;
}
