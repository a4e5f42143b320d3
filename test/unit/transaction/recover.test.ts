import assert from 'node:assert/strict';
import { isRefusal } from '../../../src/transaction/refusal.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { ADDRESS, decoded, DYNAMIC_FEE, signed } from './samples.ts';

describe('recoverSender', () => {
  it('adds the sender and keeps the rest', () => {
    const transaction = decoded(signed(DYNAMIC_FEE));
    assert.deepEqual(recoverSender(transaction), { ...transaction, sender: ADDRESS });
  });

  it('refuses a signature no key can have made', () => {
    const result = recoverSender({ ...decoded(signed(DYNAMIC_FEE)), r: 5n });
    assert.ok(isRefusal(result));
    assert.deepEqual(result, { code: 'invalid-signature', message: 'invalid sender: recovery failed' });
  });
});
