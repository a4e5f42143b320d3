/** What a case submits: a transaction by what tells it from others, made and signed when it is needed. */
import { z } from 'zod';

import { toHex } from '../../src/bytes.ts';
import type { Hex } from '../../src/bytes.ts';
import { keccak256 } from '../../src/transaction/crypto.ts';
import { gasFloors } from '../../src/transaction/intrinsic-gas.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import type { UnsignedTransaction } from '../../src/transaction/sign.ts';
import { bytes, streamOf } from '../random.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../workload/accounts.ts';
import type { FundedAccount } from '../workload/accounts.ts';
import { FLAW_NAMES, FLAWS } from './flaws.ts';

/** More than any case uses; the accounts are derived once. */
const MAX_ACCOUNTS = 32;

export const submissionSchema = z.strictObject({
  atMs: z.number().nonnegative(),
  node: z.int().min(0),
  account: z.int().min(0).lt(MAX_ACCOUNTS),
  nonce: z.int().min(0),
  /** Fee cap and tip in percent of the usual: a replacement pays more. Left out: 100. */
  feePercent: z.int().min(1).optional(),
  /** Calldata. Left out: 0. */
  dataBytes: z.int().min(0).optional(),
  /** What is wrong with it. Left out: nothing. */
  flaw: z.enum(FLAW_NAMES).optional(),
});

/** The same values but for time and place are the same bytes: submitted again, it is a duplicate. */
export type Submission = z.infer<typeof submissionSchema>;

export interface SignedSubmission {
  raw: Uint8Array;
  hash: Hex;
  /** Lower case. */
  sender: Hex;
}

const GWEI = 10n ** 9n;
const FEE_CAP_WEI = 20n * GWEI;
const TIP_WEI = GWEI;

let accounts: readonly FundedAccount[] | undefined;
/** Neither the seed nor the time is in it, so that one serves all cases of a process. */
const signed = new Map<string, SignedSubmission>();

export function signSubmission(submission: Submission): SignedSubmission {
  const key = transactionKey(submission);
  let made = signed.get(key);
  if (made === undefined) signed.set(key, (made = sign(submission)));
  return made;
}

/** The same for the same bytes. */
export function transactionKey(submission: Submission): string {
  const { account, nonce, feePercent = 100, dataBytes = 0, flaw = 'none' } = submission;
  return [account, nonce, feePercent, dataBytes, flaw].join('/');
}

function sign({ account, nonce, feePercent = 100, dataBytes = 0, flaw }: Submission): SignedSubmission {
  accounts ??= deriveAccounts(MAX_ACCOUNTS);
  const { address: sender, privateKey } = accounts[account]!;
  const to = accounts[(account + 1) % accounts.length]!.address;
  const data = bytes(streamOf(account, 'calldata', nonce), dataBytes);
  const { intrinsic, floorData } = gasFloors({ to, data, accessList: [], authorizationList: [] });
  const percent = BigInt(feePercent);
  const right: UnsignedTransaction = {
    type: 2,
    chainId: TESTNET_CHAIN_ID,
    nonce: BigInt(nonce),
    gasLimit: BigInt(Math.max(intrinsic, floorData)),
    feeCap: (FEE_CAP_WEI * percent) / 100n,
    tipCap: (TIP_WEI * percent) / 100n,
    to,
    value: 1n,
    data,
  };
  const { before, after } = flaw === undefined ? {} : FLAWS[flaw];
  const raw = signTransaction({ ...right, ...before?.(right) }, privateKey);
  const bytesSent = after?.(raw) ?? raw;
  return { raw: bytesSent, hash: toHex(keccak256(bytesSent)), sender };
}
