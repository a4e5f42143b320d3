import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Hex } from '../../../../src/bytes.ts';
import { Fetcher, type FetchLimits } from '../../../../src/propagation/direct/fetcher.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { seeded } from '../../../helpers/seed.ts';

const LIMITS: FetchLimits = {
  delayMs: 0,
  slackMs: 0,
  timeoutMs: 1000,
  maxHashesPerRequest: 3,
  maxAnnouncedPerPeer: 10,
  maxRequestsPerPeer: 2,
};

const hash = (number: number): Hex => `0x${number.toString(16).padStart(2, '0')}`;
const hashes = (...numbers: number[]): Hex[] => numbers.map(hash);

describe('Fetcher', () => {
  let clock: ManualClock;
  /** What was asked, as `peer: hashes`. */
  let asked: string[];
  let numbers: number[];
  let isFull: (peer: string) => boolean;

  const create = (limits: Partial<FetchLimits> = {}): Fetcher =>
    new Fetcher({
      limits: { ...LIMITS, ...limits },
      clock,
      request: (peer, number, wanted) => {
        if (isFull(peer)) return false;
        numbers.push(number);
        asked.push(`${peer}: ${wanted.map((each) => Number(each)).join(' ')}`);
        return true;
      },
    });
  const news = (): string[] => asked.splice(0);
  const bring = (fetcher: Fetcher, peer: string, number: number, got: readonly Hex[]): void => {
    for (const each of got) fetcher.arrived(each);
    fetcher.answered(peer, number, new Set(got));
  };

  beforeEach(() => {
    clock = new ManualClock();
    asked = [];
    numbers = [];
    isFull = () => false;
  });

  it('asks the first announcer at once, and nobody else while it may answer', () => {
    const fetcher = create();
    fetcher.announced('a', hashes(1, 2));
    fetcher.announced('b', hashes(1, 2, 3));
    assert.deepEqual(news(), ['a: 1 2', 'b: 3']);
    clock.advance(999);
    assert.deepEqual(news(), []);
    clock.advance(1);
    assert.deepEqual(news(), ['b: 1 2']);
  });

  it('asks the next for what an answer lacks, and forgets what nobody is left for', () => {
    const fetcher = create();
    fetcher.announced('a', hashes(1, 2));
    fetcher.announced('b', hashes(1));
    news();
    bring(fetcher, 'a', numbers[0]!, []);
    assert.deepEqual(news(), ['b: 1']);
    assert.equal(fetcher.size, 1);
    fetcher.announced('c', hashes(2));
    assert.deepEqual(news(), ['c: 2']);
  });

  it('asks the same one again for what did not fit into its answer, and not for what it passed over', () => {
    const fetcher = create();
    fetcher.announced('a', hashes(1, 2, 3));
    news();
    bring(fetcher, 'a', numbers[0]!, hashes(2));
    assert.deepEqual(news(), ['a: 3']);
    assert.equal(fetcher.size, 1);
  });

  it('passes over who cannot be sent to', () => {
    const fetcher = create();
    isFull = (peer) => peer === 'a';
    fetcher.announced('a', hashes(1));
    assert.deepEqual([news(), fetcher.size], [[], 0]);
    isFull = () => false;
    fetcher.announced('a', hashes(1));
    assert.deepEqual(news(), ['a: 1']);
  });

  it('passes over who cannot be sent to also where more is asked of it than goes into one request', () => {
    const fetcher = create();
    isFull = () => true;
    fetcher.announced('a', hashes(1, 2, 3, 4));
    assert.deepEqual([news(), fetcher.size], [[], 0]);
  });

  it('asks one announcer once for what another of the same round cannot be sent', () => {
    const fetcher = create({ delayMs: 100 });
    isFull = (peer) => peer === 'a';
    fetcher.announced('a', hashes(1));
    fetcher.announced('b', hashes(2, 1));
    clock.advance(100);
    assert.deepEqual(news(), ['b: 2', 'b: 1']);
    bring(fetcher, 'b', numbers[1]!, hashes(1));
    bring(fetcher, 'b', numbers[0]!, hashes(2));
    assert.equal(fetcher.size, 0);
  });

  it('forgets nobody but the two when neither of two announcers can be sent to', () => {
    const fetcher = create({ delayMs: 100, maxRequestsPerPeer: 1 });
    isFull = (peer) => peer !== 'c';
    fetcher.announced('a', hashes(1));
    fetcher.announced('b', hashes(2, 1));
    fetcher.announced('c', hashes(3));
    clock.advance(100);
    assert.deepEqual([news(), fetcher.size], [['c: 3'], 1]);
  });

  it('bears that sending shows a peer to be gone', () => {
    const fetcher = create();
    isFull = (peer) => {
      if (peer !== 'a') return false;
      fetcher.gone('a');
      return true;
    };
    fetcher.announced('b', hashes(9));
    news();
    fetcher.announced('a', hashes(1, 2, 3, 4));
    assert.deepEqual([news(), fetcher.size], [[], 1]);
  });

  it('waits for a push, gathers what becomes ready soon after, and asks for nothing that came', () => {
    const fetcher = create({ delayMs: 500, slackMs: 100, maxHashesPerRequest: 10 });
    fetcher.announced('a', hashes(1, 2));
    clock.advance(90);
    fetcher.announced('a', hashes(3));
    clock.advance(30);
    fetcher.announced('a', hashes(4));
    fetcher.arrived(hash(2));
    clock.advance(379);
    assert.deepEqual(news(), []);
    clock.advance(1);
    assert.deepEqual(news(), ['a: 1 3']);
    clock.advance(120);
    assert.deepEqual(news(), ['a: 4']);
  });

  it('gives one peer so many requests at a time, and the rest when it has answered', () => {
    const fetcher = create({ maxHashesPerRequest: 1 });
    fetcher.announced('a', hashes(1, 2, 3));
    assert.deepEqual(news(), ['a: 1', 'a: 2']);
    bring(fetcher, 'a', numbers[0]!, hashes(1));
    assert.deepEqual(news(), ['a: 3']);
  });

  it('leaves a peer that is late occupied until it answers', () => {
    const fetcher = create({ maxRequestsPerPeer: 1 });
    fetcher.announced('a', hashes(1));
    news();
    clock.advance(1000);
    fetcher.announced('a', hashes(2));
    assert.deepEqual(news(), []);
    bring(fetcher, 'a', numbers[0]!, []);
    assert.deepEqual(news(), ['a: 2']);
  });

  it('forgets what only a silent peer announced, and hears it again when it answers', () => {
    const fetcher = create({ maxHashesPerRequest: 1, maxRequestsPerPeer: 2 });
    fetcher.announced('a', hashes(1, 2, 3, 4));
    fetcher.announced('b', hashes(4));
    assert.deepEqual(news(), ['a: 1', 'a: 2', 'b: 4']);
    bring(fetcher, 'b', numbers[2]!, hashes(4));
    clock.advance(1999);
    assert.equal(fetcher.size, 1);
    clock.advance(1);
    assert.equal(fetcher.size, 0);
    fetcher.announced('a', hashes(5));
    assert.equal(fetcher.size, 0);
    bring(fetcher, 'a', numbers[0]!, []);
    // All ten it may have: none of what was forgotten is counted.
    fetcher.announced('a', hashes(5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    assert.deepEqual([news(), fetcher.size], [['a: 5'], 10]);
  });

  it('goes on with a peer that is slow with one request, and answers others', () => {
    const fetcher = create({ maxHashesPerRequest: 1, maxRequestsPerPeer: 2 });
    fetcher.announced('a', hashes(1, 2, 3));
    clock.advance(1500);
    bring(fetcher, 'a', numbers[1]!, hashes(2));
    assert.deepEqual(news(), ['a: 1', 'a: 2', 'a: 3']);
    clock.advance(500);
    fetcher.announced('a', hashes(4));
    assert.equal(fetcher.size, 2);
  });

  it('ignores announcements beyond the limit of a peer until some are asked for or have come', () => {
    const fetcher = create({ delayMs: 100, maxAnnouncedPerPeer: 2 });
    fetcher.announced('a', hashes(1, 2, 3));
    assert.equal(fetcher.size, 2);
    fetcher.arrived(hash(1));
    fetcher.announced('a', hashes(4, 5));
    clock.advance(100);
    assert.deepEqual(news(), ['a: 2 4']);
  });

  it('turns to others when a peer leaves, and knows no request of it any more', () => {
    const fetcher = create();
    fetcher.announced('a', hashes(1, 2));
    fetcher.announced('b', hashes(2));
    news();
    assert.deepEqual(fetcher.requested('a', numbers[0]!), new Set(hashes(1, 2)));
    fetcher.gone('a');
    assert.deepEqual(news(), ['b: 2']);
    assert.equal(fetcher.requested('a', numbers[0]!), undefined);
    assert.equal(fetcher.size, 1);
  });

  it('knows once each what a peer was asked before it was gone, and of nobody else', () => {
    const fetcher = create();
    fetcher.announced('a', hashes(1, 2, 3, 4));
    const [first, second] = numbers as [number, number];
    assert.equal(fetcher.takeOutdated('a', first), false);
    bring(fetcher, 'a', second, hashes(4));
    fetcher.gone('a');
    assert.deepEqual([fetcher.takeOutdated('b', first), fetcher.takeOutdated('a', second)], [false, false]);
    assert.deepEqual([fetcher.takeOutdated('a', first), fetcher.takeOutdated('a', first)], [true, false]);
  });

  it('never asks two at once for the same, keeps its bounds, and ends with nothing, whatever happens', () => {
    const peer = fc.constantFrom('a', 'b', 'c');
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { minLength: 1, maxLength: 8 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('announced' as const), peer, some }),
      fc.record({ kind: fc.constant('answered' as const), peer, share: fc.nat({ max: 3 }) }),
      fc.record({ kind: fc.constant('gone' as const), peer }),
      // Its stream is full from now on, or is read again.
      fc.record({ kind: fc.constant('full' as const), peer, ends: fc.boolean() }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, waits) => {
        const limits = { ...LIMITS, delayMs: waits ? 100 : 0, slackMs: waits ? 20 : 0 };
        const local = new ManualClock();
        // Of those that cannot be sent to: whether trying also ends the stream.
        const full = new Map<string, boolean>();
        const open = new Map<string, Map<number, { wanted: readonly Hex[]; atMs: number }>>();
        const fetcher: Fetcher = new Fetcher({
          limits,
          clock: local,
          request: (to, number, wanted) => {
            for (const requests of open.values())
              for (const request of requests.values())
                if (local.nowMs() - request.atMs < limits.timeoutMs)
                  assert.ok(!wanted.some((each) => request.wanted.includes(each)), 'asked of two at once');
            assert.ok(wanted.length > 0 && wanted.length <= limits.maxHashesPerRequest);
            const ends = full.get(to);
            if (ends !== undefined) {
              if (ends) leave(to);
              return false;
            }
            const requests = open.get(to) ?? new Map<number, { wanted: readonly Hex[]; atMs: number }>();
            requests.set(number, { wanted, atMs: local.nowMs() });
            open.set(to, requests);
            assert.ok(requests.size <= limits.maxRequestsPerPeer);
            return true;
          },
        });
        const leave = (name: string): void => {
          open.delete(name);
          fetcher.gone(name);
        };
        for (const each of steps) {
          if (each.kind === 'announced') fetcher.announced(each.peer, hashes(...each.some));
          else if (each.kind === 'wait') local.advance(each.ms);
          else if (each.kind === 'gone') leave(each.peer);
          else if (each.kind === 'full') {
            if (!full.delete(each.peer)) full.set(each.peer, each.ends);
          } else {
            const [first] = open.get(each.peer) ?? [];
            if (first === undefined) continue;
            const [number, { wanted }] = first;
            open.get(each.peer)!.delete(number);
            assert.deepEqual(fetcher.requested(each.peer, number), new Set(wanted));
            bring(fetcher, each.peer, number, wanted.slice(0, each.share));
          }
        }
        for (const name of ['a', 'b', 'c']) leave(name);
        assert.equal(fetcher.size, 0);
      }),
      seeded(),
    );
  });
});
