/**
 * The record joined by transaction hash across nodes: one cell per (transaction, node) pair, in typed arrays, row by
 * row (`pair = transaction * nodes + node`). Hashes and peer ids become indices once, here, and nowhere else.
 *
 * - A transaction is an accepted submission, unless it had to be refused. When one hash was accepted more than once, the earliest scheduled
 *   submission is the transaction and the others are counted as `resubmissions`.
 * - A node's first arrival counts; it may come again after it left the pool (`repeats`).
 * - An arrival after `endedAtMs` is late: the pair has no arrival, but is marked.
 * - What belongs to no transaction is counted in `strays`, not dropped.
 */
import type { Hex } from '../../src/bytes.ts';
import { PROVENANCES, type ArrivalEvent, type RefusedEvent } from '../../src/telemetry/trace.ts';
import type { ExperimentRecord, SubmissionRecord } from './record.ts';

export interface JoinedTransaction {
  hash: Hex;
  sender: Hex;
  nonce: bigint;
  /** Node index it was submitted to. */
  entry: number;
  /** t0. */
  scheduledAtMs: number;
}

export interface Strays {
  /** Arrivals of hashes nobody submitted. */
  unknownArrivals: number;
  /** Arrivals of hashes that were submitted and not accepted, as when the answer was lost, or that had to be refused. */
  unacceptedArrivals: number;
  /** Arrivals at a node that already had had the transaction. */
  repeats: number;
  resubmissions: number;
  /** Refusals of bytes that are no transaction, and of hashes that are none of the transactions. */
  otherRefusals: number;
}

export const NO_PROVENANCE = 255;

export interface Joined {
  nodes: number;
  transactions: JoinedTransaction[];
  /** End of the drain. */
  endedAtMs: number;
  /** Per pair. Infinity: did not arrive by the end of the drain. */
  arrivalAtMs: Float64Array;
  receivedAtMs: Float64Array;
  validationAtMs: Float64Array;
  /** Per pair: index into PROVENANCES, or NO_PROVENANCE. */
  provenance: Uint8Array;
  /** Per pair: 1 when it arrived behind a nonce gap. */
  queued: Uint8Array;
  /** Per pair: index of the node that gave the first copy; -1 when none did, or it is no node of this network. */
  fromNode: Int32Array;
  /** Per pair: 1 when it arrived, but after the end of the drain. */
  late: Uint8Array;
  /** Per pair: 1 + index into `refusalCodes` of the last refusal before the end; 0 when there was none. */
  refusal: Uint16Array;
  refusalCodes: string[];
  /** Per pair: copies received by the end of the drain, the one that brought it included. */
  copies: Uint32Array;
  /** False: nobody counted them. */
  copiesCounted: boolean;
  /** Pairs whose node published the transaction itself: when it first did. */
  publishedAtMs: Map<number, number>;
  /** Per transaction: 1 when it was let in, and executable nowhere by the end: no node had reason to send it on. */
  onlyQueued: Uint8Array;
  strays: Strays;
}

/** @throws {RangeError} when the record contradicts itself: nodes missing, listed twice, or unknown. */
export function join(record: ExperimentRecord): Joined {
  const nodes = record.traces.length;
  const nodeOfPeer = indexPeers(record);
  const { transactions, indexOfHash, unaccepted, resubmissions } = indexTransactions(
    record.submissions,
    nodes,
  );
  const pairs = transactions.length * nodes;
  const joined: Joined = {
    nodes,
    transactions,
    endedAtMs: record.endedAtMs,
    arrivalAtMs: new Float64Array(pairs).fill(Infinity),
    receivedAtMs: new Float64Array(pairs).fill(NaN),
    validationAtMs: new Float64Array(pairs).fill(NaN),
    provenance: new Uint8Array(pairs).fill(NO_PROVENANCE),
    queued: new Uint8Array(pairs),
    fromNode: new Int32Array(pairs).fill(-1),
    late: new Uint8Array(pairs),
    refusal: new Uint16Array(pairs),
    refusalCodes: [],
    copies: new Uint32Array(pairs),
    copiesCounted: false,
    publishedAtMs: new Map(),
    onlyQueued: new Uint8Array(transactions.length),
    strays: { unknownArrivals: 0, unacceptedArrivals: 0, repeats: 0, resubmissions, otherRefusals: 0 },
  };
  const codeIndex = new Map<string, number>();
  const executable = new Uint8Array(transactions.length);
  for (const { index: node, events } of record.traces) {
    for (const event of events) {
      if (event.kind === 'arrival') {
        const transaction = indexOfHash.get(event.hash);
        if (transaction !== undefined) {
          addArrival(joined, transaction * nodes + node, event, nodeOfPeer);
          if (event.atMs > joined.endedAtMs) continue;
          if (event.status === 'pending') executable[transaction] = 1;
          else joined.onlyQueued[transaction] = 1;
        } else if (unaccepted.has(event.hash)) joined.strays.unacceptedArrivals++;
        else joined.strays.unknownArrivals++;
      } else if (event.kind === 'refused') {
        const transaction = event.hash === null ? undefined : indexOfHash.get(event.hash);
        if (transaction !== undefined) addRefusal(joined, transaction * nodes + node, event, codeIndex);
        else joined.strays.otherRefusals++;
      } else if (event.kind === 'copies') {
        joined.copiesCounted = true;
        const transaction = event.hash === null ? undefined : indexOfHash.get(event.hash);
        if (transaction !== undefined && event.atMs <= joined.endedAtMs)
          joined.copies[transaction * nodes + node]! += event.copies;
      } else if (event.kind === 'publish' && event.atMs <= joined.endedAtMs) {
        for (const hash of event.hashes) {
          const transaction = indexOfHash.get(hash);
          if (transaction === undefined) continue;
          executable[transaction] = 1;
          const pair = transaction * nodes + node;
          if (!joined.publishedAtMs.has(pair)) joined.publishedAtMs.set(pair, event.atMs);
        }
      }
    }
  }
  for (const [transaction, was] of executable.entries()) if (was === 1) joined.onlyQueued[transaction] = 0;
  return joined;
}

