import assert from 'node:assert/strict';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { createInlineVerifier } from '../../../src/transaction/inline-verifier.ts';
import { transactions, verifierCompliance, verifierOrderCompliance } from './verifier-compliance.ts';

describe('createInlineVerifier', () => {
  for (const compliance of [verifierCompliance, verifierOrderCompliance])
    compliance((options) => Promise.resolve(createInlineVerifier(options)));

  it('recovers no more than a slice in one turn of the event loop, whoever calls how often', async () => {
    const verifier = createInlineVerifier({ signaturesPerTurn: 10 });
    const all = transactions(95);
    const answers = [all.slice(0, 3), all.slice(3, 60), all.slice(60, 95)].map((batch) =>
      verifier.verify(batch),
    );
    // The first call began at once; the others of that turn wait for the next.
    const left = [verifier.queued];
    while (verifier.queued > 0) {
      await nextLoopTurn();
      left.push(verifier.queued);
    }
    assert.deepEqual(left, [92, 82, 72, 62, 52, 42, 32, 22, 12, 2, 0]);
    assert.equal((await Promise.all(answers)).flat().length, 95);
  });

  it('begins at once when idle, and never twice in a turn', async () => {
    const verifier = createInlineVerifier({ signaturesPerTurn: 10 });
    const all = transactions(12);
    const first = verifier.verify(all.slice(0, 6));
    assert.equal(verifier.queued, 0);
    await first;
    const second = verifier.verify(all.slice(6));
    assert.equal(verifier.queued, 6);
    await second;
    assert.equal(verifier.queued, 0);
  });

  it('is full at maxQueued', async () => {
    const verifier = createInlineVerifier({ signaturesPerTurn: 10, maxQueued: 30 });
    const all = transactions(60);
    const first = verifier.verify(all.slice(0, 30));
    const second = verifier.verify(all.slice(30, 40));
    assert.equal(verifier.queued, 30);
    assert.equal(verifier.canAcceptWork(), false);
    assert.equal(await verifier.verify(all.slice(40, 41)), 'busy');
    await Promise.all([first, second]);
    assert.ok(verifier.canAcceptWork());
  });
});
