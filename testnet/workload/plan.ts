/**
 * Who submits what, when and where: the whole workload made and signed before the first transaction is due, so that
 * no signing takes time from sending. It follows from the scenario and its seed alone.
 */
import { setImmediate } from 'node:timers/promises';

import { toHex } from '../../src/bytes.ts';
import type { Hex } from '../../src/bytes.ts';
import type { Random } from '../../src/environment.ts';
import { keccak256 } from '../../src/transaction/crypto.ts';
import { gasFloors } from '../../src/transaction/intrinsic-gas.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import type { Progress } from '../networks/network.ts';
import { bytes, exponential, int, shuffle, streamOf } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { deriveAccounts, INITIAL_BALANCE_WEI, TESTNET_CHAIN_ID } from './accounts.ts';
import type { FundedAccount } from './accounts.ts';

export interface PlannedTransaction {
  raw: Uint8Array;
  hash: Hex;
  sender: Hex;
  nonce: bigint;
  sizeBytes: number;
  /** Index of the node it is submitted to. */
  entry: number;
  /** When it is due, from the start of the workload. */
  atMs: number;
}

const GWEI = 10n ** 9n;
/** Pays any base fee a development chain has, and lets one account afford 20 million transfers. */
const FEE_CAP_WEI = 20n * GWEI;
const TIP_WEI = GWEI;
const VALUE_WEI = 1n;
/** Signed between two looks at the rest of the program: some 25 ms of work. */
const SLICE = 128;

/** One planned transaction before it is signed. */
interface Turn {
  /** Index into the accounts. */
  account: number;
  nonce: number;
  entry: number;
  atMs: number;
}

/**
 * In the order they are due. Transfers of EIP-1559 with `dataBytes` random calldata and exactly the gas they need;
 * senders take turns in an order of the seed, each with consecutive nonces from 0. `onProgress` is told the phase
 * `sign`.
 * @throws {RangeError} before anything is signed, when a sender could not pay for all it sends.
 */
export async function planWorkload(scenario: Scenario, onProgress?: Progress): Promise<PlannedTransaction[]> {
  const { senders, dataBytes } = scenario.workload;
  checkAffordable(scenario.workload);
  const accounts = deriveAccounts(senders);
  const turns = schedule(scenario);
  const plan: PlannedTransaction[] = [];
  for (const [index, turn] of turns.entries()) {
    plan.push(signTurn(turn, accounts, bytes(streamOf(scenario.seed, 'calldata', index), dataBytes)));
    if (plan.length % SLICE === 0 || plan.length === turns.length) {
      onProgress?.('sign', plan.length, turns.length);
      await setImmediate();
    }
  }
  return plan;
}

function checkAffordable({ transactions, senders, dataBytes }: Scenario['workload']): void {
  // Without zero bytes calldata is dearest.
  const dearest =
    gasLimitOf(`0x${'00'.repeat(20)}`, new Uint8Array(dataBytes).fill(1)) * FEE_CAP_WEI + VALUE_WEI;
  const affordable = Number(INITIAL_BALANCE_WEI / dearest);
  if (Math.ceil(transactions / senders) <= affordable) return;
  throw new RangeError(
    `a sender can pay for ${affordable} transactions with ${dataBytes} bytes of calldata, not for ${Math.ceil(transactions / senders)}: raise workload.senders to ${Math.ceil(transactions / affordable)}`,
  );
}

function gasLimitOf(to: Hex, data: Uint8Array): bigint {
  const { intrinsic, floorData } = gasFloors({ to, data, accessList: [], authorizationList: [] });
  return BigInt(Math.max(intrinsic, floorData));
}

function signTurn(turn: Turn, accounts: readonly FundedAccount[], data: Uint8Array): PlannedTransaction {
  const { address: sender, privateKey } = accounts[turn.account]!;
  const to = accounts[(turn.account + 1) % accounts.length]!.address;
  const nonce = BigInt(turn.nonce);
  const raw = signTransaction(
    {
      type: 2,
      chainId: TESTNET_CHAIN_ID,
      nonce,
      gasLimit: gasLimitOf(to, data),
      feeCap: FEE_CAP_WEI,
      tipCap: TIP_WEI,
      to,
      value: VALUE_WEI,
      data,
    },
    privateKey,
  );
  const hash = toHex(keccak256(raw));
  return { raw, hash, sender, nonce, sizeBytes: raw.length, entry: turn.entry, atMs: turn.atMs };
}

function schedule(scenario: Scenario): Turn[] {
  const { transactions, senders } = scenario.workload;
  const order = shuffle(streamOf(scenario.seed, 'senders'), indices(senders));
  const entryOf = entries(scenario);
  const dueMs = arrivalTimes(scenario);
  return Array.from({ length: transactions }, (_, index) => {
    const account = order[index % senders]!;
    return { account, nonce: Math.floor(index / senders), entry: entryOf(index % senders), atMs: dueMs() };
  });
}

/** Gives the next time due on each call, never falling. */
function arrivalTimes({ seed, workload }: Scenario): () => number {
  const meanGapMs = 1000 / workload.ratePerSecond;
  switch (workload.arrivals) {
    case 'constant': {
      let index = 0;
      // Multiplied, not summed: no error piles up.
      return () => (index++ * 1000) / workload.ratePerSecond;
    }
    case 'poisson': {
      const random = streamOf(seed, 'arrivals');
      let atMs = 0;
      return () => (atMs += exponential(random, meanGapMs));
    }
  }
}

/** The node where the next transaction of a sender, given by its turn, enters. */
function entries({ seed, nodes, workload }: Scenario): (turn: number) => number {
  const random: Random = streamOf(seed, 'entry');
  switch (workload.entry) {
    case 'sticky': {
      // Dealt, not drawn: as many senders as nodes load every node alike.
      const order = shuffle(random, indices(nodes.count));
      return (turn) => order[turn % order.length]!;
    }
    case 'any':
      return () => int(random, nodes.count);
    case 'one': {
      const node = int(random, nodes.count);
      return () => node;
    }
  }
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