function addArrival(
  joined: Joined,
  pair: number,
  event: ArrivalEvent,
  nodeOfPeer: Map<string, number>,
): void {
  if (event.atMs > joined.endedAtMs) {
    if (joined.arrivalAtMs[pair] === Infinity) joined.late[pair] = 1;
    return;
  }
  if (joined.arrivalAtMs[pair]! !== Infinity) {
    joined.strays.repeats++;
    return;
  }
  joined.arrivalAtMs[pair] = event.atMs;
  joined.receivedAtMs[pair] = event.receivedAtMs;
  joined.validationAtMs[pair] = event.validationAtMs;
  joined.provenance[pair] = PROVENANCES.indexOf(event.provenance);
  joined.queued[pair] = Number(event.status === 'queued');
  joined.fromNode[pair] = event.from === null ? -1 : (nodeOfPeer.get(event.from) ?? -1);
}

function addRefusal(joined: Joined, pair: number, event: RefusedEvent, codeIndex: Map<string, number>): void {
  if (event.atMs > joined.endedAtMs) return;
  let code = codeIndex.get(event.code);
  if (code === undefined) {
    code = joined.refusalCodes.push(event.code);
    codeIndex.set(event.code, code);
  }
  joined.refusal[pair] = code;
}

function indexPeers({ traces, before, after }: ExperimentRecord): Map<string, number> {
  const nodes = traces.length;
  if (before.length !== nodes || after.length !== nodes) {
    throw new RangeError(
      `the record has ${nodes} traces, but ${before.length} statuses before and ${after.length} after: every node needs one of each`,
    );
  }
  const seen = new Uint8Array(nodes);
  const nodeOfPeer = new Map<string, number>();
  for (const { index, peerId } of traces) {
    if (!Number.isInteger(index) || index < 0 || index >= nodes) {
      throw new RangeError(
        `a trace is of node ${index}, but with ${nodes} traces nodes are 0 to ${nodes - 1}`,
      );
    }
    if (seen[index] === 1) throw new RangeError(`the record has two traces of node ${index}`);
    seen[index] = 1;
    const other = nodeOfPeer.get(peerId);
    if (other !== undefined)
      throw new RangeError(`nodes ${other} and ${index} have the same peer id ${peerId}`);
    nodeOfPeer.set(peerId, index);
  }
  return nodeOfPeer;
}

function indexTransactions(submissions: readonly SubmissionRecord[], nodes: number) {
  const transactions: JoinedTransaction[] = [];
  const indexOfHash = new Map<string, number>();
  const unaccepted = new Set<string>();
  let resubmissions = 0;
  for (const { hash, sender, nonce, entry, scheduledAtMs, refusal, expectedRefusal } of submissions) {
    if (!Number.isInteger(entry) || entry < 0 || entry >= nodes) {
      throw new RangeError(`${hash} was submitted to node ${entry}, but the record has ${nodes} nodes`);
    }
    if (refusal !== null || expectedRefusal !== undefined) {
      unaccepted.add(hash);
      continue;
    }
    const transaction = { hash, sender, nonce, entry, scheduledAtMs };
    const known = indexOfHash.get(hash);
    if (known === undefined) {
      indexOfHash.set(hash, transactions.push(transaction) - 1);
    } else {
      resubmissions++;
      if (scheduledAtMs < transactions[known]!.scheduledAtMs) transactions[known] = transaction;
    }
  }
  return { transactions, indexOfHash, unaccepted, resubmissions };
}
