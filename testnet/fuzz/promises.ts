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
 *       it (a cut loses nothing, as TCP), and the death of a node takes nothing from the others but its links;
 *     - an announced mesh: each neighbour outside it is told of everything by IHAVE. Holds only while links are
 *       quick, never cut, no message waits behind a nonce gap until its announcement is over, and the mesh stands
 *       still: who is grafted between the forwarding of a message and the next heartbeat gets neither the message
 *       nor its IHAVE. So it ends before the sixtieth heartbeat, at which gossipsub grafts anew.
 *   Otherwise a part of the network that gossip did not reach in time lacks what only reconciliation could bring.
 * - blameless: nobody is ever scored below zero. Needs `everybody` and no faults: with them an answer to an IWANT may
 *   be late, which gossipsub punishes.
 */
import { resolveOptions } from '../../src/config.ts';
import { MEMPOOL_PRESETS } from '../../src/mempool/options.ts';
import { neighboursOf } from '../topology/connectivity.ts';
import { drawLinks } from '../topology/links.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import { signSubmission, transactionKey } from './submission.ts';
import type { Submission } from './submission.ts';

export interface Promises {
  roomy: boolean;
  unhurried: boolean;
  everybody: boolean;
  blameless: boolean;
}

/** A transaction travels in its own message, and again with what it was freed by, and once more when that was split. */
const MESSAGES_PER_TRANSACTION = 3;
/** What a link may have to carry: the bound of a sender's buffer is 256 KiB, beyond which it drops. */
const MAX_BUFFERED_BYTES = 128 * 1024;
const MAX_TRANSFER_MS = 4000;
/** One way. A dial takes nine of them and is given up after 10 s, and losses may delay it. */
const MAX_LATENCY_MS = 1000;
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
    (mesh === 'whole' || (mesh === 'announced' && isQuick(resolved)));
  return { roomy, unhurried, everybody, blameless: everybody && resolved.faults.length === 0 };
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
  const busyMs = messages * (verifyMs + messageMs * maxDegree(resolved));
  return (
    messages * maxDegree(resolved) <= options['validation.messages'] &&
    busyMs < options['validation.maxage'] / 2
  );
}

/** The links carry all there is within seconds, and no buffer of a slow or silent one overflows. */
function isWide(resolved: ResolvedCase): boolean {
  const { links, nodes } = resolved.scenario;
  if (links.lossRate > MAX_LOSS || slowestMs(resolved) > MAX_LATENCY_MS) return false;
  const perLink =
    MESSAGES_PER_TRANSACTION *
    transactions(resolved).reduce((sum, submission) => sum + signSubmission(submission).raw.length, 0);
  const degree = maxDegree(resolved);
  const mbps = Math.min(
    links.bandwidthMbps ?? Infinity,
    (nodes.uplinkMbps ?? Infinity) / degree,
    (nodes.downlinkMbps ?? Infinity) / degree,
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
function slowestMs({ scenario, edges }: ResolvedCase): number {
  const { links, seed } = scenario;
  return links.jitterMs + Math.max(...drawLinks(edges, links, seed).map(({ latencyMs }) => latencyMs));
}

function maxDegree({ scenario, edges }: ResolvedCase): number {
  return Math.max(...neighboursOf(scenario.nodes.count, edges).map(({ length }) => length));
}
