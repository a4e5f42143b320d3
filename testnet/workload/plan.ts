/**
 * Who submits what, when and where: the whole workload made and signed before the first transaction is due, so that
 * no signing takes time from sending. It follows from the scenario and its seed alone.
 *
 *   arrivals, senders, data sizes, types, entries    the transactions themselves: turns, each with its own draw
 *   nonce gaps                                       some of them come late, or never
 *   replacements, duplicates, invalid ones           come on top: whatever their share, the turns stay the same
 */
import { setImmediate } from 'node:timers/promises';

import { toHex } from '../../src/bytes.ts';
import type { Hex } from '../../src/bytes.ts';
import { keccak256 } from '../../src/transaction/crypto.ts';
import type { SubmissionKind } from '../measure/record.ts';
import type { Progress } from '../networks/network.ts';
import { bytes, chance, int, streamOf } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { INVALID_KINDS, type InvalidKind } from '../scenario/workload-fields.ts';
import { deriveAccounts, INITIAL_BALANCE_WEI } from './accounts.ts';
import type { FundedAccount } from './accounts.ts';
import { arrivalTimes } from './arrivals.ts';
import { dataSizes } from './data-sizes.ts';
import { weightedNames } from './draw.ts';
import { entries } from './entries.ts';
import { invalidTransaction } from './invalid.ts';
import { senders } from './senders.ts';
import { dearest, signedTransfer, type TransactionType } from './transfer.ts';

export interface PlannedTransaction {
  raw: Uint8Array;
  hash: Hex;
  /** Where no sender can be recovered: the account that was to be it. */
  sender: Hex;
  nonce: bigint;
  sizeBytes: number;
  /** Index of the node it is submitted to. */
  entry: number;
  /** When it is due, from the start of the workload. */
  atMs: number;
  kind: SubmissionKind;
  /** The code an invalid one must be refused with; null for all others. */
  expectedRefusal: InvalidKind | null;
}

/** Signed between two looks at the rest of the program: some 25 ms of work. */
const SLICE = 128;

/** One transaction before it is signed. */
interface Turn {
  /** Counts the transactions of the workload: draws of its own hang on it. */
  index: number;
  /** Index into the accounts. */
  account: number;
  nonce: number;
  entry: number;
  /** When its place in the schedule is; a gap moves it, and Infinity is never. */
  scheduledMs: number;
  atMs: number;
  type: TransactionType;
  dataBytes: number;
}

/** What is to be signed and submitted; several submissions of one transaction share its bytes. */
interface Item {
  turn: Turn;
  kind: SubmissionKind;
  atMs: number;
  entry: number;
  invalid: InvalidKind | null;
}

/**
 * In the order they are due. Each sender has consecutive nonces from 0 in the order of its turns; transactions have
 * random calldata and exactly the gas they need. `onProgress` is told the phase `sign`.
 * @throws {RangeError} before anything is signed, when a sender could not pay for all it sends, or nothing is due.
 */
export async function planWorkload(scenario: Scenario, onProgress?: Progress): Promise<PlannedTransaction[]> {
  const turns = turnsOf(scenario);
  const items = itemsOf(scenario, turns);
  checkAffordable(scenario, items);
  const accounts = deriveAccounts(scenario.workload.senders);
  const signedAs = new Map<number, Signed>();
  const plan: PlannedTransaction[] = [];
  for (const item of items) {
    plan.push(planned(item, signItem(item, scenario, accounts, signedAs)));
    if (plan.length % SLICE === 0 || plan.length === items.length) {
      onProgress?.('sign', plan.length, items.length);
      await setImmediate();
    }
  }
  return plan;
}

/** From the start of the workload to the last submission, ms. */
export function spanMs(plan: readonly PlannedTransaction[]): number {
  return plan.at(-1)?.atMs ?? 0;
}

/** Transactions due `sinceMs` after the start: what every node should have a little later. `plan` is sorted. */
export function countDue(plan: readonly PlannedTransaction[], sinceMs: number): number {
  let due = 0;
  for (const { atMs, kind } of plan) {
    if (atMs > sinceMs) break;
    if (kind === 'first' || kind === 'replacement') due++;
  }
  return due;
}

function turnsOf(scenario: Scenario): Turn[] {
  const { seed, workload } = scenario;
  const { accounts, placeOf } = senders(scenario);
  const entryOf = entries(scenario);
  const sizeOf = dataSizes(scenario);
  const typeOf = weightedNames(workload.types, ['eip1559']);
  const types = streamOf(seed, 'transaction type');
  const gaps = streamOf(seed, 'nonce gaps');
  const { share, fillAfterMs } = workload.nonceGaps;
  const nonces = new Map<number, number>();
  return arrivalTimes(scenario).map((scheduledMs, index) => {
    const place = placeOf(index);
    const account = accounts[place]!;
    const nonce = nonces.get(account) ?? 0;
    nonces.set(account, nonce + 1);
    const atMs = scheduledMs + (chance(gaps, share) ? (fillAfterMs ?? Infinity) : 0);
    const type = typeOf(types);
    return {
      index,
      account,
      nonce,
      entry: entryOf(place),
      scheduledMs,
      atMs,
      type,
      dataBytes: sizeOf(index),
    };
  });
}

