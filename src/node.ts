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
import { packageVersion } from './version.ts';
import type { NodeOptions } from './config.ts';
import { ConfigError } from './config.ts';
import type { Cancel, Environment } from './environment.ts';
import type { Host } from './host/host.ts';
import { parseMultiaddr } from './host/address.ts';
import type { AccountView } from './mempool/account-view.ts';
import { Mempool } from './mempool/mempool.ts';
import { MEMPOOL_PRESETS, type MempoolOptions } from './mempool/options.ts';
import { StaticPeers } from './peers/static-peers.ts';
import { Admission } from './propagation/admission.ts';
import type { PropagationOptions } from './propagation/options.ts';
import { Propagation } from './propagation/propagation.ts';
import { transactionTopic } from './propagation/topic.ts';
import type { NodeInfo, PeerInfo, RpcBackend, Submission } from './rpc/backend.ts';
import type { Logger } from './telemetry/log.ts';
import type { NodeCounters, TraceSink } from './telemetry/trace.ts';
import { DEFAULT_TRANSACTION_RULES } from './transaction/rules.ts';
import type { Verifier } from './transaction/verifier.ts';

export const CLIENT_VERSION = `txgossip/v${packageVersion}/${process.platform}-${process.arch}/node${process.versions.node}`;

/** How often the pool is asked for what has outlived its time. */
const EXPIRY_INTERVAL_MS = 30_000;

export interface NodeInit {
  options: NodeOptions;
  host: Host;
  environment: Environment;
  state: AccountView;
  verifier: Verifier;
  trace: TraceSink;
  log: Logger;
}

export class Node implements RpcBackend {
  readonly clientVersion = CLIENT_VERSION;
  readonly networkId: bigint;
  readonly state: AccountView;
  readonly pool: Mempool;
  readonly host: Host;
  readonly propagation: Propagation;
  readonly #environment: Environment;
  readonly #admission: Admission;
  readonly #verifier: Verifier;
  readonly #staticPeers: StaticPeers;
  readonly #trace: TraceSink;
  readonly #log: Logger;
  #cancelExpiry: Cancel | undefined;
  #stopping: Promise<void> | undefined;

  constructor({ options, host, environment, state, verifier, trace, log }: NodeInit) {
    const { clock } = environment;
    this.networkId = state.chainId;
    this.state = state;
    this.host = host;
    this.#environment = environment;
    this.#verifier = verifier;
    this.#trace = trace;
    this.#log = log;
    this.pool = new Mempool(state, mempoolOptions(options));
    const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: state.chainId, maxBytes: options['tx.maxbytes'] };
    this.#admission = new Admission({ pool: this.pool, verifier, rules, clock, trace });
    this.propagation = new Propagation({
      host,
      clock,
      admission: this.#admission,
      topic: transactionTopic(state.chainId),
      options: propagationOptions(options),
      trace,
      onError: (error) => log.error({ err: error }, 'propagation failed'),
    });
    this.#staticPeers = new StaticPeers(host, clock, (address, error) =>
      log.warn({ address: address.toString(), reason: error.message }, 'cannot dial peer, will try again'),
    );
    host.subscribe({
      connect: ({ peerId, remoteAddress }) =>
        log.debug({ peer: peerId.toString(), address: remoteAddress.toString() }, 'connected'),
      disconnect: (peerId) => {
        log.debug({ peer: peerId.toString() }, 'disconnected');
        this.#staticPeers.disconnected(peerId);
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
    this.#expireLater();
  }

  /** Leaves nothing running. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async submit(raw: Uint8Array): Promise<Submission> {
    const nowMs = this.#environment.clock.nowMs();
    const results = await this.#admission.admit([raw], {
      provenance: 'rpc',
      from: null,
      receivedAtMs: nowMs,
      validationAtMs: nowMs,
    });
    this.propagation.spread(results);
    const { outcome } = results[0]!;
    return outcome.status === 'refused' ? outcome : { status: outcome.status, hash: outcome.hash };
  }

  peers(): PeerInfo[] {
    const localAddress = this.host.addresses()[0]?.toString() ?? '';
    return this.host.connections().map(({ peerId, remoteAddress, direction, agentVersion }) => ({
      id: peerId.toString(),
      name: agentVersion,
      protocols: [],
      localAddress,
      remoteAddress: remoteAddress.toString(),
      inbound: direction === 'inbound',
      trusted: false,
      static: this.#staticPeers.has(peerId),
    }));
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

  counters(): NodeCounters {
    return this.propagation.counters();
  }

  get peerId(): PeerId {
    return this.host.peerId;
  }

  async #stop(): Promise<void> {
    this.#cancelExpiry?.();
    this.#staticPeers.stop();
    await this.propagation.stop();
    await this.#verifier.stop();
    await this.host.stop();
    this.#log.debug('stopped');
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
    maxQueuedMessages: options['validation.messages'],
    maxQueuedBytes: options['validation.bytes'],
    maxQueueAgeMs: options['validation.maxage'],
    maxValidating: options['validation.concurrency'],
    gapHoldMs: options['validation.gaphold'],
    maxHeldMessages: options['validation.held'],
    maxFrameBytes: options['gossip.maxframe'],
  };
}
