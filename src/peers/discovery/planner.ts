/**
 * Which connections a node opens and closes, from what it has. Pure: state in, actions out; discovery.ts carries them out.
 *
 * Peers the user named (static, trusted) are neither counted nor closed: their connections are his. Of the others:
 *
 *  R1 degree     Below `target`, dials under way included, candidates are dialled: below `floor` as many at once as
 *                R2 asks for, then two, so that the target is not overshot where everybody dials at the same time.
 *  R2 outbound   So they are below `outbound` dialled by us, however many have dialled us: only of these does an attacker
 *                not decide. For them the spare places may be used.
 *  R3 ranges     No dial into an IP range where `outboundPerRange` are dialled already or being so. Of more than
 *                `inboundPerRange` that dialled us from one the newest are closed.
 *  R4 lost       Peers that were there and are not are tried again two at a time, each at its own growing intervals,
 *                whether or not there is need, while there is room for a quarter above the target. Two halves of a
 *                network that was cut find each other so, when each has long filled its places from its own half.
 *  R5 bootstrap  Bootstrap addresses are dialled only while the degree is below `floor` and the book has nobody left to
 *                dial. With `floor` others the connections made so are closed: whoever everybody begins from is not to
 *                stay connected with everybody.
 *  R6 spare      When fewer than `spare` places of `maxConnections` are free, the newest of those that dialled us are
 *                closed, after each has had the time to be told of others. The newest: who floods us displaces his own.
 *  R7 rotation   Every `rotationMs` one more is dialled; while the degree is above the target afterwards, one of those we
 *                dialled is closed, one with a bad score if there is any, else by chance, and not one of the last minute.
 */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { DiscoveryOptions } from './options.ts';

export interface OpenConnection {
  peer: PeerIdText;
  direction: 'inbound' | 'outbound';
  sinceMs: number;
  range: string | undefined;
  /** The user named it. */
  isKept: boolean;
  /** Dialled by R5. */
  isBootstrap: boolean;
  /** It was told of others. */
  isServed: boolean;
  score: number;
}

export interface Candidate {
  peer: PeerIdText;
  range: string | undefined;
}

export interface PlanState {
  connections: readonly OpenConnection[];
  /** Dials under way, of whatever kind. */
  dialling: readonly Candidate[];
  /** Bootstrap addresses being dialled. */
  diallingBootstraps: number;
  /** In the order in which they are to be dialled; none of them connected or being dialled. Called when there is need. */
  candidates: () => readonly Candidate[];
  lost: () => readonly Candidate[];
  /** One more is to be dialled for one of ours. */
  rotates: boolean;
  /** One of ours is to be closed for the one that came. */
  swaps: boolean;
  nowMs: number;
}

export type DropReason = 'range' | 'bootstrap' | 'full' | 'rotation';

export interface Plan {
  dial: PeerIdText[];
  drop: { peer: PeerIdText; reason: DropReason }[];
  dialBootstraps: boolean;
  /** More candidates than there are would have been dialled. */
  isShort: boolean;
  /** What R7 asked for was done. */
  rotated: boolean;
  swapped: boolean;
}

/** Dials at once with no need. */
const GENTLE_DIALS = 2;
/** For a newcomer to ask and be answered. */
const SERVED_WITHIN_MS = 10_000;
/** Not rotated out before: else the newcomer might go at once. */
const SETTLED_AFTER_MS = 60_000;

export function plan(state: PlanState, options: DiscoveryOptions, random: Random): Plan {
  const counted = state.connections.filter(({ isKept }) => !isKept);
  const others = counted.filter(({ isBootstrap }) => !isBootstrap);
  const drop = [...overRange(counted, options), ...overFull(state, counted, options)];
  if (others.length >= options.floor) {
    for (const { peer, isBootstrap } of counted) if (isBootstrap) drop.push({ peer, reason: 'bootstrap' });
  }
  const dialling = state.dialling.length;
  const degree = counted.length + dialling;
  const outbound = counted.filter(({ direction }) => direction === 'outbound').length + dialling;
  const dialled = dials(state, options, { degree, outbound, open: state.connections.length + dialling });
  const swapped = state.swaps && counted.length > options.target ? oneOfOurs(state, counted, random) : [];
  const isInNeed = counted.length < options.floor;
  return {
    dial: dialled.peers,
    drop: unique([...drop, ...swapped]),
    dialBootstraps:
      isInNeed && dialled.peers.length === 0 && dialling === 0 && state.diallingBootstraps === 0,
    isShort: dialled.isShort,
    rotated: dialled.rotated,
    swapped: swapped.length > 0,
  };
}

