import assert from 'node:assert/strict';

import { decodeTransaction } from '../../../../../src/transaction/decode.ts';
import { isRefusal } from '../../../../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../../../src/transaction/rules.ts';
import type { DecodedTransaction, Transaction } from '../../../../../src/transaction/transaction.ts';
import { DEFAULT_MAX_QUEUED } from '../../../../../src/transaction/verifier.ts';
import {
  modelledVerifier,
  SharedRecovery,
} from '../../../../../testnet/networks/simulated/modelled-verifier.ts';
import { Processor } from '../../../../../testnet/networks/simulated/processor.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { resolveScenario } from '../../../../../testnet/scenario/resolve.ts';
import { TESTNET_CHAIN_ID } from '../../../../../testnet/workload/accounts.ts';
import { planWorkload } from '../../../../../testnet/workload/plan.ts';

const RULES = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };

describe('modelledVerifier', () => {
  let decoded: DecodedTransaction[];
  let senders: string[];
  before(async () => {
    const plan = await planWorkload(resolveScenario('', ['workload.transactions=4']));
    decoded = plan.map(({ raw }) => decodeTransaction(raw, RULES) as DecodedTransaction);
    senders = plan.map(({ sender }) => sender);
  });

  const setUp = (verifyMs: number) => {
    const clock = new VirtualClock();
    const processor = new Processor();
    return { clock, processor, verifier: modelledVerifier(new SharedRecovery(), clock, processor, verifyMs) };
  };

  it('recovers for real, and one object serves all nodes', async () => {
    const shared = new SharedRecovery();
    const [a, b] = [0, 1].map(() => modelledVerifier(shared, new VirtualClock(), new Processor(), 0));
    const first = (await a!.verify(decoded)) as Transaction[];
    assert.deepEqual(
      first.map(({ sender }) => sender),
      senders,
    );
    const second = (await b!.verify(decoded)) as Transaction[];
    second.forEach((transaction, index) => assert.equal(transaction, first[index]));
  });

  it('refuses a signature nobody made, every time', async () => {
    const { verifier } = setUp(0);
    const forged = { ...decoded[0]!, r: 0n };
    for (let time = 0; time < 2; time++) {
      const [result] = (await verifier.verify([forged])) as Transaction[];
      assert.ok(isRefusal(result!));
    }
  });

  it('takes its time for each signature, behind other work of the processor', async () => {
    const { clock, processor, verifier } = setUp(2);
    const done: [string, number][] = [];
    const verify = (name: string, count: number): void => {
      void verifier.verify(decoded.slice(0, count)).then(() => done.push([name, clock.nowMs()]));
    };
    processor.occupy(0, 10);
    verify('three', 3);
    verify('one', 1);
    assert.equal(verifier.queued, 4);
    await clock.runUntilIdle();
    assert.deepEqual(done, [
      ['three', 16],
      ['one', 18],
    ]);
    assert.equal(verifier.queued, 0);
  });

  it('is busy when too many wait, and when stopped, also for those that waited', async () => {
    const { clock, verifier } = setUp(1);
    const waiting = verifier.verify(new Array<DecodedTransaction>(DEFAULT_MAX_QUEUED - 1).fill(decoded[0]!));
    assert.equal(verifier.canAcceptWork(), true);
    assert.equal(await verifier.verify(decoded.slice(0, 2)), 'busy');
    await verifier.stop();
    assert.equal(verifier.canAcceptWork(), false);
    await clock.runUntilIdle();
    assert.equal(await waiting, 'busy');
    assert.equal(await verifier.verify(decoded), 'busy');
  });
});
