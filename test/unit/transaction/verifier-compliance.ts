import assert from 'node:assert/strict';
import { isRefusal } from '../../../src/transaction/refusal.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { signTransaction } from '../../../src/transaction/sign.ts';
import type { DecodedTransaction } from '../../../src/transaction/transaction.ts';
import type { Deadline, Verifier, VerifyResult } from '../../../src/transaction/verifier.ts';
import { decoded, DYNAMIC_FEE } from './samples.ts';

/** Each of its own sender. */
export function transactions(count: number): DecodedTransaction[] {
  return Array.from({ length: count }, (_, index) => {
    const privateKey = new Uint8Array(32).fill(1);
    privateKey[31] = index % 256;
    return decoded(signTransaction({ ...DYNAMIC_FEE, nonce: BigInt(index) }, privateKey));
  });
}

/** Short enough for a readable failure: whole transactions by the hundred are not. */
export function senders(results: readonly VerifyResult[] | 'busy'): string[] | 'busy' {
  return results === 'busy'
    ? results
    : results.map((result) => (isRefusal(result) ? result.code : result.sender));
}

export function expectedSenders(batch: readonly DecodedTransaction[]): string[] | 'busy' {
  return senders(batch.map(recoverSender));
}

type CreateVerifier = (options: { maxQueued?: number }) => Promise<Verifier>;

/** What every verifier promises. `create` is given the options it must honour. */
export function verifierCompliance(create: CreateVerifier): void {
  let verifier: Verifier;
  async function start(options: { maxQueued?: number } = {}): Promise<void> {
    verifier = await create(options);
  }
  afterEach(() => verifier.stop());

  it('answers in order, whatever the batch size', async () => {
    await start();
    for (const count of [0, 1, 7, 200]) {
      const batch = transactions(count);
      assert.deepEqual(senders(await verifier.verify(batch)), expectedSenders(batch));
    }
  });

  it('answers with the transaction, its sender added', async () => {
    await start();
    const batch = transactions(1);
    assert.deepEqual(await verifier.verify(batch), batch.map(recoverSender));
  });

  it('answers overlapping calls each with its own', async () => {
    await start();
    const all = transactions(90);
    const batches = Array.from({ length: 9 }, (_, index) => all.slice(index * 10, index * 10 + 10));
    const answers = await Promise.all(batches.map((batch) => verifier.verify(batch)));
    assert.deepEqual(answers.flatMap(senders), expectedSenders(all));
  });

  it('refuses a bad signature in the midst of good ones', async () => {
    await start();
    const batch = transactions(3);
    batch[1] = { ...batch[1]!, r: 5n };
    const results = await verifier.verify(batch);
    assert.ok(results !== 'busy');
    assert.deepEqual(results.map(isRefusal), [false, true, false]);
    assert.deepEqual(results[1], { code: 'invalid-signature', message: 'invalid sender: recovery failed' });
  });

  it('is busy above maxQueued, and takes work again when done', async () => {
    await start({ maxQueued: 100 });
    const batch = transactions(101);
    assert.equal(senders(await verifier.verify(batch)), 'busy');
    assert.equal(verifier.queued, 0);

    const first = verifier.verify(batch.slice(0, 99));
    assert.ok(verifier.canAcceptWork());
    assert.equal(senders(await verifier.verify(batch.slice(0, 50))), 'busy');
    const second = verifier.verify(batch.slice(99, 100));
    assert.notEqual(await first, 'busy');
    assert.notEqual(await second, 'busy');

    assert.equal(verifier.queued, 0);
    assert.ok(verifier.canAcceptWork());
    assert.notEqual(await verifier.verify(batch.slice(0, 100)), 'busy');
  });

  it('answers busy what stop() cut off, and all that comes later', async () => {
    await start();
    const cutOff = verifier.verify(transactions(400));
    await verifier.stop();
    assert.equal(senders(await cutOff), 'busy');
    assert.equal(verifier.canAcceptWork(), false);
    assert.equal(senders(await verifier.verify(transactions(1))), 'busy');
    assert.equal(verifier.queued, 0);
    await verifier.stop();
  });
}

/**
 * What a verifier that does one thing at a time promises besides. Several threads begin work in this order too, but
 * whichever the machine lets run answers first.
 */
export function verifierOrderCompliance(create: CreateVerifier): void {
  it('takes the nearest deadline first, also one that was brought forward, and calls without one last', async () => {
    const verifier = await create({});
    const all = transactions(403);
    const hastened = { atMs: 300 };
    const order: string[] = [];
    const ask = async (name: string, from: number, to: number, deadline?: Deadline): Promise<void> => {
      const answer = await verifier.verify(all.slice(from, to), deadline);
      assert.deepEqual(senders(answer), expectedSenders(all.slice(from, to)));
      order.push(name);
    };
    const answers = [
      ask('none', 0, 200),
      ask('far', 200, 400, { atMs: 200 }),
      ask('near', 400, 401, { atMs: 100 }),
      ask('near too', 401, 402, { atMs: 100 }),
      ask('hastened', 402, 403, hastened),
    ];
    hastened.atMs = 50;
    await Promise.all(answers);
    await verifier.stop();
    assert.deepEqual(order, ['hastened', 'near', 'near too', 'far', 'none']);
  });
}
