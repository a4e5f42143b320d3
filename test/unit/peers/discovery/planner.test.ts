import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultDiscoveryOptions, type DiscoveryOptions } from '../../../../src/peers/discovery/options.ts';
import {
  plan,
  type Candidate,
  type OpenConnection,
  type Plan,
  type PlanState,
} from '../../../../src/peers/discovery/planner.ts';
import { streamOf } from '../../../../testnet/random.ts';
import { seeded } from '../../../helpers/seed.ts';

const NOW_MS = 1_000_000;
const options: DiscoveryOptions = {
  ...defaultDiscoveryOptions,
  target: 8,
  floor: 4,
  outbound: 3,
  maxConnections: 20,
  spare: 4,
};

const open = (peer: string, more: Partial<OpenConnection> = {}): OpenConnection => ({
  peer,
  direction: 'outbound',
  sinceMs: 0,
  range: undefined,
  isKept: false,
  isBootstrap: false,
  isServed: false,
  score: 0,
  ...more,
});
const several = (count: number, name: string, more: Partial<OpenConnection> = {}): OpenConnection[] =>
  Array.from({ length: count }, (_, index) => open(`${name}${index}`, { sinceMs: index, ...more }));
const known = (count: number, name = 'c', range?: string): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ peer: `${name}${index}`, range }));

function decide(state: Partial<PlanState>, more: Partial<DiscoveryOptions> = {}): Plan {
  const whole: PlanState = {
    connections: [],
    dialling: [],
    diallingBootstraps: 0,
    candidates: () => [],
    lost: () => [],
    rotates: false,
    swaps: false,
    nowMs: NOW_MS,
    ...state,
  };
  return plan(whole, { ...options, ...more }, streamOf(1, 'plan'));
}

