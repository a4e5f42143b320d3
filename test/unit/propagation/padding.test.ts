import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import type { PooledTransaction } from '../../../src/mempool/mempool.ts';
import type { RefusalCode } from '../../../src/mempool/outcome.ts';
import type { Admitted } from '../../../src/propagation/admission.ts';
import { Padding } from '../../../src/propagation/padding.ts';
import { makeTransaction } from '../../helpers/make-transaction.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const GRAYLIST = -400;
const HALF_LIFE_MS = 60_000;
const HEALED_MS = 60_000;

function setUp(gapsHealWithinMs: number | undefined = HEALED_MS) {
  const clock = new ManualClock();
  const statuses = new Map<Hex, 'pending' | 'queued'>();
  const pool = {
    get: (hash: Hex) => {
      const status = statuses.get(hash);
      return status && ({ status } as PooledTransaction);
    },
  };
  return { clock, statuses, padding: new Padding(clock, pool, gapsHealWithinMs) };
}

type World = ReturnType<typeof setUp>;

const refused = (code: RefusalCode, count: number): Admitted[] =>
  Array.from({ length: count }, () => ({
    hash: makeTransaction().hash,
    outcome: { status: 'refused', code, message: '' },
  }));

function taken({ statuses }: World, status: 'pending' | 'queued', count: number): Admitted[] {
  return Array.from({ length: count }, () => {
    const transaction = makeTransaction();
    const { hash } = transaction;
    statuses.set(hash, status);
    return {
      hash,
      outcome: { status, hash, promoted: status === 'pending' ? [transaction] : [], departed: [] },
    };
  });
}

describe('Padding', () => {
  it('costs the score of who brings junk again and again, down to the graylist and not without end', () => {
    const world = setUp();
    const { padding } = world;
    const scores = Array.from({ length: 40 }, () => {
      padding.judge('padder', [...taken(world, 'pending', 1), ...refused('nonce-too-low', 511)]);
      return padding.score('padder');
    });
    assert.deepEqual(scores.slice(0, 2), [0, 0], 'two batches are forgiven');
    const graylisted = scores.findIndex((score) => score < GRAYLIST);
    assert.ok(graylisted > 2 && graylisted < 8, `graylisted by batch ${graylisted}`);
    assert.equal(Math.min(...scores), -500);
    assert.equal(padding.score('another'), 0);
  });

  it('is forgiven with time', () => {
    const { clock, padding } = setUp();
    padding.judge('padder', refused('insufficient-funds', 3000));
    assert.ok(padding.score('padder') < GRAYLIST);
    clock.advance(HALF_LIFE_MS);
    assert.equal(padding.score('padder'), -(1500 - 1024) / 4);
    clock.advance(HALF_LIFE_MS);
    assert.equal(padding.score('padder'), 0);
  });

  it('costs nothing where our pool is to blame, whatever the share', () => {
    const { padding } = setUp();
    const ours: RefusalCode[] = [
      'underpriced',
      'pool-full',
      'recently-evicted',
      'sender-limit',
      'tip-too-low',
      'gas-limit-above-block',
      'verifier-busy',
      'state-unavailable',
    ];
    for (const code of ours) padding.judge('honest', refused(code, 10_000));
    padding.judge('honest', refused('known', 10_000));
    assert.equal(padding.score('honest'), 0);
  });

  it('costs nothing where pools differ: junk no more than what is new, for as long as it goes on', () => {
    const world = setUp();
    const { clock, padding } = world;
    for (let step = 0; step < 120; step++) {
      padding.judge('honest', [
        ...taken(world, 'pending', 500),
        ...refused('nonce-too-low', 250),
        ...refused('replacement-underpriced', 250),
        ...refused('known', 100),
      ]);
      assert.equal(padding.score('honest'), 0);
      clock.advance(5000);
    }
  });

  it('known ones excuse junk, but not without end', () => {
    const { padding } = setUp();
    padding.judge('a', [...refused('known', 1024), ...refused('nonce-too-low', 2048)]);
    assert.equal(padding.score('a'), 0);
    padding.judge('a', [...refused('known', 2000), ...refused('nonce-too-low', 2000)]);
    assert.equal(padding.score('a'), -500);
  });

  it('counts a gap as junk when it had time to be filled, and was not', () => {
    const world = setUp();
    const { clock, statuses, padding } = world;
    const batch = taken(world, 'queued', 8000);
    padding.judge('a', batch);
    clock.advance(HEALED_MS - 1);
    padding.judge('b', []);
    assert.equal(padding.score('a'), 0);
    // Half of them are filled in time, or gone.
    for (const [index, { hash }] of batch.entries()) {
      if (index % 4 === 0) statuses.set(hash!, 'pending');
      else if (index % 4 === 1) statuses.delete(hash!);
    }
    clock.advance(1);
    padding.judge('b', []);
    assert.equal(padding.score('a'), -500);
    clock.advance(HALF_LIFE_MS);
    assert.equal(padding.score('a'), -(4000 / 2 - 1024) / 4);
    assert.equal(padding.score('b'), 0);
  });

  it('counts none where nothing would fill a gap', () => {
    const clock = new ManualClock();
    const padding = new Padding(clock, { get: () => ({ status: 'queued' }) as PooledTransaction }, undefined);
    const gap: Admitted[] = Array.from({ length: 5000 }, () => {
      const { hash } = makeTransaction();
      return { hash, outcome: { status: 'queued', hash, promoted: [], departed: [] } };
    });
    padding.judge('a', gap);
    clock.advance(10 * HEALED_MS);
    padding.judge('a', gap);
    assert.equal(padding.score('a'), 0);
  });

  it('watches no more gaps than it has room for: the oldest are judged early', () => {
    const world = setUp();
    world.padding.judge('a', taken(world, 'queued', 16_384 + 3000));
    world.padding.judge('b', []);
    assert.ok(world.padding.score('a') < GRAYLIST);
  });

  it('a message is padded when junk and gaps outnumber what is new of it', () => {
    const world = setUp();
    const { padding } = world;
    const judge = (fresh: number, junk: number, gaps: number, known = 0): boolean =>
      padding.judge('a', [
        ...taken(world, 'pending', fresh),
        ...refused('insufficient-funds', junk),
        ...taken(world, 'queued', gaps),
        ...refused('known', known),
        ...refused('underpriced', 100),
      ]);
    assert.deepEqual(
      [judge(2, 1, 1), judge(2, 2, 1), judge(1, 0, 2), judge(1, 0, 0, 500), judge(0, 0, 0, 5)],
      [false, true, true, false, false],
    );
  });

  it('a gap filled by the same message is none', () => {
    const { padding, statuses } = setUp();
    const [first, second, third] = [makeTransaction(), makeTransaction(), makeTransaction()];
    for (const { hash } of [first, second, third]) statuses.set(hash, 'pending');
    const queued = ({ hash }: { hash: Hex }): Admitted => ({
      hash,
      outcome: { status: 'queued', hash, promoted: [], departed: [] },
    });
    const filling: Admitted = {
      hash: first.hash,
      outcome: { status: 'pending', hash: first.hash, promoted: [first, second, third], departed: [] },
    };
    assert.equal(padding.judge('a', [queued(second), queued(third), filling]), false);
  });
});
