/** Every refusal there is, as a wallet hears it: geth's words, for wallets and scripts read them. */
import { decode, encode } from '@ethereumjs/rlp';
import assert from 'node:assert/strict';
import { toHex } from '../../../src/bytes.ts';
import type { MempoolOptions } from '../../../src/mempool/options.ts';
import type { RefusalCode } from '../../../src/mempool/outcome.ts';
import { Admission } from '../../../src/propagation/admission.ts';
import type { Submission } from '../../../src/rpc/backend.ts';
import { noTrace, type Provenance } from '../../../src/telemetry/trace.ts';
import { createInlineVerifier } from '../../../src/transaction/inline-verifier.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import type { Verifier } from '../../../src/transaction/verifier.ts';
import { CHAIN_ID, DEV_ACCOUNTS, DEV_BALANCE, FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf } from '../../helpers/rpc-client.ts';
import { AUTHORIZATION } from '../transaction/samples.ts';

const GWEI = 10n ** 9n;
const COST = 21_000n * 2n * GWEI + 1n;
const RULES = { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID };
const [alice] = DEV_ACCOUNTS.map(({ address }) => address);
const tip = (gwei: bigint) => ({ tipCap: gwei * GWEI, feeCap: 2n * gwei * GWEI });

/** Submits through the node's own admission. */
class AdmittingBackend extends FakeBackend {
  readonly #admission: Admission;
  /** As which the next ones come: gossip is held to more than who submits here. */
  provenance: Provenance = 'rpc';

  constructor(poolOptions: Partial<MempoolOptions>, verifier: Verifier) {
    super(poolOptions);
    const { pool, clock } = this;
    this.#admission = new Admission({ pool, verifier, rules: RULES, clock, trace: noTrace });
  }

  override async submit(raw: Uint8Array): Promise<Submission> {
    const source = { provenance: this.provenance, from: null, receivedAtMs: 0, validationAtMs: 0 };
    const [admitted] = await this.#admission.admit([raw], source);
    const { outcome } = admitted!;
    return outcome.status === 'refused' ? outcome : { status: outcome.status, hash: outcome.hash };
  }
}

interface Case {
  raw: Uint8Array;
  /** The words, or, where geth has none, ours. */
  words: string;
  /** What the pool must hold first. */
  first?: Uint8Array[];
  pool?: Partial<MempoolOptions>;
  verifier?: Verifier;
  prepare?(backend: AdmittingBackend): void;
}

function withHighS(): Uint8Array {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const fields = decode(signed().subarray(1)) as Uint8Array[];
  const s = BigInt(toHex(fields.pop()!));
  return Uint8Array.of(2, ...encode([...fields, order - s]));
}

const OVERSIZED = signed({ data: new Uint8Array(128 * 1024), gasLimit: 5_000_000n });
const CHEAP = signed(tip(1n), 1);
const BUSY: Verifier = {
  verify: () => Promise.resolve('busy'),
  canAcceptWork: () => false,
  queued: 0,
  stop: () => Promise.resolve(),
};
const ONE_SLOT = { maxPendingTransactions: 1, guaranteedSlotsPerSender: 1 };

