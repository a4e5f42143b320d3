/** Valid transactions, known beforehand so that a case need not sign, and a node that takes them. */
import type { Hex } from '../../src/bytes.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import type { Verifier, VerifyResult } from '../../src/transaction/verifier.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';

export const SENDERS = 8;
export const PER_SENDER = 16;

const accounts = deriveAccounts(SENDERS);

/** Types by nonce. */
const TYPES = [2, 0, 1] as const;

/** Sender by sender, in nonce order. */
export const transfers: readonly Uint8Array[][] = accounts.map(({ address, privateKey }) =>
  Array.from({ length: PER_SENDER }, (_, nonce) => {
    const type = TYPES[nonce % TYPES.length]!;
    return signTransaction(
      {
        type,
        chainId: TESTNET_CHAIN_ID,
        nonce: BigInt(nonce),
        gasLimit: 100_000n,
        feeCap: 20n * 10n ** 9n,
        ...(type === 2 && { tipCap: 10n ** 9n }),
        to: address,
        value: 1n,
        data: new Uint8Array(nonce * 40),
      },
      privateKey,
    );
  }),
);

const rich = new Set(accounts.map(({ address }) => address));

/** So rich that every valid transaction of theirs has a place; whoever a bent signature points to has nothing. */
export const richState = {
  chainId: TESTNET_CHAIN_ID,
  blockGasLimit: 30_000_000n,
  baseFee: 0n,
  nonce: () => 0n,
  balance: (address: Hex) => (rich.has(address) ? 10n ** 30n : 0n),
};

const recovered = new Map<Hex, VerifyResult>();

export const knownVerifier: Verifier = {
  verify: (batch) =>
    Promise.resolve(
      batch.map((decoded) => {
        const result = recovered.get(decoded.hash) ?? recoverSender(decoded);
        // Bounded: of what is made up only what is a whole transaction gets here.
        if (recovered.size < SENDERS * PER_SENDER) recovered.set(decoded.hash, result);
        return result;
      }),
    ),
  canAcceptWork: () => true,
  queued: 0,
  stop: () => Promise.resolve(),
};
