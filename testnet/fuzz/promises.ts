/**
 * What the protocol as it stands (push to the mesh, IHAVE and IWANT within the history; no reconciliation) can promise
 * in a case. It follows from the case alone, never from what was seen: a bug must not talk itself out of a promise.
 *
 * - roomy: no pool can be full, so none may refuse, evict or forget for want of room; and none exempts what was
 *   submitted to it from the floor that its peers hold it to.
 * - unhurried: no message can wait so long, and no queue become so long, that a message has to be dropped.
 * - everybody: what one live node holds executable, every live node it is still connected to comes to hold. Needs a
 *   network that is roomy and unhurried, whose links carry all of it within seconds, and one of
 *     - a whole mesh: each node has all its neighbours in its mesh, so gossip is a flood. Cuts that heal only delay
 *       it (a cut loses nothing, as TCP, unless it is so long that a ping goes unanswered and the connection is given
 *       up; standing still is a cut of all links), and the death of a node takes nothing from the others but its
 *       links. One that comes back has missed what went by;
 *     - an announced mesh: each neighbour outside it is told of everything by IHAVE. Holds only while links are
 *       quick, never cut, no message waits behind a nonce gap until its announcement is over, and the mesh stands
 *       still: who is grafted between the forwarding of a message and the next heartbeat gets neither the message
 *       nor its IHAVE. So it ends before the sixtieth heartbeat, at which gossipsub grafts anew.
 *   Otherwise a part of the network that gossip did not reach in time lacks what only reconciliation could bring.
 * - calm: nothing breaks, no line fills, no packet is lost, reading costs nothing, and it is unhurried. Then a node
 *   passes on what it takes at once, and all links are as quick as they are.
 * - blameless: nobody is ever scored below zero. Needs `everybody` and no faults: with them an answer to an IWANT may
 *   be late, which gossipsub punishes.
 */
import { resolveOptions } from '../../src/config.ts';
import { MEMPOOL_PRESETS } from '../../src/mempool/options.ts';
import { neighboursOf } from '../topology/connectivity.ts';
import { linkModel, linksOf } from '../topology/link-model.ts';
import { changeOf, silencedBy } from './faults.ts';
import type { Fault } from './faults.ts';
import type { LinkChange } from '../faults/fault.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import { signSubmission, transactionKey } from './submission.ts';
import type { Submission } from './submission.ts';

export interface Promises {
  roomy: boolean;
  unhurried: boolean;
  everybody: boolean;
  calm: boolean;
  blameless: boolean;
}

/** A transaction travels in its own message, and again with what it was freed by, and once more when that was split. */
const MESSAGES_PER_TRANSACTION = 3;
/** What a link may have to carry: the bound of a sender's buffer is 256 KiB, beyond which it drops. */
const MAX_BUFFERED_BYTES = 128 * 1024;
const MAX_TRANSFER_MS = 4000;
/** One way. A dial takes nine of them and is given up after 10 s, and losses may delay it. */
const MAX_LATENCY_MS = 1000;
/** Of the 5 s a ping gets: half a second is left for what is under way before it. */
const MAX_SILENCE_MS = 4500;
/** A packet of 3 % loss is late by more than this once in a thousand. */
const LOSS_DELAY_MS = 600;
/** No case takes sixty of them. */
const MIN_ANNOUNCED_HEARTBEAT_MS = 1000;
/** A message is late by 6 s with probability 0.03^5, one in 40 million. */
const MAX_LOSS = 0.03;

export function promisesOf(resolved: ResolvedCase): Promises {
  const roomy = isRoomy(resolved);
  const unhurried = isUnhurried(resolved);
  const mesh = meshOf(resolved);
  const everybody =
    roomy &&
    unhurried &&
    isWide(resolved) &&
    isUnbroken(resolved) &&
    (mesh === 'whole' || (mesh === 'announced' && isQuick(resolved)));
  const calm = unhurried && isCalm(resolved);
  return { roomy, unhurried, everybody, calm, blameless: everybody && resolved.faults.length === 0 };
}

