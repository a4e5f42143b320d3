import assert from 'node:assert/strict';
import { MEANING, meaningOf, type PoolRefusalCode } from '../../../src/mempool/outcome.ts';
import type { TransactionRefusalCode } from '../../../src/transaction/refusal.ts';

/** Every honest node refuses these, whatever its state: the peer that relayed them did not look. */
const FAULTS: Record<TransactionRefusalCode, true> = {
  oversized: true,
  malformed: true,
  'type-not-supported': true,
  'wrong-chain-id': true,
  'invalid-signature': true,
  'nonce-too-large': true,
  'tip-above-fee-cap': true,
  'fee-overflow': true,
  'empty-authorization-list': true,
  'set-code-creates-contract': true,
  'init-code-too-large': true,
  'intrinsic-gas-too-low': true,
  'floor-data-gas-too-low': true,
};

/** What must change for this pool to take the very same transaction later; null when nothing can. */
const CURED_BY: Record<PoolRefusalCode, string | null> = {
  known: null,
  'gas-limit-above-block': 'a head with a higher block gas limit',
  'tip-too-low': null, // the floor is an option, fixed while the node runs
  'nonce-too-low': null, // a reorganisation brings back what was included by itself
  'nonce-too-far': 'a filled gap',
  'insufficient-funds': 'a head with a higher balance',
  'insufficient-funds-cumulative': 'a head with a higher balance, or an inclusion',
  'replacement-underpriced': null, // what is in its place has its nonce and pays as much
  'sender-limit': 'an inclusion or a filled gap',
  underpriced: 'room in the pool',
  'recently-evicted': 'time',
  'pool-full': 'room in the pool',
  'verifier-busy': 'time',
  'state-unavailable': 'an upstream that answers again',
};

describe('meaning of an outcome', () => {
  it('a fault of the bytes is rejected, and never worth another look', () => {
    for (const code of Object.keys(FAULTS) as TransactionRefusalCode[]) {
      assert.deepEqual(MEANING[code], { verdict: 'reject', temporary: false }, code);
    }
  });

  it('what turns on this pool blames nobody, and is temporary exactly when something can cure it', () => {
    for (const [code, cure] of Object.entries(CURED_BY) as [PoolRefusalCode, string | null][]) {
      assert.deepEqual(MEANING[code], { verdict: 'ignore', temporary: cure !== null }, code);
    }
  });

  it('pending is forwarded, queued is kept but not forwarded', () => {
    assert.deepEqual(MEANING.pending, { verdict: 'accept', temporary: false });
    assert.deepEqual(MEANING.queued, { verdict: 'ignore', temporary: false });
  });

  it('there is a row for every outcome and no other', () => {
    const all = [...Object.keys(FAULTS), ...Object.keys(CURED_BY), 'pending', 'queued'];
    assert.deepEqual(Object.keys(MEANING).sort(), all.sort());
  });

  it('is read from the code of a refusal, or from the status of an admission', () => {
    assert.equal(meaningOf({ status: 'refused', code: 'malformed', message: '' }), MEANING.malformed);
    assert.equal(meaningOf({ status: 'queued', hash: '0x00', promoted: [], departed: [] }), MEANING.queued);
  });
});
