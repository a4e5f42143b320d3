/** Reconciliation as a node holds it: its options by their names, and what becomes of peers that fail in it. */
import type { NodeOptions } from './config.ts';
import type { Environment } from './environment.ts';
import type { Host } from './host/host.ts';
import type { AccountView } from './mempool/account-view.ts';
import type { Mempool } from './mempool/mempool.ts';
import type { Admission } from './propagation/admission.ts';
import type { Propagation } from './propagation/propagation.ts';
import type { SyncOptions } from './propagation/sync/options.ts';
import { Reconciliation } from './propagation/sync/reconciliation.ts';
import type { Unbroadcast } from './propagation/unbroadcast.ts';
import type { Logger } from './telemetry/log.ts';
import type { TraceSink } from './telemetry/trace.ts';

/** Points of behaviour penalty: gossipsub forgives 6, squares what is above and halves it every ten seconds. */
const FAULT_POINTS = 10;
const LAPSE_POINTS = 1;

export interface ReconcileInit {
  options: NodeOptions;
  host: Host;
  environment: Environment;
  state: AccountView;
  pool: Mempool;
  admission: Admission;
  propagation: Propagation;
  unbroadcast: Unbroadcast;
  silent: boolean | undefined;
  trace: TraceSink;
  log: Logger;
}

export function reconcile(init: ReconcileInit): Reconciliation {
  const { options, host, environment, state, pool, admission, propagation, unbroadcast, silent, trace, log } =
    init;
  return new Reconciliation({
    host,
    ...environment,
    pool,
    admission,
    unbroadcast,
    options: syncOptions(options),
    maxTransactionBytes: options['tx.maxbytes'],
    baseFee: () => state.baseFee,
    silent,
    onCopies: (hashes) => trace.copies?.received(hashes),
    spread: (results) => propagation.spread(results),
    onFault: (peer, { message }) => {
      propagation.penalize(peer, FAULT_POINTS);
      log.warn({ peer, reason: message }, 'disconnects a peer that broke the rules of reconciliation');
    },
    onLapse: (peer, { message }) => {
      propagation.penalize(peer, LAPSE_POINTS);
      log.debug({ peer, reason: message }, 'a session of reconciliation failed by its peer or the line');
    },
    onFailure: (peer, { message }) =>
      log.debug({ peer, reason: message }, 'a session of reconciliation came to nothing'),
  });
}

function syncOptions(options: NodeOptions): SyncOptions {
  return {
    enabled: options.sync,
    intervalMs: options['sync.interval'],
    graceMs: options['sync.grace'],
    maxSymbols: options['sync.maxsymbols'],
    maxIds: options['sync.maxids'],
    pageBytes: options['sync.pagebytes'],
    bytesPerSecond: options['sync.bytespersecond'],
    silenceMs: options['sync.timeout'],
    maxSessionMs: options['sync.maxtime'],
    maxIncoming: options['sync.sessions'],
    minIntervalMs: options['sync.mininterval'],
    retryMs: options['sync.retry'],
    maxSpread: options['sync.spread'],
  };
}