/** R1, R2, R4 and the dial of R7. */
function dials(
  state: PlanState,
  options: DiscoveryOptions,
  have: { degree: number; outbound: number; open: number },
): { peers: PeerIdText[]; isShort: boolean; rotated: boolean } {
  const { target, floor, outbound, spare, maxConnections, maxDials } = options;
  const eager = have.degree < floor ? Math.max(GENTLE_DIALS, outbound - have.outbound) : GENTLE_DIALS;
  const atOnce = Math.min(eager, maxDials - state.dialling.length);
  const forDegree = Math.min(target - have.degree, maxConnections - spare - have.open);
  const forOutbound = Math.min(outbound - have.outbound, maxConnections - have.open);
  const rotation = state.rotates && forDegree <= 0 ? Math.min(1, maxConnections - have.open) : 0;
  const needed = Math.max(forDegree, forOutbound, rotation, 0);
  const ranges = countsOf([
    ...state.connections.filter(({ direction }) => direction === 'outbound'),
    ...state.dialling,
  ]);
  const peers: PeerIdText[] = [];
  const take = (from: readonly Candidate[], most: number): void => {
    for (const { peer, range } of from) {
      if (peers.length >= most) return;
      if (range !== undefined && (ranges.get(range) ?? 0) >= options.outboundPerRange) continue;
      if (range !== undefined) ranges.set(range, (ranges.get(range) ?? 0) + 1);
      peers.push(peer);
    }
  };
  const wanted = Math.min(needed, atOnce);
  if (wanted > 0) take(state.candidates(), wanted);
  const isShort = peers.length < wanted;
  const rotated = rotation > 0 && peers.length > 0;
  const room = Math.min(
    target + Math.max(1, Math.floor(target / 4)) - have.degree,
    maxConnections - spare - have.open,
  );
  const lostAtOnce = Math.min(GENTLE_DIALS - state.dialling.length, room);
  if (lostAtOnce > peers.length) take(state.lost(), lostAtOnce);
  return { peers, isShort, rotated };
}

/** R3, of those that dialled us. */
function overRange(counted: readonly OpenConnection[], { inboundPerRange }: DiscoveryOptions): Plan['drop'] {
  const inbound = counted
    .filter(({ direction, range }) => direction === 'inbound' && range !== undefined)
    .sort((a, b) => a.sinceMs - b.sinceMs);
  const counts = new Map<string, number>();
  return inbound.flatMap(({ peer, range }) => {
    const count = (counts.get(range!) ?? 0) + 1;
    counts.set(range!, count);
    return count > inboundPerRange ? [{ peer, reason: 'range' as const }] : [];
  });
}

/** R6. */
function overFull(
  { connections, nowMs }: PlanState,
  counted: readonly OpenConnection[],
  { maxConnections, spare }: DiscoveryOptions,
): Plan['drop'] {
  const surplus = connections.length - (maxConnections - spare);
  if (surplus <= 0) return [];
  return counted
    .filter(({ direction }) => direction === 'inbound')
    .filter(({ isServed, sinceMs }) => isServed || nowMs - sinceMs >= SERVED_WITHIN_MS)
    .sort((a, b) => Math.sign(Math.min(a.score, 0) - Math.min(b.score, 0)) || b.sinceMs - a.sinceMs)
    .slice(0, surplus)
    .map(({ peer }) => ({ peer, reason: 'full' as const }));
}

/** R7. */
function oneOfOurs({ nowMs }: PlanState, counted: readonly OpenConnection[], random: Random): Plan['drop'] {
  const settled = counted.filter(
    ({ direction, sinceMs }) => direction === 'outbound' && nowMs - sinceMs >= SETTLED_AFTER_MS,
  );
  const worst = settled.reduce<OpenConnection | undefined>(
    (least, each) => (each.score < (least?.score ?? 0) ? each : least),
    undefined,
  );
  const chosen = worst ?? settled[Math.floor(random.next() * settled.length)];
  return chosen === undefined ? [] : [{ peer: chosen.peer, reason: 'rotation' }];
}

function countsOf(of: readonly Pick<Candidate, 'range'>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { range } of of) if (range !== undefined) counts.set(range, (counts.get(range) ?? 0) + 1);
  return counts;
}

function unique(drops: Plan['drop']): Plan['drop'] {
  const seen = new Set<PeerIdText>();
  return drops.filter(({ peer }) => !seen.has(peer) && seen.add(peer));
}
