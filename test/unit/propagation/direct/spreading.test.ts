import assert from 'node:assert/strict';
import { baseline, type BaselineName } from '../../../../src/propagation/direct/baselines.ts';
import { Spreading } from '../../../../src/propagation/direct/spreading.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { streamOf } from '../../../../testnet/random.ts';
import { makeTransaction } from '../../../helpers/make-transaction.ts';

const PEERS = ['a', 'b', 'c', 'd'];

function spreading(name: BaselineName, eagerPeers?: number, maxKnownHashes = 100): Spreading {
  const made = new Spreading(baseline(name, { eagerPeers }), 'own', maxKnownHashes, streamOf(1, 'spreading'));
  for (const peer of PEERS) made.joined(peer);
  return made;
}

/** Of one transaction: who gets it whole, and who its hash. */
function planned(of: Spreading, transaction: Transaction): { whole: string[]; hashes: string[] } {
  const { whole, hashes } = of.plan([transaction], PEERS);
  for (const list of whole.values()) assert.deepEqual(list, [transaction]);
  for (const list of hashes.values()) assert.deepEqual(list, [transaction.hash]);
  return { whole: [...whole.keys()].sort(), hashes: [...hashes.keys()].sort() };
}

describe('Spreading', () => {
  it('sends whole or by hash as the strategy has it, each peer one of them', () => {
    const transaction = makeTransaction();
    assert.deepEqual(planned(spreading('flood'), transaction), { whole: PEERS, hashes: [] });
    assert.deepEqual(planned(spreading('announce'), transaction), { whole: [], hashes: PEERS });
    const { whole, hashes } = planned(spreading('eth'), transaction);
    assert.equal(whole.length, 2);
    assert.deepEqual([...whole, ...hashes].sort(), PEERS);
  });

  it('announces nothing to whom it does not push where nothing is fetched', () => {
    const { whole, hashes } = planned(spreading('flood', 1), makeTransaction());
    assert.deepEqual([whole.length, hashes], [1, []]);
  });

  it('sends nothing to who has it, nor back to who gave it, though nothing is remembered', () => {
    const transaction = makeTransaction();
    const remembering = spreading('flood');
    remembering.has('b', [transaction.hash]);
    assert.deepEqual(planned(remembering, transaction).whole, ['a', 'c', 'd']);
    const forgetful = spreading('flood', undefined, 0);
    forgetful.has('b', [transaction.hash]);
    forgetful.gave('c', transaction.hash);
    assert.deepEqual(planned(forgetful, transaction).whole, ['a', 'b', 'd']);
    // Once only: the next time it is somebody else's.
    assert.deepEqual(planned(forgetful, transaction).whole, PEERS);
  });

  it('knows nothing of a peer that left and came again', () => {
    const transaction = makeTransaction();
    const made = spreading('announce');
    made.has('a', [transaction.hash]);
    made.left('a');
    made.joined('a');
    assert.deepEqual(planned(made, transaction).hashes, PEERS);
  });

  it('pushes nothing that is too large, and announces it to all', () => {
    assert.deepEqual(planned(spreading('eth'), makeTransaction({ bytes: 5_000 })), {
      whole: [],
      hashes: PEERS,
    });
  });

  it('puts together for each peer what it lacks of a batch', () => {
    const batch = [makeTransaction(), makeTransaction(), makeTransaction()];
    const made = spreading('flood');
    made.has('a', [batch[1]!.hash]);
    made.has(
      'b',
      batch.map(({ hash }) => hash),
    );
    const { whole } = made.plan(batch, PEERS);
    assert.deepEqual(whole.get('a'), [batch[0], batch[2]]);
    assert.equal(whole.has('b'), false);
    assert.deepEqual(whole.get('c'), batch);
  });
});
