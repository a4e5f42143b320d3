import assert from 'node:assert/strict';

import { Mempool } from '../../../../src/mempool/mempool.ts';
import { decodeTransaction } from '../../../../src/transaction/decode.ts';
import { gasFloors } from '../../../../src/transaction/intrinsic-gas.ts';
import { recoverSender } from '../../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../../src/transaction/rules.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { fundedAccounts, TESTNET_CHAIN_ID } from '../../../../testnet/workload/accounts.ts';
import { planWorkload } from '../../../../testnet/workload/plan.ts';
import type { PlannedTransaction } from '../../../../testnet/workload/plan.ts';

const RULES = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };

const plan = (...overrides: string[]) => planWorkload(resolveScenario('', overrides));

function read({ raw }: PlannedTransaction): Transaction {
  const decoded = decodeTransaction(raw, RULES);
  if ('code' in decoded) assert.fail(decoded.message);
  const transaction = recoverSender(decoded);
  if ('code' in transaction) assert.fail(transaction.message);
  return transaction;
}

const bySender = (planned: readonly PlannedTransaction[]) => Map.groupBy(planned, ({ sender }) => sender);

describe('planWorkload', () => {
  it('follows from the scenario and its seed', async () => {
    const small = 'workload.transactions=60';
    assert.deepEqual(await plan(small), await plan(small));
    const other = await plan(small, 'seed=2');
    assert.notDeepEqual(
      other.map(({ sender, entry }) => [sender, entry]),
      (await plan(small)).map(({ sender, entry }) => [sender, entry]),
    );
  });

  it('signs valid transfers that say what the plan says', async () => {
    const planned = await plan('workload.transactions=40', 'workload.dataBytes=33');
    const senders = new Set<string>(fundedAccounts(resolveScenario('')).map(({ address }) => address));
    for (const one of planned) {
      const { hash, sender, nonce, raw, type, data, gasLimit } = read(one);
      assert.deepEqual(
        { hash, sender, nonce, type },
        { hash: one.hash, sender: one.sender, nonce: one.nonce, type: 2 },
      );
      assert.ok(senders.has(sender));
      assert.equal(one.sizeBytes, raw.length);
      assert.equal(data.length, 33);
      const floors = gasFloors(read(one));
      assert.equal(gasLimit, BigInt(Math.max(floors.intrinsic, floors.floorData)));
      assert.ok(gasLimit > 21_000n);
    }
    assert.equal(new Set(planned.map(({ hash }) => hash)).size, 40);
    assert.equal(new Set(planned.map((one) => read(one).data.toString())).size, 40);
  });

  it('gives senders turns, and each consecutive nonces from 0', async () => {
    const planned = await plan('workload.transactions=47', 'workload.senders=7');
    const turns = planned.slice(0, 7).map(({ sender }) => sender);
    assert.equal(new Set(turns).size, 7);
    for (const [index, { sender }] of planned.entries()) assert.equal(sender, turns[index % 7]);
    for (const own of bySender(planned).values()) {
      assert.deepEqual(
        own.map(({ nonce }) => nonce),
        own.map((_, index) => BigInt(index)),
      );
    }
  });

  it('spaces constant arrivals evenly', async () => {
    const planned = await plan('workload.transactions=31', 'workload.ratePerSecond=30');
    assert.equal(planned[0]!.atMs, 0);
    assert.equal(planned[30]!.atMs, 1000);
    assert.ok(planned.every(({ atMs }, index) => Math.abs(atMs - (index * 1000) / 30) < 1e-9));
  });

  it('makes Poisson arrivals of the rate asked for, as irregular as they are', async () => {
    const planned = await plan(
      'workload.transactions=2000',
      'workload.ratePerSecond=100',
      'workload.arrivals=poisson',
    );
    const gaps = planned.map(({ atMs }, index) => atMs - (planned[index - 1]?.atMs ?? 0));
    assert.ok(gaps.every((gap) => gap >= 0));
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    assert.ok(Math.abs(mean - 10) < 0.8, `mean gap ${mean} ms`);
    // Exponential gaps: as large a deviation as mean, and 1/e of them above it.
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    assert.ok(Math.abs(deviation / mean - 1) < 0.12, `variation ${deviation / mean}`);
    const above = gaps.filter((gap) => gap > mean).length / gaps.length;
    assert.ok(Math.abs(above - Math.exp(-1)) < 0.04, `${above} of the gaps above the mean`);
  });

  it('keeps each sender at one node and loads nodes alike, when sticky', async () => {
    const planned = await plan('workload.transactions=100', 'workload.senders=20');
    for (const own of bySender(planned).values())
      assert.equal(new Set(own.map(({ entry }) => entry)).size, 1);
    const perNode = Map.groupBy(planned, ({ entry }) => entry);
    assert.equal(perNode.size, 10);
    for (const here of perNode.values()) assert.equal(here.length, 10);
  });

  it('spreads the transactions of a sender over the nodes, when any', async () => {
    const planned = await plan('workload.transactions=300', 'workload.senders=1', 'workload.entry=any');
    const perNode = Map.groupBy(planned, ({ entry }) => entry);
    assert.deepEqual([...perNode.keys()].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const here of perNode.values()) assert.ok(here.length > 12 && here.length < 55, `${here.length}`);
  });

  it('has all enter at one node of the seed, when one', async () => {
    const entries = (seed: number) => plan('workload.transactions=20', 'workload.entry=one', `seed=${seed}`);
    const nodes = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const own = new Set((await entries(seed)).map(({ entry }) => entry));
      assert.equal(own.size, 1);
      for (const node of own) nodes.add(node);
    }
    assert.ok(nodes.size > 1);
  });

  it('shifts nothing else when one thing changes', async () => {
    const places = (planned: PlannedTransaction[]) =>
      planned.map(({ sender, nonce, entry }) => [sender, nonce, entry]);
    const base = await plan('workload.transactions=50');
    const poisson = await plan('workload.transactions=50', 'workload.arrivals=poisson');
    assert.deepEqual(places(poisson), places(base));
    assert.deepEqual(
      (await plan('workload.transactions=30')).map(({ hash }) => hash),
      base.slice(0, 30).map(({ hash }) => hash),
    );
  });

  it('is admitted whole by a default pool, pending in the order sent', async () => {
    for (const dataBytes of [0, 2_000]) {
      const planned = await plan(`workload.dataBytes=${dataBytes}`);
      const balances = new Map(
        fundedAccounts(resolveScenario('')).map(({ address, balanceWei }) => [address, balanceWei]),
      );
      const pool = new Mempool({
        chainId: TESTNET_CHAIN_ID,
        blockGasLimit: 30_000_000n,
        baseFee: 10n ** 9n,
        nonce: () => 0n,
        balance: (address) => balances.get(address) ?? 0n,
      });
      for (const one of planned) {
        const outcome = pool.add(read(one), 'remote', one.atMs);
        assert.equal(
          outcome.status,
          'pending',
          JSON.stringify(outcome, (_, value: unknown) => String(value)),
        );
      }
    }
  });

  it('refuses what a sender cannot pay for, before signing, and says what to do', async () => {
    const heavy = ['workload.transactions=200000', 'workload.dataBytes=130000'];
    // 5,221,000 gas at 20 gwei and 1 wei, out of 10,000 ether.
    await assert.rejects(plan(...heavy, 'workload.senders=2'), {
      name: 'RangeError',
      message:
        'a sender can pay for 95767 transactions with 130000 bytes of calldata, not for 100000: raise workload.senders to 3',
    });
  });

  it('tells how far signing is', async () => {
    const seen: [string, number, number][] = [];
    await planWorkload(resolveScenario('workload: {transactions: 300}'), (...progress) =>
      seen.push(progress),
    );
    assert.deepEqual(seen, [
      ['sign', 128, 300],
      ['sign', 256, 300],
      ['sign', 300, 300],
    ]);
  });
});