function isCalm({ scenario: { links, nodes }, faults }: ResolvedCase): boolean {
  return (
    faults.length === 0 &&
    links.lossRate === 0 &&
    links.bandwidthMbps === null &&
    nodes.uplinkMbps === null &&
    nodes.downlinkMbps === null &&
    nodes.cpu.messageMs === 0 &&
    nodes.cpu.verifyMs === 0
  );
}

/** No connection is lost but to the dead, and nobody forgets what it knew. */
function isUnbroken(resolved: ResolvedCase): boolean {
  const { faults, scenario, edges } = resolved;
  if (faults.some(({ kind }) => kind === 'restart')) return false;
  const neighbours = neighboursOf(scenario.nodes.count, edges);
  const roundTripMs = 2 * slowestMs(resolved) + (mostLoss(resolved) > 0 ? LOSS_DELAY_MS : 0);
  const silences = new Map<string, { fromMs: number; untilMs: number }[]>();
  for (const fault of faults) {
    for (const [a, b] of silencedBy(fault, neighbours)) {
      const key = a < b ? `${a}-${b}` : `${b}-${a}`;
      const { atMs, forMs } = fault as Extract<Fault, { forMs: number }>;
      silences.set(key, [...(silences.get(key) ?? []), { fromMs: atMs, untilMs: atMs + forMs }]);
    }
  }
  return [...silences.values()].every((each) => longestMs(each, roundTripMs) + roundTripMs <= MAX_SILENCE_MS);
}

/** The longest stretch; two with less than a round trip between are one. */
function longestMs(silences: { fromMs: number; untilMs: number }[], roundTripMs: number): number {
  let longest = 0;
  let current = { fromMs: -Infinity, untilMs: -Infinity };
  for (const next of [...silences].sort((a, b) => a.fromMs - b.fromMs)) {
    if (next.fromMs > current.untilMs + roundTripMs) current = { ...next };
    else current.untilMs = Math.max(current.untilMs, next.untilMs);
    longest = Math.max(longest, current.untilMs - current.fromMs);
  }
  return longest;
}

/** What links become, as planned by the scenario and by what changes them. */
function linkChanges({ faults }: ResolvedCase): LinkChange[] {
  return faults.flatMap((fault) => (fault.kind === 'change' ? [changeOf(fault)] : []));
}

function mostLoss(resolved: ResolvedCase): number {
  const { links } = resolved.scenario;
  return Math.max(links.lossRate, ...linkChanges(resolved).map(({ lossRate }) => lossRate ?? 0));
}

/** The flawless ones, each once. */
function transactions({ submissions }: ResolvedCase): Submission[] {
  const valid = submissions.filter(({ flaw }) => flaw === undefined);
  return [...new Map(valid.map((submission) => [transactionKey(submission), submission])).values()];
}

function isRoomy(resolved: ResolvedCase): boolean {
  const options = resolveOptions(resolved.scenario.nodes.options);
  const pool = MEMPOOL_PRESETS[options['txpool.preset']];
  const perAccount = new Map<number, number>();
  let slots = 0;
  for (const submission of transactions(resolved)) {
    const own = Math.ceil(signSubmission(submission).raw.length / pool.slotBytes);
    slots += own;
    perAccount.set(submission.account, (perAccount.get(submission.account) ?? 0) + own);
  }
  return (
    !options['txpool.exemptlocals'] &&
    slots <= (options['txpool.globalslots'] ?? pool.maxPendingSlots) &&
    slots <= (options['txpool.globalqueue'] ?? pool.maxQueuedSlots) &&
    Math.max(0, ...perAccount.values()) <= (options['txpool.accountqueue'] ?? pool.maxQueuedSlotsPerSender)
  );
}

