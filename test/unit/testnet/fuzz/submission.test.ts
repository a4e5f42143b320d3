import assert from 'node:assert/strict';

import { FLAW_NAMES, FLAWS } from '../../../../testnet/fuzz/flaws.ts';
import { signSubmission } from '../../../../testnet/fuzz/submission.ts';
import { decodeTransaction } from '../../../../src/transaction/decode.ts';
import { recoverSender } from '../../../../src/transaction/recover.ts';
import { isRefusal } from '../../../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../../src/transaction/rules.ts';
import { Mempool } from '../../../../src/mempool/mempool.ts';
import { fundedState } from '../../../../testnet/networks/funded-state.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../../../../testnet/workload/accounts.ts';

const RULES = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };

/** What a node that has nothing yet answers. */
function answer(raw: Uint8Array): string {
  const decoded = decodeTransaction(raw, RULES);
  if (isRefusal(decoded)) return decoded.code;
  const transaction = recoverSender(decoded);
  if (isRefusal(transaction)) return transaction.code;
  const outcome = new Mempool(fundedState(TESTNET_CHAIN_ID, deriveAccounts(8))).add(transaction, 'local', 0);
  return outcome.status === 'refused' ? outcome.code : outcome.status;
}

describe('signSubmission', () => {
  it('makes the same bytes of the same transaction whenever and wherever it is submitted', () => {
    const one = signSubmission({ atMs: 0, node: 0, account: 1, nonce: 2, dataBytes: 50 });
    const other = signSubmission({ atMs: 9, node: 3, account: 1, nonce: 2, dataBytes: 50, feePercent: 100 });
    assert.deepEqual(other, one);
  });

  it('makes another of everything else', () => {
    const usual = { atMs: 0, node: 0, account: 0, nonce: 0 };
    const variants = [
      usual,
      { ...usual, account: 1 },
      { ...usual, nonce: 1 },
      { ...usual, feePercent: 110 },
      { ...usual, dataBytes: 1 },
      ...FLAW_NAMES.map((flaw) => ({ ...usual, flaw })),
    ];
    assert.equal(new Set(variants.map((each) => signSubmission(each).hash)).size, variants.length);
  });

  it('makes what a node takes', () => {
    assert.equal(
      answer(signSubmission({ atMs: 0, node: 0, account: 3, nonce: 0, dataBytes: 70_000 }).raw),
      'pending',
    );
    assert.equal(answer(signSubmission({ atMs: 0, node: 0, account: 3, nonce: 2 }).raw), 'queued');
  });

  for (const flaw of FLAW_NAMES) {
    it(`makes what a node refuses: ${flaw}`, () => {
      for (let nonce = 0; nonce < 20; nonce++) {
        const code = answer(signSubmission({ atMs: 0, node: 0, account: 4, nonce, flaw }).raw);
        assert.ok((FLAWS[flaw].codes as readonly string[]).includes(code), `${flaw} was answered ${code}`);
      }
    });
  }
});
