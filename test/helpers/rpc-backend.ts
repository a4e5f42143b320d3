import type { Hex } from '../../src/bytes.ts';
import type { AccountView } from '../../src/mempool/account-view.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import type { MempoolOptions } from '../../src/mempool/options.ts';
import type {
  GossipView,
  KnownPeersView,
  MembersView,
  NodeInfo,
  PeerInfo,
  RpcBackend,
  Submission,
} from '../../src/rpc/backend.ts';
import type { Chain } from '../../src/state/chain.ts';
import type { TxSyncOptions } from '../../src/rpc/transaction-sync.ts';
import { DEV_MNEMONIC, deriveDevAccounts } from '../../src/state/dev-accounts.ts';
import { noTrace } from '../../src/telemetry/trace.ts';
import { TransactionHistory } from '../../src/telemetry/transaction-history.ts';
import type { Vitals } from '../../src/telemetry/vitals.ts';
import { decodeTransaction } from '../../src/transaction/decode.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { signTransaction, type UnsignedTransaction } from '../../src/transaction/sign.ts';
import { ManualClock } from './manual-clock.ts';

export const CHAIN_ID = 31_337n;
export const BASE_FEE = 7n;
export const BLOCK_GAS_LIMIT = 30_000_000n;
export const DEV_BALANCE = 10_000n * 10n ** 18n;
export const DEV_ACCOUNTS = deriveDevAccounts(DEV_MNEMONIC, 3);
export const PEER_ID = '12D3KooWGzBnCZ5xZxQdcMGxRyL6rUZQ2hTPLPKWFiYwcM1sVp9V';
/** The first address no dev account has. */
export const STRANGER: Hex = '0x00000000000000000000000000000000000dead1';

export class FakeState implements AccountView {
  chainId = CHAIN_ID;
  blockGasLimit = BLOCK_GAS_LIMIT;
  baseFee = BASE_FEE;
  readonly nonces = new Map<Hex, bigint>();
  readonly balances = new Map<Hex, bigint>(DEV_ACCOUNTS.map(({ address }) => [address, DEV_BALANCE]));

  readonly codes = new Map<Hex, Hex>();
  prepare?: (addresses: readonly Hex[]) => Promise<void> | undefined;

  code(address: Hex): Hex {
    return this.codes.get(address) ?? '0x';
  }

  nonce(address: Hex): bigint {
    return this.nonces.get(address) ?? 0n;
  }

  balance(address: Hex): bigint {
    return this.balances.get(address) ?? 0n;
  }
}

/** A node of one: the real decoder, recovery and pool, no network. */
export class FakeBackend implements RpcBackend {
  readonly clientVersion = 'txgossip/test';
  readonly networkId = CHAIN_ID;
  readonly state = new FakeState();
  readonly pool: Mempool;
  /** None unless a test sets one, before it makes a dispatcher. */
  chain?: Chain;
  readonly connected: PeerInfo[] = [];
  readonly added: string[] = [];
  readonly removed: string[] = [];
  readonly trusted = new Set<string>();
  readonly clock = new ManualClock();
  txSync: TxSyncOptions = { defaultTimeoutMs: 2000, maxTimeoutMs: 5000 };
  history: TransactionHistory | undefined = new TransactionHistory(100, this.clock, noTrace);
  readonly gossipView: GossipView = {
    topic: '/txgossip/31337/tx',
    mesh: [],
    subscribers: [],
    score: () => 0,
    scoreParts: () => ({ meshMs: 0, firstDeliveries: 0, invalidDeliveries: 0, behaviourPenalty: 0 }),
  };
  readonly membersView: MembersView = {
    enabled: true,
    incarnation: 0,
    localHealth: 0,
    probes: { begun: 0, failed: 0 },
    members: [],
  };
  knownPeersView: KnownPeersView = { discovery: 'off', peers: [] };
  /** Awaited before every submission is looked at. */
  gate: Promise<void> = Promise.resolve();
  submitting = 0;
  mostSubmitting = 0;

  constructor(poolOptions: Partial<MempoolOptions> = {}) {
    this.pool = new Mempool(this.state, poolOptions);
  }

  async submit(raw: Uint8Array): Promise<Submission> {
    this.mostSubmitting = Math.max(this.mostSubmitting, ++this.submitting);
    await this.gate;
    this.submitting--;
    const decoded = decodeTransaction(raw, { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID });
    if ('code' in decoded) return { status: 'refused', ...decoded };
    const transaction = recoverSender(decoded);
    if ('code' in transaction) return { status: 'refused', ...transaction };
    return this.pool.add(transaction, 'local', 0);
  }

  peers(): PeerInfo[] {
    return this.connected;
  }

  nodeInfo(): NodeInfo {
    const listenAddresses = [`/ip4/127.0.0.1/tcp/4001/p2p/${PEER_ID}`];
    return { id: PEER_ID, name: this.clientVersion, listenAddresses, topic: '/txgossip/31337/tx' };
  }

  async addPeer(multiaddr: string): Promise<void> {
    if (!multiaddr.startsWith('/')) throw new Error(`not a multiaddr: ${multiaddr}`);
    this.added.push(multiaddr);
  }

  async removePeer(multiaddr: string): Promise<void> {
    this.removed.push(multiaddr);
  }

  async addTrustedPeer(multiaddr: string): Promise<void> {
    this.trusted.add(multiaddr);
  }

  async removeTrustedPeer(multiaddr: string): Promise<void> {
    if (!this.trusted.delete(multiaddr)) throw new Error(`no peer was added as ${multiaddr}`);
  }

  isUnbroadcast(hash: Hex): boolean {
    return this.pool.get(hash)?.origin === 'local';
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  members(): MembersView {
    return this.membersView;
  }

  knownPeers(): KnownPeersView {
    return this.knownPeersView;
  }

  gossip(): GossipView {
    return this.gossipView;
  }

  async vitals(): Promise<Vitals> {
    return {
      peers: this.connected.length,
      meshPeers: this.gossipView.mesh.length,
      subscribers: this.gossipView.subscribers.length,
      pool: this.pool.counts,
      validation: { waiting: 0, limit: 100, dropped: 0, rejected: 0 },
      eventLoopLagMs: 0.25,
      unbroadcast: this.pool.counts.pending,
      chain: this.chain?.health(),
    };
  }
}

/** A transfer of 1 wei of the first dev account, with what `fields` says otherwise. */
export function signed(fields: Partial<UnsignedTransaction> = {}, account = 0): Uint8Array {
  const type = fields.type ?? 2;
  const defaults: UnsignedTransaction = {
    type,
    chainId: CHAIN_ID,
    nonce: 0n,
    gasLimit: 21_000n,
    feeCap: 2_000_000_000n,
    value: 1n,
    to: STRANGER,
    ...(type >= 2 && { tipCap: 1_000_000_000n }),
  };
  return signTransaction({ ...defaults, ...fields }, DEV_ACCOUNTS[account]!.privateKey);
}
