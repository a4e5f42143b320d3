/** What a chain's heads mean to a node: the pool follows, and what it gains by it is spread like anything else. */
import type { Clock } from './environment.ts';
import type { Mempool } from './mempool/mempool.ts';
import type { Admission } from './propagation/admission.ts';
import type { LocalTransactions } from './propagation/local-transactions.ts';
import type { Propagation } from './propagation/propagation.ts';
import { ChainFollower } from './state/upstream/chain-follower.ts';
import type { Included } from './state/upstream/included-memory.ts';
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
    onChange({ departed, promoted }, atMs) {
      for (const { transaction, reason } of departed) {
        trace.record({ kind: 'departure', atMs, hash: transaction.hash, reason });
      }
      propagation.spreadPromoted(promoted);
    },
    giveBack(orphaned, atMs) {
      for (const included of orphaned) giveBack(included, atMs, init);
    },
  });
}

function giveBack(
  { transaction, origin }: Included,
  atMs: number,
  { pool, admission, propagation, locals, log }: FollowChainInit,
): void {
  const { hash, raw } = transaction;
  const results = admission.readmit([transaction], {
    // Of what peers brought, the chain is a second source beside gossip.
    provenance: origin === 'local' ? 'rpc' : 'sync',
    from: null,
    receivedAtMs: atMs,
    validationAtMs: atMs,
  });
  propagation.spread(results);
  if (origin === 'remote' || !pool.has(hash)) return;
  locals.takeBack({ hash, raw }).catch((error: unknown) => {
    log.error({ err: error as Error, hash }, 'a transaction the chain gave back is not in the journal');
  });
}
