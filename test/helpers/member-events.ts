/** Events about other nodes, and faults, for records written by hand. */
import type { MemberEvent, TraceEvent } from '../../src/telemetry/trace.ts';
import type { AppliedFault, FaultAction } from '../../testnet/faults/fault.ts';
import { peerIdOf } from './synthetic-record.ts';

export const connect = (peer: number, atMs: number): TraceEvent => {
  return { kind: 'connect', atMs, peer: peerIdOf(peer) };
};

export const disconnect = (peer: number, atMs: number): TraceEvent => {
  return { kind: 'disconnect', atMs, peer: peerIdOf(peer) };
};

/** Found out by the node itself, unless said otherwise. */
export function member(
  peer: number,
  atMs: number,
  state: MemberEvent['state'],
  some: Partial<MemberEvent> = {},
): MemberEvent {
  const cause = state === 'alive' ? 'joined' : 'refused';
  return { kind: 'member', atMs, peer: peerIdOf(peer), state, incarnation: 0, cause, by: null, ...some };
}

export function applied(appliedAtMs: number, action: FaultAction): AppliedFault {
  return { atMs: appliedAtMs, action, cause: 'by hand', appliedAtMs, missed: null };
}
