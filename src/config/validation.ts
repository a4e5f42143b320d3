/** From a gossip message to its verdict: batches, the queue, signatures. */
import { z } from 'zod';
import { MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS } from '../propagation/batch-bounds.ts';
import { defaultPropagationOptions as D } from '../propagation/options.ts';
import { DEFAULT_VERIFIER_BACKEND } from '../transaction/create-verifier.ts';
import { DEFAULT_TRANSACTION_RULES } from '../transaction/rules.ts';
import { integer, optionGroup, type OptionGroup, positive } from './option.ts';

const validation = optionGroup('Validation');

export const validationOptions = {
  'batch.transactions': validation(
    integer(1, MAX_BATCH_TRANSACTIONS),
    D.maxBatchTransactions,
    'N',
    `transactions in one message sent; no peer takes more than ${MAX_BATCH_TRANSACTIONS}`,
  ),
  'batch.bytes': validation(
    integer(1, MAX_BATCH_BYTES),
    D.maxBatchBytes,
    'BYTES',
    'of one message sent; a larger transaction travels alone',
  ),
  'batch.delay': validation(
    z.number().min(0),
    D.maxBatchDelayMs,
    'MS',
    'gathering while the node is behind, at most; an idle one sends at once',
  ),
  'batch.interval': validation(
    z.number().min(0),
    D.batchIntervalMs,
    'MS',
    'gathering while it is not, between two messages of its own; at most batch.delay',
  ),
  'validation.messages': validation(
    integer(1),
    D.maxQueuedMessages,
    'N',
    'gossip messages waiting; full: the newcomer is ignored',
  ),
  'validation.bytes': validation(integer(1), D.maxQueuedBytes, 'BYTES', 'of them'),
  'validation.maxage': validation(
    positive,
    D.maxQueueAgeMs,
    'MS',
    'a message older than this is ignored; keep below gossip.history x gossip.heartbeat',
  ),
  'validation.concurrency': validation(
    integer(1),
    D.maxValidating,
    'N',
    'messages under validation at once: enough to fill a turn of the verifier',
  ),
  'validation.gaphold': validation(
    z.number().min(0),
    D.gapHoldMs,
    'MS',
    'a message behind a nonce gap waits this long for it to fill',
  ),
  'validation.held': validation(integer(0), D.maxHeldMessages, 'N', 'messages waiting so'),
  'tx.maxbytes': validation(
    integer(1),
    DEFAULT_TRANSACTION_RULES.maxBytes,
    'BYTES',
    'largest transaction; the same on every node of a network',
  ),
  verifier: validation(
    z.enum(['inline', 'workers']),
    DEFAULT_VERIFIER_BACKEND,
    'KIND',
    'where signatures are checked: inline, or workers (threads)',
  ),
  'verifier.threads': validation(integer(1).optional(), undefined, 'N', 'worker threads; default: cores - 1'),
} satisfies OptionGroup;
