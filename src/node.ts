/**
 * The composition root: one peer, wired and started in order, stopped in the reverse one.
 *
 *   RPC ──┐                       ┌── Propagation ── Host
 *         ├── Admission ── Mempool┘
 *   gossip┘      └── Verifier         AccountView (genesis)
 *
 * Host, clock, dice, verifier and trace are injected, so that a simulation runs this same node.
 */
import type { PeerId } from '@libp2p/interface';
import { join } from 'node:path';
import { packageVersion } from './version.ts';
import type { Hex } from './bytes.ts';
import type { NodeOptions } from './config.ts';
import { ConfigError } from './config.ts';
import type { Cancel, Environment } from './environment.ts';
import { followChain } from './follow-chain.ts';
import type { Host, PeerIdText } from './host/host.ts';
import { parseMultiaddr, peerIdOf } from './host/address.ts';
import type { AccountView } from './mempool/account-view.ts';
import { MemoryJournal, type Journal } from './mempool/journal.ts';
import { JournalError } from './mempool/level-journal.ts';
import { Mempool } from './mempool/mempool.ts';
import { MEMPOOL_PRESETS, type MempoolOptions } from './mempool/options.ts';
import { failedDial, keepMembers, membersOf } from './membership.ts';
import type { Membership } from './peers/membership/membership.ts';
import { StaticPeers } from './peers/static-peers.ts';
import { Admission } from './propagation/admission.ts';
import { defaultLocalOptions } from './propagation/local-options.ts';
import { LocalTransactions } from './propagation/local-transactions.ts';
import type { PropagationOptions } from './propagation/options.ts';
import { createPropagation } from './propagation/create-propagation.ts';
import { discover } from './discover.ts';
import type { Discovery } from './peers/discovery/discovery.ts';
import type { Propagation } from './propagation/propagation.ts';
import type { Reconciliation } from './propagation/sync/reconciliation.ts';
import { transactionTopic } from './propagation/topic.ts';
import { Unbroadcast } from './propagation/unbroadcast.ts';
import { reconcile } from './reconcile.ts';
import { gossipView, peerInfos, readVitals } from './node-view.ts';
import type {
  GossipView,
  KnownPeersView,
  MembersView,
  NodeInfo,
  PeerInfo,
  RpcBackend,
  Submission,
} from './rpc/backend.ts';
import type { TxSyncOptions } from './rpc/transaction-sync.ts';
import { SavedPool } from './saved-pool.ts';
import type { Chain } from './state/chain.ts';
import type { ChainFollower } from './state/upstream/chain-follower.ts';
import type { UpstreamState } from './state/upstream/upstream-state.ts';
import type { Logger } from './telemetry/log.ts';
import type { NodeCounters, TraceSink } from './telemetry/trace.ts';
import { TransactionHistory } from './telemetry/transaction-history.ts';
import type { Vitals } from './telemetry/vitals.ts';
import { DEFAULT_TRANSACTION_RULES } from './transaction/rules.ts';
import type { Verifier } from './transaction/verifier.ts';

export const CLIENT_VERSION = `txgossip/v${packageVersion}/${process.platform}-${process.arch}/node${process.versions.node}`;

/** How often the pool is asked for what has outlived its time. */
const EXPIRY_INTERVAL_MS = 30_000;

/** In which a node has compared itself with several peers, some of them busy: a minute. */
const GAPS_HEAL_WITHIN_INTERVALS = 6;

export interface NodeInit {
  options: NodeOptions;
  host: Host;
  environment: Environment;
  state: AccountView;
  verifier: Verifier;
  trace: TraceSink;
  log: Logger;
  /** The Ethereum node behind `state`, whose head the pool is to follow; undefined on genesis. */
  upstream?: UpstreamState | undefined;
  /** Where submitted transactions survive a crash. Default: nowhere but in memory. */
  journal?: Journal | undefined;
  /** For testnets alone: a node that forwards nothing; see PropagationInit. */
  silent?: boolean | undefined;
}

