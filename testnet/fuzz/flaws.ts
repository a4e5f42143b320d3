/** What a submission can have wrong with it, and how the node it is submitted to must answer. */
import type { RefusalCode } from '../../src/mempool/outcome.ts';
import type { UnsignedTransaction } from '../../src/transaction/sign.ts';

export interface Flaw {
  /** Changes what is signed. */
  before?: (right: UnsignedTransaction) => Partial<UnsignedTransaction>;
  /** Changes the bytes after they were signed. */
  after?: (raw: Uint8Array) => Uint8Array;
  codes: readonly RefusalCode[];
}

export const FLAW_NAMES = [
  'truncated',
  'bad-signature',
  'wrong-chain',
  'no-tip',
  'unpayable',
  'too-little-gas',
  'too-much-gas',
  'oversized',
] as const;

export type FlawName = (typeof FLAW_NAMES)[number];

export const FLAWS: Readonly<Record<FlawName, Flaw>> = {
  truncated: { after: (raw) => raw.slice(0, raw.length - 7), codes: ['malformed'] },
  // The last 32 bytes are s, the upper half of whose range is refused; one in 256 begins with a zero byte that the
  // encoding leaves out, and then it is the length that no longer fits.
  'bad-signature': {
    after: (raw) => raw.slice().fill(0xff, raw.length - 32),
    codes: ['invalid-signature', 'malformed'],
  },
  'wrong-chain': { before: ({ chainId }) => ({ chainId: chainId! + 1n }), codes: ['wrong-chain-id'] },
  'no-tip': { before: () => ({ tipCap: 0n }), codes: ['tip-too-low'] },
  unpayable: { before: () => ({ value: 10n ** 30n }), codes: ['insufficient-funds'] },
  'too-little-gas': {
    before: ({ gasLimit }) => ({ gasLimit: gasLimit - 1n }),
    codes: ['intrinsic-gas-too-low', 'floor-data-gas-too-low'],
  },
  'too-much-gas': { before: () => ({ gasLimit: 10n ** 9n }), codes: ['gas-limit-above-block'] },
  oversized: { before: () => ({ data: new Uint8Array(128 * 1024) }), codes: ['oversized'] },
};