describe('the plan of connections', () => {
  it('R1: dials up to the target, many at once only in need', () => {
    const candidates = (): Candidate[] => known(20);
    assert.equal(decide({ candidates }).dial.length, 3);
    assert.equal(decide({ candidates, dialling: known(2, 'd') }).dial.length, 2);
    assert.equal(decide({ candidates, connections: several(4, 'o') }).dial.length, 2);
    assert.equal(decide({ candidates, connections: several(7, 'o') }).dial.length, 1);
    assert.equal(
      decide({ candidates, connections: several(7, 'o'), dialling: known(1, 'd') }).dial.length,
      0,
    );
    assert.equal(decide({ candidates, connections: several(8, 'o') }).dial.length, 0);
    const kept = several(8, 'k', { isKept: true });
    assert.equal(decide({ candidates, connections: kept }).dial.length, 3, 'the user’s own do not count');
  });

  it('R2: dials for its own share whoever else is connected, into the spare places too', () => {
    const candidates = (): Candidate[] => known(20);
    const inbound = several(16, 'i', { direction: 'inbound' });
    assert.equal(decide({ candidates, connections: inbound }).dial.length, 2);
    assert.equal(decide({ candidates, connections: [...inbound, ...several(3, 'o')] }).dial.length, 0);
    const full = several(20, 'i', { direction: 'inbound' });
    assert.equal(decide({ candidates, connections: full }).dial.length, 0, 'there is no place at all');
  });

  it('R3: no more than so many of one range, whoever dialled', () => {
    const candidates = (): Candidate[] => [...known(5, 'a', 'r'), ...known(5, 'b', 's'), ...known(1, 'c')];
    const { dial } = decide({ candidates }, { outbound: 8, maxDials: 20 });
    assert.deepEqual(dial, ['a0', 'a1', 'b0', 'b1', 'c0']);
    const dialled = decide({
      candidates,
      dialling: [{ peer: 'x', range: 'r' }],
      connections: [open('y', { range: 's' })],
    });
    assert.deepEqual(dialled.dial, ['a0', 'b0']);
    const connections = several(5, 'i', { direction: 'inbound', range: 'r' });
    assert.deepEqual(decide({ connections }, { inboundPerRange: 3 }).drop, [
      { peer: 'i3', reason: 'range' },
      { peer: 'i4', reason: 'range' },
    ]);
    assert.deepEqual(
      decide({ connections: connections.map((each) => ({ ...each, isKept: true })) }, { inboundPerRange: 3 })
        .drop,
      [],
    );
  });

  it('R4: tries lost ones again though nothing is wanting, with room for a quarter more', () => {
    const lost = (): Candidate[] => known(5, 'l');
    assert.deepEqual(decide({ lost, connections: several(8, 'o') }).dial, ['l0', 'l1']);
    assert.deepEqual(decide({ lost, connections: several(9, 'o') }).dial, ['l0']);
    assert.deepEqual(decide({ lost, connections: several(10, 'o') }).dial, []);
    assert.deepEqual(decide({ lost, connections: several(8, 'o'), dialling: known(1, 'd') }).dial, ['l0']);
  });

  it('R5: bootstraps only in need and with nobody else to dial, and lets them go', () => {
    assert.equal(decide({}).dialBootstraps, true);
    assert.equal(decide({ candidates: () => known(1) }).dialBootstraps, false);
    assert.equal(decide({ dialling: known(1, 'd') }).dialBootstraps, false);
    assert.equal(decide({ diallingBootstraps: 1 }).dialBootstraps, false);
    assert.equal(decide({ connections: several(4, 'o') }).dialBootstraps, false);
    const bootstrap = open('b', { isBootstrap: true });
    assert.deepEqual(decide({ connections: [bootstrap, ...several(3, 'o')] }).drop, []);
    assert.deepEqual(decide({ connections: [bootstrap, ...several(4, 'o')] }).drop, [
      { peer: 'b', reason: 'bootstrap' },
    ]);
    const named = { ...bootstrap, isKept: true };
    assert.deepEqual(decide({ connections: [named, ...several(9, 'o')] }).drop, []);
  });

  it('R6: when it is full the newest that dialled us go, once they were told of others', () => {
    const old = several(15, 'i', { direction: 'inbound' });
    const fresh = (name: string, more: Partial<OpenConnection>): OpenConnection =>
      open(name, { direction: 'inbound', sinceMs: NOW_MS - 1_000, ...more });
    const served = fresh('served', { isServed: true });
    const connections = [...old, fresh('waits', {}), served, ...several(1, 'o')];
    assert.deepEqual(decide({ connections }).drop, [
      { peer: 'served', reason: 'full' },
      { peer: 'i14', reason: 'full' },
    ]);
    const bad = old.map((each) => (each.peer === 'i3' ? { ...each, score: -1 } : each));
    assert.equal(decide({ connections: [...bad, served, ...several(1, 'o')] }).drop[0]!.peer, 'i3');
    assert.deepEqual(decide({ connections: several(19, 'o') }).drop, [], 'those it dialled are its own');
  });

  it('R7: exchanges one of its own for another', () => {
    const candidates = (): Candidate[] => known(5);
    const connections = several(8, 'o');
    const first = decide({ candidates, connections, rotates: true });
    assert.deepEqual([first.dial.length, first.rotated, first.drop], [1, true, []]);
    assert.equal(decide({ connections, rotates: true }).rotated, false, 'there is nobody to exchange it for');
    const swapped = decide({ connections: [...connections, open('new', { sinceMs: NOW_MS })], swaps: true });
    assert.equal(swapped.swapped, true);
    assert.match(swapped.drop[0]!.peer, /^o/);
    assert.equal(decide({ connections, swaps: true }).swapped, false, 'the new one did not come');
    const worst = connections.map((each) => (each.peer === 'o5' ? { ...each, score: -3 } : each));
    assert.deepEqual(decide({ connections: [...worst, open('n')], swaps: true }).drop, [
      { peer: 'o5', reason: 'rotation' },
    ]);
  });

  it('says when there are too few candidates', () => {
    assert.equal(decide({}).isShort, true);
    assert.equal(decide({ candidates: () => known(9) }).isShort, false);
    assert.equal(decide({ connections: several(8, 'o') }).isShort, false);
  });

  it('whatever the state: within all bounds, nothing of the user’s is closed, nobody is dialled twice', () => {
    const connection = fc.record({
      direction: fc.constantFrom('inbound' as const, 'outbound' as const),
      sinceMs: fc.nat(NOW_MS),
      range: fc.constantFrom(undefined, 'r', 's'),
      isKept: fc.boolean(),
      isBootstrap: fc.boolean(),
      isServed: fc.boolean(),
      score: fc.integer({ min: -2, max: 2 }),
    });
    const candidate = fc.constantFrom(undefined, 'r', 's', 't');
    fc.assert(
      fc.property(
        fc.array(connection, { maxLength: 30 }),
        fc.array(candidate, { maxLength: 12 }),
        fc.array(candidate, { maxLength: 6 }),
        fc.array(candidate, { maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        (rows, ranges, lostRanges, dialled, rotates, swaps) => {
          const connections = rows.map((row, index) => ({ peer: `p${index}`, ...row }));
          const named = (name: string, of: (string | undefined)[]): Candidate[] =>
            of.map((range, index) => ({ peer: `${name}${index}`, range }));
          const all = [...named('c', ranges), ...named('l', lostRanges)];
          const dialling = named('d', dialled);
          const { dial, drop } = decide({
            connections,
            dialling,
            candidates: () => named('c', ranges),
            lost: () => named('l', lostRanges),
            rotates,
            swaps,
          });
          assert.equal(new Set(dial).size, dial.length);
          assert.equal(new Set(drop.map(({ peer }) => peer)).size, drop.length);
          assert.ok(dial.length + dialling.length <= Math.max(options.maxDials, dialling.length));
          if (dial.length > 0)
            assert.ok(connections.length + dialling.length + dial.length <= options.maxConnections);
          for (const { peer } of drop) assert.ok(!connections.find((each) => each.peer === peer)!.isKept);
          for (const range of ['r', 's', 't']) {
            const before = [
              ...connections.filter(({ direction }) => direction === 'outbound'),
              ...dialling,
            ].filter((each) => each.range === range).length;
            const more = dial.filter(
              (peer) => all.find((each) => each.peer === peer)!.range === range,
            ).length;
            if (more > 0) assert.ok(before + more <= options.outboundPerRange);
          }
        },
      ),
      seeded(),
    );
  });
});
