import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Hex } from '../../../src/bytes.ts';
import { RpcFailure } from '../../../src/rpc/error.ts';
import { Filters, type FilterKind } from '../../../src/rpc/filters.ts';
import { DEFAULT_RPC_OPTIONS, type FilterOptions } from '../../../src/rpc/options.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import { seeded } from '../../helpers/seed.ts';

const MINUTE_MS = 60_000;

describe('rpc filters', () => {
  let backend: FakeBackend;
  let chain: FakeChain;
  let clock: ManualClock;
  beforeEach(() => {
    backend = new FakeBackend();
    chain = new FakeChain();
    clock = new ManualClock();
  });

  const filtersOf = (options: Partial<FilterOptions> = {}): Filters =>
    new Filters({ pool: backend.pool, chain, clock, options: { ...DEFAULT_RPC_OPTIONS, ...options } });

  function added(filters: Filters, kind: FilterKind = 'pendingHashes'): Hex {
    const id = filters.add(kind);
    assert.ok(typeof id === 'string', 'a filter');
    return id;
  }

  let nonce = 0n;
  beforeEach(() => (nonce = 0n));
  async function submit(): Promise<Hex> {
    const outcome = await backend.submit(signed({ nonce: nonce++ }));
    assert.ok('hash' in outcome);
    return outcome.hash;
  }

  it('give each hash once, in order, from when they were made', async () => {
    const filters = filtersOf();
    await submit();
    const id = added(filters);
    assert.deepEqual(filters.changes(id)!.hashes, []);
    const hashes = [await submit(), await submit()];
    assert.deepEqual(filters.changes(id), { kind: 'pendingHashes', hashes });
    assert.deepEqual(filters.changes(id)!.hashes, []);
  });

  it('read at their own pace; what all have read is kept no longer', async () => {
    const filters = filtersOf();
    const early = added(filters);
    const first = await submit();
    const late = added(filters);
    const second = await submit();
    assert.equal(filters.keptHashes, 2);
    assert.deepEqual(filters.changes(early)!.hashes, [first, second]);
    assert.equal(filters.keptHashes, 1);
    assert.deepEqual(filters.changes(late)!.hashes, [second]);
    assert.equal(filters.keptHashes, 0);
  });

  it('of blocks give heads and no transactions, and the reverse', async () => {
    const filters = filtersOf();
    const blocks = added(filters, 'blocks');
    const transactions = added(filters);
    const hash = await submit();
    const heads = [chain.advance().hash, chain.advance().hash];
    assert.deepEqual(filters.changes(blocks), { kind: 'blocks', hashes: heads });
    assert.deepEqual(filters.changes(transactions)!.hashes, [hash]);
  });

  it('keep nothing while there is none', async () => {
    const filters = filtersOf();
    await submit();
    chain.advance();
    const id = added(filters);
    await submit();
    filters.remove(id);
    assert.equal(filters.keptHashes, 0);
    await submit();
    assert.equal(filters.keptHashes, 0);
  });

  it('are forgotten when uninstalled', () => {
    const filters = filtersOf();
    const id = added(filters);
    assert.equal(filters.remove(id), true);
    assert.equal(filters.remove(id), false);
    assert.equal(filters.changes(id), undefined);
  });

  it('expire 5 minutes after they were last asked', async () => {
    const filters = filtersOf();
    const asked = added(filters);
    const unasked = added(filters);
    clock.advance(4 * MINUTE_MS);
    await submit();
    assert.equal(filters.changes(asked)!.hashes.length, 1);
    clock.advance(MINUTE_MS);
    assert.equal(filters.count, 1);
    assert.equal(filters.keptHashes, 0);
    assert.equal(filters.changes(unasked), undefined);
    clock.advance(4 * MINUTE_MS - 1);
    assert.equal(filters.count, 1);
    clock.advance(1);
    assert.equal(filters.count, 0);
    assert.equal(filters.changes(asked), undefined);
  });

  it('made after all have expired expire too', () => {
    const filters = filtersOf();
    added(filters);
    clock.advance(6 * MINUTE_MS);
    added(filters);
    clock.advance(5 * MINUTE_MS);
    assert.equal(filters.count, 0);
  });

  it('are bounded in number, by an error that says what to do', () => {
    const filters = filtersOf({ maxFilters: 2 });
    const id = added(filters);
    added(filters);
    const refused = filters.add('blocks');
    assert.ok(refused instanceof RpcFailure);
    assert.equal(refused.code, -32005);
    assert.match(refused.message, /^too many filters: at most 2; uninstall one/);
    filters.remove(id);
    added(filters);
  });

  it('are bounded in kept hashes: who asks too rarely loses the filter, others keep theirs', async () => {
    const filters = filtersOf({ maxFilterHashes: 3 });
    const slow = added(filters);
    const blocks = added(filters, 'blocks');
    await submit();
    const steady = added(filters);
    const told: Hex[] = [];
    for (let i = 0; i < 10; i++) {
      told.push(await submit());
      assert.ok(filters.keptHashes <= 3);
      assert.deepEqual(filters.changes(steady)!.hashes, told.splice(0));
    }
    assert.equal(filters.changes(slow), undefined);
    assert.deepEqual(filters.changes(blocks)!.hashes, []);
  });

  it('let go of pool, chain and clock when stopped', async () => {
    const filters = filtersOf();
    added(filters);
    filters.stop();
    await submit();
    chain.advance();
    assert.deepEqual([filters.count, filters.keptHashes, chain.listenerCount], [0, 0, 0]);
    clock.advance(10 * MINUTE_MS);
  });

  it('agree with filters that each keep a list of their own', () => {
    type Step = ['add'] | ['head'] | ['poll' | 'remove', number];
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constant<Step>(['add']),
      { arbitrary: fc.constant<Step>(['head']), weight: 4 },
      fc.tuple(fc.constantFrom('poll' as const, 'remove' as const), fc.nat(5)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 6 }), (steps, maxKept) => {
        const upstream = new FakeChain();
        const filters = new Filters({
          pool: backend.pool,
          chain: upstream,
          clock,
          options: { ...DEFAULT_RPC_OPTIONS, maxFilterHashes: maxKept },
        });
        const models: { id: Hex; unread: Hex[] | undefined }[] = [];
        for (const [what, index] of steps) {
          const model = index === undefined ? undefined : models[index];
          switch (what) {
            case 'add':
              models.push({ id: added(filters, 'blocks'), unread: [] });
              break;
            case 'head': {
              const { hash } = upstream.advance();
              for (const { unread } of models) unread?.push(hash);
              for (const each of models) if ((each.unread?.length ?? 0) > maxKept) each.unread = undefined;
              break;
            }
            case 'poll':
              if (model === undefined) break;
              assert.deepEqual(filters.changes(model.id)?.hashes, model.unread);
              if (model.unread !== undefined) model.unread = [];
              break;
            case 'remove':
              if (model === undefined) break;
              assert.equal(filters.remove(model.id), model.unread !== undefined);
              model.unread = undefined;
          }
          const unread = models.map((each) => each.unread?.length ?? 0);
          assert.equal(filters.keptHashes, Math.max(0, ...unread));
        }
        filters.stop();
      }),
      { ...seeded(), numRuns: 300 },
    );
  });
});