/** geth core/txpool/errors.go, core/txpool/legacypool, core/error.go, core/types, each with its figures. */
const CASES: Record<RefusalCode, Case> = {
  oversized: {
    raw: OVERSIZED,
    words: `oversized data: transaction size ${OVERSIZED.length}, limit 131072`,
  },
  malformed: { raw: Uint8Array.of(2), words: 'typed transaction too short' },
  'type-not-supported': {
    raw: Uint8Array.of(3, 0xc0),
    words: 'transaction type not supported',
  },
  'wrong-chain-id': {
    raw: signed({ chainId: 1n }),
    words: 'invalid sender: invalid chain id for signer: have 1 want 31337',
  },
  'invalid-signature': {
    raw: withHighS(),
    words: 'invalid sender: invalid transaction v, r, s values',
  },
  'nonce-too-large': { raw: signed({ nonce: 2n ** 64n - 1n }), words: 'nonce has max value' },
  'tip-above-fee-cap': {
    raw: signed({ feeCap: 1n, tipCap: 2n }),
    words: 'max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: 2, maxFeePerGas: 1',
  },
  'fee-overflow': { raw: signed({ feeCap: 2n ** 256n }), words: 'max fee per gas higher than 2^256-1' },
  'empty-authorization-list': {
    raw: signed({ type: 4, authorizationList: [] }),
    words: 'set code tx must have at least one authorization tuple',
  },
  'set-code-creates-contract': {
    raw: signed({ type: 4, to: undefined, gasLimit: 100_000n, authorizationList: [AUTHORIZATION] }),
    words: 'EIP-7702 transaction cannot be used to create contract',
  },
  'init-code-too-large': {
    raw: signed({ to: undefined, data: new Uint8Array(49_153), gasLimit: 5_000_000n }),
    words: 'max initcode size exceeded: code size 49153 limit 49152',
  },
  'intrinsic-gas-too-low': {
    raw: signed({ gasLimit: 20_999n }),
    words: 'intrinsic gas too low: gas 20999, minimum needed 21000',
  },
  'floor-data-gas-too-low': {
    raw: signed({ data: new Uint8Array(1000).fill(1), gasLimit: 40_000n }),
    words: 'insufficient gas for floor data gas cost: gas 40000, minimum needed 61000',
  },
  known: { first: [signed()], raw: signed(), words: 'already known' },
  'gas-limit-above-block': { raw: signed({ gasLimit: 30_000_001n }), words: 'exceeds block gas limit' },
  'tip-too-low': {
    raw: signed({ tipCap: 0n }),
    words: 'transaction gas price below minimum: gas tip cap 0, minimum needed 1',
  },
  'nonce-too-low': {
    raw: signed({ nonce: 6n }),
    prepare: ({ state }) => state.nonces.set(alice!, 7n),
    words: 'nonce too low: next nonce 7, tx nonce 6',
  },
  'nonce-too-far': {
    raw: signed({ nonce: 5n }),
    pool: { maxNonceGap: 4 },
    words: 'nonce too high: tx nonce 5, gapped nonce 0',
  },
  'insufficient-funds': {
    raw: signed({ value: DEV_BALANCE + 1n - (COST - 1n) }),
    words: `insufficient funds for gas * price + value: balance ${DEV_BALANCE}, tx cost ${DEV_BALANCE + 1n}, overshot 1`,
  },
  'insufficient-funds-cumulative': {
    first: [signed()],
    raw: signed({ nonce: 1n }),
    prepare: ({ state }) => state.balances.set(alice!, 2n * COST - 1n),
    words: `insufficient funds for gas * price + value: balance ${2n * COST - 1n}, queued cost ${COST}, tx cost ${COST}, overshot 1`,
  },
  'replacement-underpriced': {
    first: [signed()],
    raw: signed({ value: 2n }),
    words: 'replacement transaction underpriced',
  },
  'sender-limit': {
    first: [signed({ nonce: 5n })],
    raw: signed({ nonce: 6n }),
    pool: { maxQueuedTransactionsPerSender: 1 },
    words: 'account limit exceeded: pooled 1 txs',
  },
  underpriced: {
    first: [signed({ ...tip(2n), nonce: 0n }), signed({ ...tip(2n), nonce: 1n })],
    raw: CHEAP,
    pool: { maxPendingTransactions: 2, guaranteedSlotsPerSender: 1 },
    words: 'transaction underpriced',
  },
  'recently-evicted': {
    first: [CHEAP, signed(tip(2n))],
    raw: CHEAP,
    pool: ONE_SLOT,
    prepare: (backend) => (backend.provenance = 'push'),
    words: 'transaction underpriced: recently evicted from a full pool, try again in 60 s',
  },
  'pool-full': {
    first: [signed(tip(2n))],
    raw: signed({ ...tip(9n), nonce: 1n }),
    pool: ONE_SLOT,
    words: 'txpool is full',
  },
  'verifier-busy': {
    raw: signed(),
    verifier: BUSY,
    words: 'node is busy: too many signatures wait to be checked, try again',
  },
  'state-unavailable': {
    raw: signed(),
    prepare: ({ state }) => (state.prepare = () => Promise.reject(new Error('the upstream is away'))),
    words: 'the upstream is away',
  },
};

describe('refusals in the words of geth', () => {
  for (const [code, { raw, words, first = [], pool = {}, verifier, prepare }] of Object.entries(CASES)) {
    it(code, async () => {
      const backend = new AdmittingBackend(pool, verifier ?? createInlineVerifier());
      prepare?.(backend);
      for (const good of first) {
        const outcome = await backend.submit(good);
        assert.notEqual(outcome.status, 'refused', JSON.stringify(outcome));
      }
      const held = backend.pool.counts;
      const refusal = await errorOf(dispatcherOf(backend), 'eth_sendRawTransaction', toHex(raw));
      assert.deepEqual(refusal, { code: -32000, message: words, data: { code } });
      assert.deepEqual(backend.pool.counts, held);
    });
  }
});
