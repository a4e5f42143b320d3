/** Every refusal a submitter can meet, by name, through real JSON-RPC, and that what was refused stays nowhere. */
import { decode, encode } from '@ethereumjs/rlp';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../src/bytes.ts';
import type { PoolRefusalCode } from '../../src/mempool/outcome.ts';
import type { TransactionRefusalCode } from '../../src/transaction/refusal.ts';
import { signTransaction, type UnsignedTransaction } from '../../src/transaction/sign.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { eventually } from '../helpers/poll.ts';
import { startLine, stopAll, type TestNode } from '../helpers/real-nodes.ts';
import { AUTHORIZATION, TO } from '../unit/transaction/samples.ts';

const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const ACCOUNTS = deriveAccounts(5);
/** Submits only good transactions. */
const GOOD = 0;
/** Submits only bad ones. */
const BAD = 1;
/** Its nonces begin at 5. */
const USED = 2;
/** Has exactly what one transfer of `TRANSFER` costs and 1 wei less than two. */
const POOR = 3;
const PENNILESS = 4;

const TRANSFER: UnsignedTransaction = {
  type: 2,
  chainId: TESTNET_CHAIN_ID,
  nonce: 0n,
  gasLimit: 21_000n,
  feeCap: 20n * GWEI,
  tipCap: GWEI,
  to: TO,
  value: 1n,
};
const TRANSFER_COST = 21_000n * 20n * GWEI + 1n;

const BALANCES: Record<number, { balance: bigint; nonce?: bigint }> = {
  [GOOD]: { balance: ETHER },
  [BAD]: { balance: 10_000n * ETHER },
  [USED]: { balance: ETHER, nonce: 5n },
  [POOR]: { balance: 2n * TRANSFER_COST - 1n },
};

const signed = (changes: Partial<UnsignedTransaction>, account = BAD): Uint8Array =>
  signTransaction({ ...TRANSFER, ...changes }, ACCOUNTS[account]!.privateKey);

/** A good transfer with other values where its signature was. */
function withSignature(change: (r: bigint, s: bigint) => [r: bigint, s: bigint]): Uint8Array {
  const fields = decode(signed({}).subarray(1)) as Uint8Array[];
  const [r, s] = fields.splice(-2).map((bytes) => BigInt(toHex(bytes)));
  return Uint8Array.of(2, ...encode([...fields, ...change(r!, s!)]));
}

interface Bad {
  title: string;
  raw: Uint8Array;
  message: string;
}

const INVALID_VALUES = 'invalid sender: invalid transaction v, r, s values';
const OVERSIZED = signed({ data: new Uint8Array(128 * 1024), gasLimit: 5_000_000n });

