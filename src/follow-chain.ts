/** What a chain's heads mean to a node: the pool follows, and what it gains by it is spread like anything else. */
import type { Clock } from './environment.ts';
import type { Mempool, Returned } from './mempool/mempool.ts';
import type { Admission } from './propagation/admission.ts';
import type { LocalTransactions } from './propagation/local-transactions.ts';
import type { Propagation } from './propagation/propagation.ts';
import { ChainFollower } from './state/upstream/chain-follower.ts';
import type { UpstreamState } from './state/upstream/upstream-state.ts';
import type { Logger } from './telemetry/log.ts';
import type { TraceSink } from './telemetry/trace.ts';

export interface FollowChainInit {
  upstream: UpstreamState;
  pool: Mempool;
  admission: Admission;
  propagation: Propagation;
  locals: LocalTransactions;
  clock: Clock;
  trace: TraceSink;
  log: Logger;
}

export function followChain(init: FollowChainInit): ChainFollower {
  const { upstream, pool, propagation, clock, trace, log } = init;
  return new ChainFollower({
    state: upstream,
    pool,
    clock,
    log,
    onChange({ departed, promoted, returned }, atMs) {
      for (const { transaction, reason } of departed) {
        trace.record({ kind: 'departure', atMs, hash: transaction.hash, reason });
      }
      for (const each of returned) takeBack(each, atMs, init);
      propagation.spreadPromoted(promoted);
    },
  });
}

function takeBack(
  { transaction, origin, outcome }: Returned,
  atMs: number,
  { admission, locals, log }: FollowChainInit,
): void {
  const { hash, raw } = transaction;
  admission.noteReturned(hash, outcome, {
    // Of what peers brought, the chain is a second source beside gossip.
    provenance: origin === 'local' ? 'rpc' : 'sync',
    from: null,
    receivedAtMs: atMs,
    validationAtMs: atMs,
  });
  if (origin === 'remote' || outcome.status === 'refused') return;
  locals.takeBack({ hash, raw }).catch((error: unknown) => {
    log.error({ err: error as Error, hash }, 'a transaction the chain gave back is not in the journal');
  });
}
