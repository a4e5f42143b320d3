import assert from 'node:assert/strict';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { complaints, type Vitals } from '../../../src/telemetry/vitals.ts';
import { FakeState } from '../../helpers/fake-state.ts';

const WELL: Vitals = {
  peers: 8,
  meshPeers: 6,
  subscribers: 8,
  pool: new Mempool(new FakeState()).counts,
  validation: { waiting: 512, limit: 1024, dropped: 3, rejected: 1 },
  eventLoopLagMs: 250,
  unbroadcast: 2,
  chain: { reachable: true, headNumber: 7n, headHash: '0x00', headAgeMs: 1e9, problem: undefined },
};

const ILL: [what: string, change: Partial<Vitals>, complaint: RegExp][] = [
  ['no peers', { peers: 0, meshPeers: 0, subscribers: 0 }, /^no peers: /],
  ['peers of another chain', { meshPeers: 0, subscribers: 0 }, /^no peer is on the topic: .*chain id/],
  ['an empty mesh', { meshPeers: 0 }, /^no peer is in the mesh/],
  ['a long queue', { validation: { ...WELL.validation, waiting: 513 } }, /^513 messages wait .* 1024/],
  ['late timers', { eventLoopLagMs: 251 }, /^timers are 251 ms late/],
  [
    'an upstream out of reach',
    { chain: { ...WELL.chain!, reachable: false, problem: 'refused' } },
    /^the upstream is not reachable \(refused\): the pool stands at block 7$/,
  ],
];

describe('complaints', () => {
  it('has none of a node that does its work, with a chain or without', () => {
    assert.deepEqual(complaints(WELL), []);
    assert.deepEqual(complaints({ ...WELL, chain: undefined }), []);
  });

  for (const [what, change, complaint] of ILL) {
    it(`has one of ${what}`, () => {
      const found = complaints({ ...WELL, ...change });
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, complaint);
    });
  }

  it('has one of each fault', () => {
    const [, , , queue, lag, chain] = ILL.map(([, change]) => change);
    assert.equal(complaints({ ...WELL, ...queue, ...lag, ...chain }).length, 3);
  });
});
