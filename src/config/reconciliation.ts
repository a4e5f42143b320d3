/** Reconciliation of pools between peers. */
import { z } from 'zod';
import { defaultSyncOptions as S } from '../propagation/sync/options.ts';
import { MAX_PAGE_BYTES } from '../propagation/sync/messages.ts';
import { integer, optionGroup, type OptionGroup } from './option.ts';

const sync = optionGroup('Reconciliation');

export const reconciliationOptions = {
  sync: sync(
    z.boolean(),
    S.enabled,
    'BOOL',
    'compare pools with peers and exchange what is missing; without it nothing brings what gossip did not',
  ),
  'sync.interval': sync(
    integer(100),
    S.intervalMs,
    'MS',
    'between two comparisons with a peer taken by chance, a quarter more or less: how long what was missed may stay so',
  ),
  'sync.grace': sync(
    integer(0),
    S.graceMs,
    'MS',
    'what became pending so lately is not compared: gossip is about to bring it; 0 where nothing is pushed',
  ),
  'sync.maxsymbols': sync(
    integer(16),
    S.maxSymbols,
    'N',
    'coded symbols (13 bytes) of a session, then all ids are listed: bounds what decoding takes',
  ),
  'sync.maxids': sync(
    integer(1),
    S.maxIds,
    'N',
    'ids (8 bytes) of one list; above the size of any pool: what a peer that claims a huge one can make us hold',
  ),
  'sync.pagebytes': sync(
    integer(1024, MAX_PAGE_BYTES),
    S.pageBytes,
    'BYTES',
    'transactions in one page; a larger one travels alone: how long gossip waits for the verifier',
  ),
  'sync.bytespersecond': sync(
    integer(16_384),
    S.bytesPerSecond,
    'BYTES/S',
    'of pages to one peer, and from it: what is left of line and verifier for gossip',
  ),
  'sync.timeout': sync(
    integer(100),
    S.silenceMs,
    'MS',
    'a peer silent for so long loses the session: how long the silent hold a place',
  ),
  'sync.maxtime': sync(
    integer(1000),
    S.maxSessionMs,
    'MS',
    'the longest session; what is left is for the next: how long those that say little hold a place',
  ),
  'sync.sessions': sync(
    integer(0),
    S.maxIncoming,
    'N',
    'sessions of peers under way: up to 2 MB each; 0: answers nobody',
  ),
  'sync.mininterval': sync(
    integer(0),
    S.minIntervalMs,
    'MS',
    'between two sessions of one peer whose pool differs: each costs ids and symbols of the whole pool',
  ),
  'sync.retry': sync(
    integer(0),
    S.retryMs,
    'MS',
    'what the pool refused for a passing reason is not fetched again for so long',
  ),
  'sync.spread': sync(
    integer(0),
    S.maxSpread,
    'N',
    'transactions of one session that gossip carries on, at most; more travel by sessions alone',
  ),
} satisfies OptionGroup;
