import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { Mempool } from '../../../../src/mempool/mempool.ts';
import { DEFAULT_BLOCK_GAS_LIMIT } from '../../../../src/state/genesis.ts';
import { decodeTransaction } from '../../../../src/transaction/decode.ts';
import { gasFloors } from '../../../../src/transaction/intrinsic-gas.ts';
import { recoverSender } from '../../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../../src/transaction/rules.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { INVALID_KINDS } from '../../../../testnet/scenario/workload-fields.ts';
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
    // 100,000 times 5,221,000 gas at 20 gwei and 1 wei.
    await assert.rejects(plan(...heavy, 'workload.senders=2'), {
      name: 'RangeError',
      message:
        'a sender would have to pay up to 10442 ether for its 100000 transactions, and has 10000: raise workload.senders to 3',
    });
  });

  it('tells how far signing is', async () => {
    const seen: [string, number, number][] = [];
    await planWorkload(resolveScenario('workload: {transactions: 300}'), (phase, done, total) =>
      seen.push([phase, done, total]),
    );
    assert.deepEqual(seen, [
      ['sign', 128, 300],
      ['sign', 256, 300],
      ['sign', 300, 300],
    ]);
  });

  it('plans the very transactions it always did', async () => {
    const digestOf = async (text: string, ...overrides: string[]): Promise<string> => {
      const hash = createHash('sha256');
      for (const one of await planWorkload(resolveScenario(text, overrides))) {
        const { raw, hash: id, sender, nonce, sizeBytes, entry, atMs } = one;
        const hex = Buffer.from(raw).toString('hex');
        hash.update(JSON.stringify([hex, id, sender, String(nonce), sizeBytes, entry, atMs]));
      }
      return hash.digest('hex');
    };
    // Of these scenarios, taken when there were no other kinds of workloads.
    assert.equal(await digestOf(''), '2135999f6e3df1838b91736f071439647ba4fcd454f8ba1a42232bd82d3046ff');
    assert.equal(
      await digestOf('seed: 5', 'workload={entry: any, dataBytes: 600, arrivals: poisson, transactions: 80}'),
      '8ad6ec96af914dd8410b6e0eb16fe7dface295a07d71c8beb941809b20fb8523',
    );
    assert.equal(
      await digestOf('seed: 6', 'workload={entry: one, senders: 33, transactions: 80}'),
      '8df0dc857435485c3a1e889a629edb85d769b8d89a0f37b74ec8324c7e481f9f',
    );
  });

  it('signs every type asked for, in the shares asked for', async () => {
    const planned = await plan(
      'workload.transactions=400',
      'workload.types={legacy: 1, eip2930: 1, eip7702: 2}',
    );
    const byType = Map.groupBy(planned.map(read), ({ type }) => type);
    assert.deepEqual([...byType.keys()].sort(), [0, 1, 4]);
    for (const [type, share] of [
      [0, 0.25],
      [1, 0.25],
      [4, 0.5],
    ] as const) {
      assert.ok(Math.abs(byType.get(type)!.length / 400 - share) < 0.08, `type ${type}`);
    }
    for (const { accessList, authorizationList, type, gasLimit, ...rest } of planned.map(read)) {
      assert.equal(accessList.length, type === 1 ? 1 : 0);
      assert.equal(authorizationList.length, type === 4 ? 1 : 0);
      const floors = gasFloors({ accessList, authorizationList, ...rest });
      assert.equal(gasLimit, BigInt(Math.max(floors.intrinsic, floors.floorData)));
    }
  });

  it('draws senders uniformly, and by Zipf', async () => {
    const shares = async (...overrides: string[]) => {
      const planned = await plan('workload.transactions=3000', 'workload.senders=5', ...overrides);
      return [...bySender(planned).values()].map((own) => own.length / 3000).sort((a, b) => b - a);
    };
    for (const share of await shares('workload.senderChoice=uniform'))
      assert.ok(Math.abs(share - 0.2) < 0.03);
    const harmonic = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5;
    const drawn = await shares('workload.senderChoice=zipf');
    for (const [rank, share] of drawn.entries()) {
      assert.ok(Math.abs(share - 1 / (rank + 1) / harmonic) < 0.03, `rank ${rank}: ${share}`);
    }
    const nonces = bySender(await plan('workload.transactions=200', 'workload.senderChoice=zipf'));
    for (const own of nonces.values()) {
      assert.deepEqual(
        own.map(({ nonce }) => nonce),
        own.map((_, index) => BigInt(index)),
      );
    }
  });

  it('lets transactions enter only where it is said: so many nodes, a list, a group', async () => {
    const entries = async (...overrides: string[]) =>
      [
        ...new Set(
          (await plan('workload.transactions=200', 'workload.senders=50', ...overrides)).map(
            ({ entry }) => entry,
          ),
        ),
      ].sort((a, b) => a - b);
    assert.equal((await entries('workload.entryNodes=3')).length, 3);
    assert.deepEqual(await entries('workload.entryNodes=[7, 2]'), [2, 7]);
    assert.deepEqual(await entries('workload.entryNodes=[7, 2]', 'workload.entry=any'), [2, 7]);
    const grouped = [
      'nodes.groups=[{name: gate, count: 4}]',
      'workload.entryNodes=gate',
      'workload.entry=zipf',
    ];
    assert.ok((await entries(...grouped)).length <= 4);
  });

  it('has few nodes carry most senders, and each sender keep to its own, when zipf', async () => {
    const planned = await plan(
      'workload.transactions=600',
      'workload.senders=300',
      'workload.entry=zipf',
      'workload.entryExponent=2',
    );
    for (const own of bySender(planned).values())
      assert.equal(new Set(own.map(({ entry }) => entry)).size, 1);
    const most = Math.max(
      ...Map.groupBy(planned, ({ entry }) => entry)
        .values()
        .map((here) => here.length),
    );
    assert.ok(most / 600 > 0.5 && most / 600 < 0.75, `${most} of 600 at one node`);
  });

  it('draws sizes of calldata', async () => {
    const sizes = async (...overrides: string[]) =>
      (await plan('workload.transactions=300', ...overrides)).map((one) => read(one).data.length);
    const uniform = await sizes(
      'workload.dataBytes=500',
      'workload.dataDistribution=uniform',
      'workload.dataSpreadBytes=100',
    );
    assert.ok(uniform.every((size) => size >= 400 && size <= 600) && new Set(uniform).size > 50);
    const skewed = await sizes(
      'workload.dataBytes=500',
      'workload.dataDistribution=log-normal',
      'workload.dataSpreadBytes=500',
    );
    const mean = skewed.reduce((sum, size) => sum + size) / 300;
    assert.ok(Math.abs(mean - 500) < 100, String(mean));
    assert.ok(skewed.toSorted((a, b) => a - b)[150]! < mean, 'its median lies below its mean');
    const listed = await sizes('workload.dataDistribution=list', 'workload.dataSizes=[[0, 3], [68, 1]]');
    assert.deepEqual(
      [...new Set(listed)].sort((a, b) => a - b),
      [0, 68],
    );
    assert.ok(Math.abs(listed.filter((size) => size === 68).length / 300 - 0.25) < 0.08);
  });

  describe('what comes on top', () => {
    const base = ['workload.transactions=300', 'workload.senders=30', 'workload.arrivals=poisson'];
    const only = (planned: readonly PlannedTransaction[], kind: PlannedTransaction['kind']) =>
      planned.filter((one) => one.kind === kind);

    it('leaves the transactions themselves as they are', async () => {
      const plain = await plan(...base);
      const more = await plan(
        ...base,
        'workload.replacements.share=0.2',
        'workload.duplicates.share=0.2',
        'workload.invalid.share=0.2',
      );
      assert.deepEqual(only(more, 'first'), plain);
      assert.ok(more.every(({ atMs }, index) => index === 0 || atMs >= more[index - 1]!.atMs));
    });

    it('replaces at the same node, later, for at least a tenth more', async () => {
      const planned = await plan(
        ...base,
        'workload.replacements={share: 0.3, afterMs: 700}',
        'workload.types={legacy: 1, eip1559: 1}',
      );
      const replacements = only(planned, 'replacement');
      assert.ok(Math.abs(replacements.length - 90) < 30, String(replacements.length));
      for (const one of replacements) {
        const first = only(planned, 'first').find(
          ({ sender, nonce }) => sender === one.sender && nonce === one.nonce,
        )!;
        assert.equal(one.entry, first.entry);
        assert.ok(Math.abs(one.atMs - first.atMs - 700) < 1e-9);
        const [dearer, cheaper] = [read(one), read(first)];
        for (const fee of ['feeCap', 'tipCap'] as const) assert.ok(dearer[fee] * 10n >= cheaper[fee] * 11n);
      }
    });

    it('sends duplicates to other nodes at the same moment', async () => {
      const planned = await plan(...base, 'workload.duplicates={share: 0.5, copies: 3}');
      const copies = Map.groupBy(only(planned, 'duplicate'), ({ hash }) => hash);
      assert.ok(Math.abs(copies.size - 150) < 40, String(copies.size));
      for (const [hash, further] of copies) {
        const first = only(planned, 'first').find((one) => one.hash === hash)!;
        assert.equal(new Set([first, ...further].map(({ entry }) => entry)).size, 4);
        for (const { atMs, raw } of further) assert.deepEqual([atMs, raw], [first.atMs, first.raw]);
      }
    });

    it('holds some back, for a while or for ever', async () => {
      const plain = await plan(...base);
      const late = await plan(...base, 'workload.nonceGaps={share: 0.2, fillAfterMs: 900}');
      const due = new Map(plain.map(({ hash, atMs }) => [hash, atMs]));
      const held = late.filter(({ hash, atMs }) => atMs !== due.get(hash));
      assert.equal(late.length, 300);
      assert.ok(Math.abs(held.length - 60) < 25, String(held.length));
      for (const { hash, atMs } of held) assert.ok(Math.abs(atMs - due.get(hash)! - 900) < 1e-9);
      const never = await plan(...base, 'workload.nonceGaps={share: 0.2, fillAfterMs: null}');
      assert.equal(never.length, 300 - held.length);
      await assert.rejects(
        plan(...base, 'workload.nonceGaps={share: 1, fillAfterMs: null}'),
        /lower workload.nonceGaps.share/,
      );
    });

    it('makes invalid ones of every kind, each refused for just that by a pool that takes all the others', async () => {
      const scenario = resolveScenario('', [
        ...base,
        'workload.invalid.share=1',
        'workload.replacements.share=0.1',
      ]);
      const accounts = new Map(fundedAccounts(scenario).map((account) => [account.address, account]));
      const pool = new Mempool({
        chainId: TESTNET_CHAIN_ID,
        blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
        baseFee: 10n ** 9n,
        nonce: (address) => accounts.get(address)?.nonce ?? 0n,
        balance: (address) => accounts.get(address)?.balanceWei ?? 0n,
        prepare: () => undefined,
      });
      const planned = await planWorkload(scenario);
      for (const { raw, expectedRefusal, atMs, kind } of planned) {
        const decoded = decodeTransaction(raw, RULES);
        const transaction = 'code' in decoded ? decoded : recoverSender(decoded);
        const outcome = 'code' in transaction ? transaction : pool.add(transaction, 'remote', atMs);
        assert.equal('code' in outcome ? outcome.code : null, expectedRefusal, kind);
      }
      const kinds = Map.groupBy(only(planned, 'invalid'), ({ expectedRefusal }) => expectedRefusal);
      assert.deepEqual([...kinds.keys()].sort(), [...INVALID_KINDS].sort());
      assert.equal(new Set(planned.map(({ hash }) => hash)).size, planned.length, 'no two are the same');
      const chosen = await plan(...base, 'workload.invalid={share: 1, kinds: {oversized: 1}}');
      assert.deepEqual(
        new Set(only(chosen, 'invalid').map(({ expectedRefusal }) => expectedRefusal)),
        new Set(['oversized']),
      );
    });
  });
});