/** One of each, so that a new code without a transaction here does not compile. Messages are geth's. */
const FAULTS: Record<TransactionRefusalCode, Bad[]> = {
  oversized: [
    {
      title: 'above 128 KiB',
      raw: OVERSIZED,
      message: `oversized data: transaction size ${OVERSIZED.length}, limit 131072`,
    },
  ],
  malformed: [
    {
      title: 'an empty list',
      raw: Uint8Array.of(2, 0xc0),
      message: 'rlp: too few elements, decoding into chainId',
    },
    { title: 'no bytes', raw: new Uint8Array(0), message: 'typed transaction too short' },
    {
      title: 'a good one and a byte behind it',
      raw: Uint8Array.of(...signed({}), 0),
      message: 'rlp: input contains more than one value',
    },
  ],
  'type-not-supported': [
    {
      title: 'a blob transaction (0x03)',
      raw: Uint8Array.of(3, ...signed({}).subarray(1)),
      message: 'transaction type not supported',
    },
    {
      title: 'a type nobody has defined',
      raw: Uint8Array.of(0x7f, ...signed({}).subarray(1)),
      message: 'transaction type not supported',
    },
  ],
  'wrong-chain-id': [
    {
      title: 'signed for mainnet',
      raw: signed({ chainId: 1n }),
      message: 'invalid sender: invalid chain id for signer: have 1 want 31337',
    },
    {
      title: 'signed for mainnet, legacy',
      raw: signed({ type: 0, chainId: 1n, tipCap: undefined }),
      message: 'invalid sender: invalid chain id for signer: have 1 want 31337',
    },
  ],
  'invalid-signature': [
    {
      title: 'a high s',
      raw: withSignature((r, s) => [r, SECP256K1_ORDER - s]),
      message: INVALID_VALUES,
    },
    { title: 'r = 0', raw: withSignature((_, s) => [0n, s]), message: INVALID_VALUES },
    { title: 's = 0', raw: withSignature((r) => [r, 0n]), message: INVALID_VALUES },
    {
      // x = 5 is on no point of secp256k1, so that no key can have made it.
      title: 'an r that is no point',
      raw: withSignature((_, s) => [5n, s]),
      message: 'invalid sender: recovery failed',
    },
  ],
  'nonce-too-large': [
    { title: '2^64 - 1', raw: signed({ nonce: 2n ** 64n - 1n }), message: 'nonce has max value' },
  ],
  'tip-above-fee-cap': [
    {
      title: 'by 1 wei',
      raw: signed({ feeCap: GWEI, tipCap: GWEI + 1n }),
      message:
        'max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: 1000000001, maxFeePerGas: 1000000000',
    },
  ],
  'fee-overflow': [
    {
      title: 'a fee cap of 2^256',
      raw: signed({ feeCap: 2n ** 256n }),
      message: 'max fee per gas higher than 2^256-1',
    },
    {
      title: 'a tip of 2^256',
      raw: signed({ tipCap: 2n ** 256n }),
      message: 'max priority fee per gas higher than 2^256-1',
    },
    {
      title: 'a cost of 2^256',
      raw: signed({ value: 2n ** 256n - 1n }),
      message: 'insufficient funds for gas * price + value: required balance exceeds 256 bits',
    },
  ],
  'empty-authorization-list': [
    {
      title: 'type 4 without a tuple',
      raw: signed({ type: 4, authorizationList: [] }),
      message: 'set code tx must have at least one authorization tuple',
    },
  ],
  'set-code-creates-contract': [
    {
      title: 'type 4 without a recipient',
      raw: signed({ type: 4, to: undefined, gasLimit: 100_000n, authorizationList: [AUTHORIZATION] }),
      message: 'EIP-7702 transaction cannot be used to create contract',
    },
  ],
  'init-code-too-large': [
    {
      title: '49,153 bytes',
      raw: signed({ to: undefined, data: new Uint8Array(49_153), gasLimit: 5_000_000n }),
      message: 'max initcode size exceeded: code size 49153 limit 49152',
    },
  ],
  'intrinsic-gas-too-low': [
    {
      title: 'a transfer with 20,999',
      raw: signed({ gasLimit: 20_999n }),
      message: 'intrinsic gas too low: gas 20999, minimum needed 21000',
    },
  ],
  'floor-data-gas-too-low': [
    {
      title: '1,000 bytes with 40,000',
      raw: signed({ data: new Uint8Array(1000).fill(1), gasLimit: 40_000n }),
      message: 'insufficient gas for floor data gas cost: gas 40000, minimum needed 61000',
    },
  ],
};

interface Unwelcome extends Bad {
  code: PoolRefusalCode;
  /** Good ones the pool must hold first. */
  first?: Uint8Array[];
}

const UNWELCOME: Unwelcome[] = [
  {
    code: 'known',
    title: 'the same again',
    first: [signed({})],
    raw: signed({}),
    message: 'already known',
  },
  {
    code: 'replacement-underpriced',
    title: 'the same nonce for 9 % more',
    first: [signed({})],
    raw: signed({ feeCap: 218n * 10n ** 8n, tipCap: 109n * 10n ** 7n }),
    message: 'replacement transaction underpriced',
  },
  {
    code: 'nonce-too-low',
    title: 'a nonce that genesis has spent',
    raw: signed({ nonce: 4n }, USED),
    message: 'nonce too low: next nonce 5, tx nonce 4',
  },
  {
    code: 'insufficient-funds',
    title: 'from an account that genesis does not know',
    raw: signed({}, PENNILESS),
    message: `insufficient funds for gas * price + value: balance 0, tx cost ${TRANSFER_COST}, overshot ${TRANSFER_COST}`,
  },
  {
    code: 'insufficient-funds-cumulative',
    title: 'a second one of a sender who can pay for one',
    first: [signed({}, POOR)],
    raw: signed({ nonce: 1n }, POOR),
    message: `insufficient funds for gas * price + value: balance ${2n * TRANSFER_COST - 1n}, queued cost ${TRANSFER_COST}, tx cost ${TRANSFER_COST}, overshot 1`,
  },
  {
    code: 'gas-limit-above-block',
    title: 'more gas than a block has',
    raw: signed({ gasLimit: 30_000_001n }),
    message: 'exceeds block gas limit',
  },
  {
    code: 'tip-too-low',
    title: 'no tip',
    raw: signed({ tipCap: 0n }),
    message: 'transaction gas price below minimum: gas tip cap 0, minimum needed 1',
  },
];

