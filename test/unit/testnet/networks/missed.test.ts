import assert from 'node:assert/strict';

import { missedLinks, missedNode, type Standing } from '../../../../testnet/networks/missed.ts';

const UP: Standing = { hasJoined: true, isUp: true, isFrozen: false, slowness: 1 };
const DOWN: Standing = { ...UP, isUp: false };
const FROZEN: Standing = { ...UP, isFrozen: true };
const ABSENT: Standing = { ...DOWN, hasJoined: false };

describe('missedNode', () => {
  const node = 3;
  const acts = {
    kill: { kind: 'kill', node },
    stop: { kind: 'stop', node },
    restart: { kind: 'restart', node, disk: 'kept' },
    join: { kind: 'join', node },
    freeze: { kind: 'freeze', node },
    thaw: { kind: 'thaw', node },
    slow: { kind: 'slow', node, factor: 2 },
  } as const;
  const hits: [keyof typeof acts, Standing[]][] = [
    ['kill', [UP, FROZEN]],
    ['stop', [UP, FROZEN]],
    ['restart', [DOWN]],
    ['join', [ABSENT]],
    ['freeze', [UP]],
    ['thaw', [FROZEN]],
    ['slow', [UP, FROZEN]],
  ];
  for (const [kind, standings] of hits) {
    it(`says when ${kind} hits, and why not`, () => {
      for (const standing of [UP, DOWN, FROZEN, ABSENT]) {
        const missed = missedNode(acts[kind], standing);
        if (standings.includes(standing)) assert.equal(missed, null);
        else assert.match(missed!, /^node 3 (is|has) /);
      }
    });
  }

  it('does not slow what is that slow, or cannot be slowed', () => {
    assert.match(missedNode(acts.slow, { ...UP, slowness: 2 })!, /that slow/);
    assert.match(missedNode(acts.slow, { ...UP, slowness: null })!, /nodes\.cpu/);
  });
});

describe('missedLinks', () => {
  it('names the links, and what they would have to be', () => {
    const links = [
      [0, 1],
      [2, 5],
    ] as const;
    assert.equal(missedLinks({ kind: 'cut', links }), 'none of these links is whole: 0-1, 2-5');
    assert.equal(missedLinks({ kind: 'heal', links }), 'none of these links is cut: 0-1, 2-5');
    assert.equal(missedLinks({ kind: 'restore', links: [] }), 'it names no link');
  });
});