/** Sorted by time; what is due at one moment in the order of turns, the transaction itself first. */
function itemsOf({ seed, nodes, workload }: Scenario, turns: readonly Turn[]): Item[] {
  const { replacements, duplicates, invalid } = workload;
  const replaced = streamOf(seed, 'replacements');
  const doubled = streamOf(seed, 'duplicates');
  const spoilt = streamOf(seed, 'invalid');
  const kindOf = weightedNames(invalid.kinds, INVALID_KINDS);
  const items = turns.flatMap((turn): Item[] => {
    const of = (kind: SubmissionKind, atMs: number, entry: number): Item => ({
      turn,
      kind,
      atMs,
      entry,
      invalid: null,
    });
    // Every draw is made for every turn, so that one share leaves the others alone.
    const isReplaced = chance(replaced, replacements.share);
    const isDoubled = chance(doubled, duplicates.share);
    const isSpoilt = chance(spoilt, invalid.share);
    const kind = kindOf(spoilt);
    return [
      of('first', turn.atMs, turn.entry),
      ...(isDoubled
        ? otherNodes(seed, turn, nodes.count, duplicates.copies).map((node) =>
            of('duplicate', turn.atMs, node),
          )
        : []),
      ...(isReplaced ? [of('replacement', turn.atMs + replacements.afterMs, turn.entry)] : []),
      ...(isSpoilt ? [{ ...of('invalid', turn.scheduledMs, turn.entry), invalid: kind }] : []),
    ];
  });
  const due = items.filter(({ atMs }) => atMs !== Infinity);
  if (due.length === 0) {
    throw new RangeError('every transaction is held back for ever: lower workload.nonceGaps.share');
  }
  return due.sort((a, b) => a.atMs - b.atMs);
}

function otherNodes(seed: number, { index, entry }: Turn, nodes: number, count: number): number[] {
  const random = streamOf(seed, 'duplicates', index);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, nodes - 1)) {
    const node = int(random, nodes);
    if (node !== entry) chosen.add(node);
  }
  return [...chosen];
}

/** A replacement takes the place of what it replaces, so its sender pays for the dearer of the two. */
function checkAffordable({ workload }: Scenario, items: readonly Item[]): void {
  const cost = new Map<string, bigint>();
  const toPay = new Map<number, { wei: bigint; count: number }>();
  for (const { turn, kind } of items) {
    if (kind === 'invalid' || kind === 'duplicate') continue;
    const bump = kind === 'replacement' ? workload.replacements.bumpPercent : 0;
    const key = `${turn.type} ${turn.dataBytes} ${bump}`;
    let wei = cost.get(key);
    if (wei === undefined) cost.set(key, (wei = dearest(turn.type, turn.dataBytes, bump)));
    if (kind === 'replacement') wei -= cost.get(`${turn.type} ${turn.dataBytes} 0`)!;
    const so = toPay.get(turn.account) ?? { wei: 0n, count: 0 };
    toPay.set(turn.account, { wei: so.wei + wei, count: so.count + (kind === 'first' ? 1 : 0) });
  }
  const most = [...toPay.values()].reduce((a, b) => (b.wei > a.wei ? b : a));
  if (most.wei <= INITIAL_BALANCE_WEI) return;
  const ether = (wei: bigint): bigint => wei / 10n ** 18n;
  // Where senders take turns this is exact.
  const enough = Math.ceil((workload.senders * Number(most.wei)) / Number(INITIAL_BALANCE_WEI));
  throw new RangeError(
    `a sender would have to pay up to ${ether(most.wei)} ether for its ${most.count} transactions, and has ${ether(INITIAL_BALANCE_WEI)}: raise workload.senders to ${enough}`,
  );
}

interface Signed {
  raw: Uint8Array;
  hash: Hex;
  sender: Hex;
}

/** `firsts`: what was signed, by turn, for the duplicates that follow it. */
function signItem(
  { turn, kind, invalid }: Item,
  { seed, workload }: Scenario,
  accounts: readonly FundedAccount[],
  firsts: Map<number, Signed>,
): Signed {
  if (kind === 'duplicate') return firsts.get(turn.index)!;
  const from = accounts[turn.account]!;
  const to = accounts[(turn.account + 1) % accounts.length]!;
  if (invalid !== null) {
    const { raw, sender } = invalidTransaction(invalid, from, to, turn.index);
    return { raw, hash: toHex(keccak256(raw)), sender: sender.address };
  }
  const raw = signedTransfer({
    type: turn.type,
    from,
    to,
    nonce: BigInt(turn.nonce),
    data: bytes(streamOf(seed, 'calldata', turn.index), turn.dataBytes),
    bumpPercent: kind === 'replacement' ? workload.replacements.bumpPercent : 0,
  });
  const signed = { raw, hash: toHex(keccak256(raw)), sender: from.address };
  if (kind === 'first' && workload.duplicates.share > 0) firsts.set(turn.index, signed);
  return signed;
}

function planned(
  { turn, kind, atMs, entry, invalid }: Item,
  { raw, hash, sender }: Signed,
): PlannedTransaction {
  return {
    raw,
    hash,
    sender,
    nonce: invalid === null ? BigInt(turn.nonce) : 0n,
    sizeBytes: raw.length,
    entry,
    atMs,
    kind,
    expectedRefusal: invalid,
  };
}
