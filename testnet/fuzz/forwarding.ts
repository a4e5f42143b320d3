/**
 * Whether every node passed on at once what it took, seen from its peers: in a calm case a message is with each peer of
 * the mesh one way later, by that very link or sooner by another. So one that was not forwarded shows, even when IHAVE
 * or another neighbour repairs it afterwards.
 */
import type { Hex } from '../../src/bytes.ts';
import { resolveOptions } from '../../src/config.ts';
import type { TraceEvent } from '../../src/telemetry/trace.ts';
import { linkModel, linkState } from '../topology/link-model.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

/** Sums of fractions of a millisecond; and so near to it a graft or a prune may have come before or after. */
const ROUNDING_MS = 1e-6;

/** Needs a calm case. */
export function unforwarded({ scenario }: ResolvedCase, { nodes }: Observation): Violation[] {
  const found: Violation[] = [];
  const indexOf = new Map(nodes.map(({ peerId }, index) => [peerId, index]));
  const seen = nodes.map(({ events }) => firstSeen(events));
  const links = linkModel(scenario);
  const batchMs = resolveOptions(scenario.nodes.options)['batch.delay'];
  const endMs = Math.max(...nodes.map(({ events }) => events.at(-1)?.atMs ?? -Infinity));
  for (const [index, { events, up }] of nodes.entries()) {
    if (!up) continue;
    const meshAt = meshOverTime(events);
    for (const event of events) {
      if (event.kind !== 'arrival' || event.status !== 'pending') continue;
      const { hash, provenance, atMs, from } = event;
      // What a peer pushed is forwarded by its verdict, which comes with the arrival; the rest waits for its batch.
      const pushed = provenance === 'push' || provenance === 'pull';
      const latestDepartureMs = atMs + (pushed ? 0 : batchMs);
      for (const peer of meshAt(atMs, latestDepartureMs)) {
        const other = indexOf.get(peer);
        if (other === undefined || peer === from) continue;
        const { latencyMs, jitterMs } = linkState(index, other, links);
        const latestMs = latestDepartureMs + latencyMs + jitterMs + ROUNDING_MS;
        const seenMs = seen[other]!.get(hash) ?? Infinity;
        if (seenMs <= latestMs || endMs < latestMs) continue;
        found.push({
          invariant: 'forwarded',
          message: `node ${index} took ${hash} at ${atMs} ms (${provenance}), and node ${other} of its mesh ${
            seenMs === Infinity ? 'never saw it' : `saw it at ${seenMs} ms`
          }, not by ${latestMs} ms`,
        });
      }
    }
  }
  return found;
}

/** When a node first read each transaction; one it refused it may have read any time before. */
function firstSeen(events: readonly TraceEvent[]): Map<Hex, number> {
  const first = new Map<Hex, number>();
  for (const event of events) {
    if (event.kind === 'refused' && event.hash !== null) first.set(event.hash, -Infinity);
    if (event.kind === 'arrival' && !first.has(event.hash)) first.set(event.hash, event.receivedAtMs);
  }
  return first;
}

/** The peers that were in the mesh all the time between two moments. */
function meshOverTime(events: readonly TraceEvent[]): (fromMs: number, untilMs: number) => string[] {
  const spans: { peer: string; fromMs: number; untilMs: number }[] = [];
  const open = new Map<string, (typeof spans)[number]>();
  for (const event of events) {
    if (event.kind === 'graft' && !open.has(event.peer)) {
      const span = { peer: event.peer, fromMs: event.atMs, untilMs: Infinity };
      open.set(event.peer, span);
      spans.push(span);
    } else if (event.kind === 'prune') {
      const span = open.get(event.peer);
      if (span !== undefined) span.untilMs = event.atMs;
      open.delete(event.peer);
    }
  }
  return (fromMs, untilMs) =>
    spans
      .filter((span) => span.fromMs < fromMs - ROUNDING_MS && span.untilMs > untilMs + ROUNDING_MS)
      .map(({ peer }) => peer);
}