export class Node implements RpcBackend {
  readonly clientVersion = CLIENT_VERSION;
  readonly networkId: bigint;
  readonly state: AccountView;
  readonly chain: Chain | undefined;
  readonly pool: Mempool;
  readonly history: TransactionHistory | undefined;
  readonly txSync: Readonly<TxSyncOptions>;
  readonly host: Host;
  readonly propagation: Propagation;
  readonly reconciliation: Reconciliation;
  readonly membership: Membership;
  readonly #environment: Environment;
  readonly #admission: Admission;
  readonly #unbroadcast = new Unbroadcast();
  readonly #locals: LocalTransactions;
  readonly #savedPool: SavedPool | undefined;
  readonly #verifier: Verifier;
  readonly #staticPeers: StaticPeers;
  /** Undefined where it is off. */
  readonly discovery: Discovery | undefined;
  readonly #follower: ChainFollower | undefined;
  readonly #trace: TraceSink;
  readonly #log: Logger;
  #cancelExpiry: Cancel | undefined;
  #stopping: Promise<void> | undefined;

  constructor(init: NodeInit) {
    const { options, host, environment, state, verifier, log, silent } = init;
    const { clock } = environment;
    this.networkId = state.chainId;
    this.state = state;
    this.chain = init.upstream;
    this.host = host;
    this.#environment = environment;
    this.#verifier = verifier;
    this.#log = log;
    this.pool = new Mempool(state, mempoolOptions(options));
    const explained = options['explain.transactions'];
    this.history = explained === 0 ? undefined : new TransactionHistory(explained, clock, init.trace);
    this.history?.follow(this.pool);
    const trace = this.history ?? init.trace;
    this.#trace = trace;
    this.txSync = {
      defaultTimeoutMs: options['rpc.txsync.defaulttimeout'],
      maxTimeoutMs: options['rpc.txsync.maxtimeout'],
    };
    const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: state.chainId, maxBytes: options['tx.maxbytes'] };
    this.#admission = new Admission({ pool: this.pool, verifier, rules, clock, trace });
    this.propagation = createPropagation({
      host,
      ...environment,
      pool: this.pool,
      admission: this.#admission,
      topic: transactionTopic(state.chainId),
      options: propagationOptions(options),
      maxTransactionBytes: options['tx.maxbytes'],
      trace,
      silent,
      gapsHealWithinMs: options.sync ? GAPS_HEAL_WITHIN_INTERVALS * options['sync.interval'] : undefined,
      onShown: (hashes) => this.#unbroadcast.drop(hashes),
      onUnheard: (hashes) => this.reconciliation.settle(hashes),
      onError: (error) => log.error({ err: error }, 'propagation failed'),
    });
    const pool = this.pool;
    const admission = this.#admission;
    this.reconciliation = reconcile({
      options,
      host,
      environment,
      state,
      pool,
      admission,
      propagation: this.propagation,
      unbroadcast: this.#unbroadcast,
      silent,
      trace,
      log,
    });
    this.#locals = new LocalTransactions({
      pool,
      admission,
      journal: init.journal ?? new MemoryJournal(),
      clock,
      unbroadcast: this.#unbroadcast,
      spread: (results) => this.propagation.spread(results),
      options: defaultLocalOptions,
      onError: (error) => log.error({ err: error }, 'local transactions failed'),
    });
    if (options['txpool.save'] && options.datadir !== undefined) {
      const path = join(options.datadir, 'pool');
      this.#savedPool = new SavedPool({ path, pool, admission, clock, log });
    }
    const { upstream } = init;
    if (upstream !== undefined) {
      const spreading = { propagation: this.propagation, locals: this.#locals };
      this.#follower = followChain({ upstream, pool, admission, ...spreading, clock, trace, log });
    }
    this.#staticPeers = new StaticPeers(host, clock, (address, error) => {
      log.warn({ address: address.toString(), reason: error.message }, 'cannot dial peer, will try again');
      const peerId = peerIdOf(address);
      if (peerId !== undefined) this.membership.dialFailed(peerId.toString(), failedDial(error), [address]);
    });
    const isKept = (peerId: PeerId): boolean =>
      this.#staticPeers.has(peerId) || this.#staticPeers.has(peerId, 'trusted');
    const keeps = (peerId: PeerId): boolean => isKept(peerId) || this.discovery?.wants(peerId) === true;
    this.membership = keepMembers({ options, host, environment, keeps, trace, log });
    this.discovery = discover({
      options,
      host,
      environment,
      propagation: this.propagation,
      members: membersOf(this.membership),
      isKept,
      log,
    });
    const connected = new Set<PeerIdText>();
    host.subscribe({
      connect: (connection) => {
        const { peerId, remoteAddress } = connection;
        const peer = peerId.toString();
        log.debug({ peer, address: remoteAddress.toString() }, 'connected');
        // A peer that dialled us while we dialled it has two.
        if (!connected.has(peer)) trace.record({ kind: 'connect', atMs: clock.nowMs(), peer });
        connected.add(peer);
        this.reconciliation.onConnect(peerId);
        this.membership.connected(connection);
        this.discovery?.onConnect(connection);
      },
      heard: (peerId, addresses) => this.discovery?.onHeard(peerId, addresses),
      disconnect: (peerId) => {
        const peer = peerId.toString();
        log.debug({ peer }, 'disconnected');
        if (connected.delete(peer)) trace.record({ kind: 'disconnect', atMs: clock.nowMs(), peer });
        this.reconciliation.onDisconnect(peerId);
        this.#staticPeers.disconnected(peerId);
        this.membership.disconnected(peerId);
        this.discovery?.onDisconnect(peerId);
      },
    });
  }

  /** Listens and joins the topic. @throws {ConfigError} when an address cannot be listened on. */
  async start(): Promise<void> {
    try {
      await this.host.start();
    } catch (error) {
      throw new ConfigError(
        `cannot listen for peers: ${oneLine(error as Error)}; choose another --listen, tcp/0 picks a free port`,
      );
    }
    await this.propagation.start();
    await this.membership.start();
    await this.#restoreLocals();
    this.#follower?.start();
    await this.#savedPool?.restore();
    await this.reconciliation.start();
    await this.discovery?.start();
    this.#expireLater();
  }

  /** Leaves nothing running. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async submit(raw: Uint8Array): Promise<Submission> {
    const { outcome } = await this.#locals.submit(raw);
    return outcome.status === 'refused' ? outcome : { status: outcome.status, hash: outcome.hash };
  }

  peers(): PeerInfo[] {
    return peerInfos(this.host, this.#staticPeers);
  }

  nodeInfo(): NodeInfo {
    return {
      id: this.host.peerId.toString(),
      name: this.clientVersion,
      listenAddresses: this.host.addresses().map(String),
      topic: this.propagation.topic,
    };
  }

  async addPeer(address: string): Promise<void> {
    await this.#staticPeers.add(parseMultiaddr(address));
  }

  async removePeer(address: string): Promise<void> {
    await this.#staticPeers.remove(parseMultiaddr(address));
  }

  async addTrustedPeer(address: string): Promise<void> {
    await this.#staticPeers.add(parseMultiaddr(address), 'trusted');
  }

  async removeTrustedPeer(address: string): Promise<void> {
    await this.#staticPeers.remove(parseMultiaddr(address), 'trusted');
  }

  isUnbroadcast(hash: Hex): boolean {
    return this.#unbroadcast.has(hash);
  }

  nowMs(): number {
    return this.#environment.clock.nowMs();
  }

  gossip(): GossipView {
    return gossipView(this.propagation);
  }

  members(): MembersView {
    return this.membership.view();
  }

  knownPeers(): KnownPeersView {
    return this.discovery?.view() ?? { discovery: 'off', peers: [] };
  }

  vitals(): Promise<Vitals> {
    const { host, pool, propagation, chain, unbroadcast } = this;
    return readVitals({ host, clock: this.#environment.clock, pool, propagation, chain, unbroadcast });
  }

  counters(): NodeCounters {
    return { ...this.propagation.counters(), syncCopiesReceived: this.reconciliation.copiesReceived };
  }

  /** Transactions submitted here that no peer has shown to have. */
  get unbroadcast(): number {
    return this.#unbroadcast.count;
  }

  get peerId(): PeerId {
    return this.host.peerId;
  }

  async #stop(): Promise<void> {
    this.#cancelExpiry?.();
    await this.#follower?.stop();
    this.#staticPeers.stop();
    await this.membership.stop();
    await this.discovery?.stop();
    await this.reconciliation.stop();
    await this.propagation.stop();
    await this.#verifier.stop();
    await this.#locals.stop();
    await this.#savedPool?.save();
    await this.host.stop();
    this.#log.debug('stopped');
  }

  async #restoreLocals(): Promise<void> {
    try {
      const restored = await this.#locals.restore();
      if (Object.values(restored).some((count) => count > 0))
        this.#log.info(restored, 'restored local transactions from the journal');
    } catch (error) {
      if (error instanceof JournalError) throw new ConfigError(error.message, { cause: error });
      throw error;
    }
  }

  #expireLater(): void {
    const { clock } = this.#environment;
    this.#cancelExpiry = clock.after(EXPIRY_INTERVAL_MS, () => {
      const nowMs = clock.nowMs();
      for (const { transaction, reason } of this.pool.expire(nowMs)) {
        this.#trace.record({ kind: 'departure', atMs: nowMs, hash: transaction.hash, reason });
      }
      this.#expireLater();
    });
  }
}

