/** Why a fault hits nobody, in the same words on every network. */
import type { FaultAction, LinkPair } from '../faults/fault.ts';

type NodeAction = Extract<FaultAction, { node: number }>;
type LinkAction = Extract<FaultAction, { links: readonly LinkPair[] }>;

/** A node as the network knows it. */
export interface Standing {
  hasJoined: boolean;
  isUp: boolean;
  isFrozen: boolean;
  /** How many times slower than full speed; null: its computing cannot be slowed down. */
  slowness: number | null;
}

/** Null: it hits. */
export function missedNode(
  action: NodeAction,
  { hasJoined, isUp, isFrozen, slowness }: Standing,
): string | null {
  const { kind, node } = action;
  if (kind === 'join') return hasJoined ? `node ${node} has joined already` : null;
  if (!hasJoined) return `node ${node} has not joined yet`;
  if (kind === 'restart') return isUp ? `node ${node} is up` : null;
  if (!isUp) return `node ${node} is down`;
  switch (kind) {
    case 'freeze':
      return isFrozen ? `node ${node} is frozen` : null;
    case 'thaw':
      return isFrozen ? null : `node ${node} is not frozen`;
    case 'slow':
      if (slowness === null) return `computing costs node ${node} nothing: give it nodes.cpu`;
      return slowness === action.factor ? `node ${node} is that slow` : null;
    default:
      return null;
  }
}

/** What a link would have to be to be hit. */
const TARGET = {
  cut: 'whole',
  heal: 'cut',
  change: 'other than asked',
  restore: 'changed',
} as const satisfies Record<LinkAction['kind'], string>;

/** Of one that hit none of its links. */
export function missedLinks({ kind, links }: LinkAction): string {
  if (links.length === 0) return 'it names no link';
  return `none of these links is ${TARGET[kind]}: ${links.map(([a, b]) => `${a}-${b}`).join(', ')}`;
}