interface RpcError {
  code: number;
  message: string;
  data?: { code?: string };
}

describe('refusals through JSON-RPC', () => {
  let directory: string;
  let nodes: TestNode[] = [];
  let goodNonce: bigint;
  /** Pending at every node when all is well. */
  let held: number;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-refusals-'));
    await writeFile(join(directory, 'genesis.json'), JSON.stringify(genesis()));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const start = async (): Promise<void> => {
    nodes = await startLine(2, { genesis: join(directory, 'genesis.json') });
    goodNonce = 0n;
    held = 0;
  };
  const stop = async (): Promise<void> => {
    await stopAll(nodes);
    nodes = [];
  };

  const call = async (node: number, method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(nodes[node]!.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    assert.equal(response.status, 200);
    return response.json();
  };
  const send = async (raw: Uint8Array): Promise<{ result?: string; error?: RpcError }> =>
    (await call(0, 'eth_sendRawTransaction', toHex(raw))) as { result?: string; error?: RpcError };
  const status = async (node: number): Promise<unknown> =>
    ((await call(node, 'txpool_status')) as { result: unknown }).result;

  const accepted = async (raw: Uint8Array): Promise<void> => {
    const { result, error } = await send(raw);
    assert.equal(error, undefined);
    held++;
    await eventually('the far node to have it', async () => {
      const { result: found } = (await call(1, 'eth_getTransactionByHash', result)) as { result: unknown };
      return found !== null;
    });
  };
  const refused = async (raw: Uint8Array, code: string, message: string): Promise<void> => {
    const { result, error } = await send(raw);
    assert.equal(result, undefined);
    assert.deepEqual(error, { code: -32000, message, data: { code } });
  };
  /** What a good one had time for, a bad one had as well. */
  const nothingElseIsHeld = async (): Promise<void> => {
    await accepted(signed({ nonce: goodNonce++ }, GOOD));
    for (const node of [0, 1]) {
      assert.deepEqual(await status(node), { pending: `0x${held.toString(16)}`, queued: '0x0' });
    }
  };

  describe('of what no honest node takes', () => {
    before(start);
    after(stop);

    for (const [code, cases] of Object.entries(FAULTS)) {
      for (const { title, raw, message } of cases) {
        it(`${code}: ${title}`, async () => {
          await refused(raw, code, message);
          await nothingElseIsHeld();
        });
      }
    }
  });

  describe('of what the pool as it is does not take', () => {
    beforeEach(start);
    afterEach(stop);

    for (const { code, title, first = [], raw, message } of UNWELCOME) {
      it(`${code}: ${title}`, async () => {
        for (const good of first) await accepted(good);
        await refused(raw, code, message);
        await nothingElseIsHeld();
      });
    }

    it('but takes the next nonce of genesis, and a replacement that pays 10 % more', async () => {
      await accepted(signed({ nonce: 5n }, USED));
      await accepted(signed({}));
      await accepted(signed({ feeCap: 22n * GWEI, tipCap: 11n * 10n ** 8n }));
      held--; // The replaced one is gone.
      await nothingElseIsHeld();
    });
  });
});

function genesis() {
  const alloc = Object.entries(BALANCES).map(([account, { balance, nonce = 0n }]) => [
    ACCOUNTS[Number(account)]!.address,
    { balance: toQuantity(balance), nonce: toQuantity(nonce) },
  ]);
  return { config: { chainId: Number(TESTNET_CHAIN_ID) }, alloc: Object.fromEntries(alloc) as unknown };
}

const toQuantity = (value: bigint): string => `0x${value.toString(16)}`;