function isUnhurried(resolved: ResolvedCase): boolean {
  const options = resolveOptions(resolved.scenario.nodes.options);
  const { verifyMs, messageMs } = resolved.scenario.nodes.cpu;
  if (verifyMs === 'measured') return false;
  const messages = transactions(resolved).length * MESSAGES_PER_TRANSACTION;
  const slowness = resolved.faults.map((fault) => (fault.kind === 'slow' ? fault.factor : 1));
  const busyMs = messages * (verifyMs + messageMs * maxDegree(resolved)) * Math.max(1, ...slowness);
  return (
    messages * maxDegree(resolved) <= options['validation.messages'] &&
    busyMs < options['validation.maxage'] / 2
  );
}

/** The links carry all there is within seconds, and no buffer of a slow or silent one overflows. */
function isWide(resolved: ResolvedCase): boolean {
  const { links, nodes } = resolved.scenario;
  if (mostLoss(resolved) > MAX_LOSS || slowestMs(resolved) > MAX_LATENCY_MS) return false;
  const perLink =
    MESSAGES_PER_TRANSACTION *
    transactions(resolved).reduce((sum, submission) => sum + signSubmission(submission).raw.length, 0);
  const degree = maxDegree(resolved);
  const mbps = Math.min(
    links.bandwidthMbps ?? Infinity,
    (nodes.uplinkMbps ?? Infinity) / degree,
    (nodes.downlinkMbps ?? Infinity) / degree,
    ...linkChanges(resolved).map(({ bandwidthMbps }) => bandwidthMbps ?? Infinity),
  );
  const slow = mbps < Infinity || resolved.faults.length > 0;
  return (!slow || perLink <= MAX_BUFFERED_BYTES) && (perLink * 8) / (mbps * 1000) <= MAX_TRANSFER_MS;
}

function meshOf(resolved: ResolvedCase): 'whole' | 'announced' | 'wild' {
  const options = resolveOptions(resolved.scenario.nodes.options);
  const degree = maxDegree(resolved);
  if (degree <= options['gossip.dlo']) return 'whole';
  return degree <= options['gossip.dlazy'] && degree <= options['gossip.dhi'] ? 'announced' : 'wild';
}

function isQuick(resolved: ResolvedCase): boolean {
  const { links, nodes } = resolved.scenario;
  const options = resolveOptions(nodes.options);
  return (
    resolved.faults.length === 0 &&
    links.lossRate === 0 &&
    nodes.cpu.verifyMs === 0 &&
    nodes.cpu.messageMs === 0 &&
    options['gossip.heartbeat'] >= MIN_ANNOUNCED_HEARTBEAT_MS &&
    4 * slowestMs(resolved) <= options['gossip.heartbeat'] &&
    options['gossip.historygossip'] >= 3 &&
    inOrder(resolved.submissions)
  );
}

/** Each account's nonces enter at one node, none before the one below it. */
function inOrder(submissions: readonly Submission[]): boolean {
  const heads = new Map<number, { node: number; nonce: number }>();
  for (const { account, nonce, node, flaw } of [...submissions].sort((a, b) => a.atMs - b.atMs)) {
    if (flaw !== undefined) continue;
    const head = heads.get(account);
    if (
      head === undefined ? nonce !== 0 : nonce > head.nonce && (nonce > head.nonce + 1 || node !== head.node)
    ) {
      return false;
    }
    heads.set(account, { node: head?.node ?? node, nonce: Math.max(nonce, head?.nonce ?? 0) });
  }
  return true;
}

/** What the slowest link takes for a message, one way. */
function slowestMs(resolved: ResolvedCase): number {
  const { scenario, edges } = resolved;
  const most = (values: (number | undefined)[]): number => Math.max(0, ...values.map((value) => value ?? 0));
  const changes = linkChanges(resolved);
  const latencyMs = most([
    ...linksOf(edges, linkModel(scenario)).map((link) => link.latencyMs),
    ...changes.map((change) => change.latencyMs),
  ]);
  return latencyMs + most([scenario.links.jitterMs, ...changes.map((change) => change.jitterMs)]);
}

function maxDegree({ scenario, edges }: ResolvedCase): number {
  return Math.max(...neighboursOf(scenario.nodes.count, edges).map(({ length }) => length));
}