/** libp2p lists every address with the stack of its error; the reasons are what a user needs. */
function oneLine({ message }: Error): string {
  const reasons = message.split('\n').flatMap((line) => /Error: (.+)$/.exec(line)?.[1] ?? []);
  return reasons.length > 0 ? reasons.join(', ') : message.split('\n')[0]!;
}

function mempoolOptions(options: NodeOptions): Partial<MempoolOptions> {
  const named = {
    minTipWei: options['txpool.pricelimit'],
    replacementBumpPercent: options['txpool.pricebump'],
    guaranteedSlotsPerSender: options['txpool.accountslots'],
    maxPendingSlots: options['txpool.globalslots'],
    maxPendingTransactions: options['txpool.globalslots'],
    maxQueuedTransactionsPerSender: options['txpool.accountqueue'],
    maxQueuedSlotsPerSender: options['txpool.accountqueue'],
    maxQueuedSlots: options['txpool.globalqueue'],
    maxQueuedTransactions: options['txpool.globalqueue'],
    queuedLifetimeMs: options['txpool.lifetime'],
    exemptLocals: options['txpool.exemptlocals'],
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return {
    ...MEMPOOL_PRESETS[options['txpool.preset']],
    ...(Object.fromEntries(given) as Partial<MempoolOptions>),
  };
}

function propagationOptions(options: NodeOptions): PropagationOptions {
  return {
    mode: options.propagation,
    baseline: {
      eagerPeers: options['propagation.eager'],
      fetchDelayMs: options['propagation.fetchdelay'],
      fetchTimeoutMs: options['propagation.fetchtimeout'],
    },
    maxKnownHashes: options['propagation.known'],
    gossip: {
      D: options['gossip.d'],
      Dlo: options['gossip.dlo'],
      Dhi: options['gossip.dhi'],
      Dscore: options['gossip.dscore'],
      Dout: options['gossip.dout'],
      Dlazy: options['gossip.dlazy'],
      gossipFactor: options['gossip.factor'],
      heartbeatMs: options['gossip.heartbeat'],
      historyLength: options['gossip.history'],
      historyGossip: options['gossip.historygossip'],
      seenTtlMs: options['gossip.seenttl'],
      floodPublish: options['gossip.floodpublish'],
      idontwantMinBytes: options['gossip.idontwant'],
    },
    maxBatchTransactions: options['batch.transactions'],
    maxBatchBytes: options['batch.bytes'],
    maxBatchDelayMs: options['batch.delay'],
    batchIntervalMs: options['batch.interval'],
    maxQueuedMessages: options['validation.messages'],
    maxQueuedBytes: options['validation.bytes'],
    maxQueueAgeMs: options['validation.maxage'],
    maxValidating: options['validation.concurrency'],
    gapHoldMs: options['validation.gaphold'],
    maxHeldMessages: options['validation.held'],
    maxFrameBytes: options['gossip.maxframe'],
  };
}
