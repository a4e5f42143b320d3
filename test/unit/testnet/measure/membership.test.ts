import assert from 'node:assert/strict';
import { Away } from '../../../../testnet/measure/away.ts';
import { membership } from '../../../../testnet/measure/membership.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import { applied, member } from '../../../helpers/member-events.ts';
import { bytesByKind, counters, peerIdOf, recordOf, status } from '../../../helpers/synthetic-record.ts';

/** Who holds whom alive before measuring begins: everybody everybody. */
const known = (node: number, nodes: number): TraceEvent[] =>
  Array.from({ length: nodes }, (_, peer) => peer)
    .filter((peer) => peer !== node)
    .map((peer) => member(peer, -50, 'alive'));

/** `later[i]`: what node i holds later. Node 3 of four is killed at 20,000 ms; measured for 60 s. */
function killed(later: TraceEvent[][], some: Partial<ExperimentRecord> = {}): ExperimentRecord {
  return recordOf(
    later.map((events, node) => [...known(node, later.length), ...events]),
    {
      endedAtMs: 60_000,
      faults: [applied(20_010, { kind: 'kill', node: 3 })],
      downtimes: [{ node: 3, fromMs: 20_000, untilMs: null }],
      ...some,
    },
  );
}

const dead = (peer: number, atMs: number, some = {}) => member(peer, atMs, 'dead', some);

describe('membership', () => {
  it('is not measured where nobody kept any', () => {
    const { summary, details } = membership(recordOf([[], []]));
    assert.equal(summary.deaths, null);
    assert.equal(summary.falseDeaths, null);
    assert.equal(details, null);
  });

  it('tells the time from a death to the first and to the last to know', () => {
    const { summary, details } = membership(
      killed([
        [dead(3, 21_500, { cause: 'told', by: 'peer-1' })],
        [member(3, 20_700, 'suspect'), dead(3, 21_000)],
        [dead(3, 24_000, { cause: 'silent' })],
        [],
      ]),
    );
    assert.deepEqual(summary.detectionMs, { first: { p50: 1000, max: 1000 }, all: { p50: 4000, max: 4000 } });
    assert.deepEqual(summary.foundBy, { refused: 1, silent: 0, unreachable: 0, told: 0 });
    assert.deepEqual([summary.deaths, summary.overBefore, summary.falseDeaths], [1, 0, 0]);
    assert.deepEqual(details!.deaths[0]!.heldDeadMs, [1000, 1500, 4000]);
  });

  it('knows to all never, when one never knows', () => {
    const { summary } = membership(killed([[dead(3, 21_000)], [dead(3, 21_000)], [], []]));
    assert.equal(summary.detectionMs.first.max, 1000);
    assert.equal(summary.detectionMs.all.p50, null);
  });

  it('asks only those who knew it and lived all the time', () => {
    const nodes = [[dead(3, 21_000)], [], [], [], []];
    const record = killed(nodes, {
      downtimes: [
        { node: 3, fromMs: 20_000, untilMs: null },
        { node: 1, fromMs: 30_000, untilMs: 31_000 },
      ],
      freezes: [{ node: 2, fromMs: 25_000, untilMs: 26_000 }],
    });
    // Never heard of it.
    record.traces[4]!.events = [];
    const { summary, details } = membership(record);
    assert.equal(details!.deaths[0]!.knew, 1);
    assert.equal(summary.detectionMs.all.max, 1000);
  });

  it('does not ask a process what the one before it knew', () => {
    const record = killed([[dead(3, 21_000)], [], [dead(3, 22_000)], []], {
      downtimes: [
        { node: 1, fromMs: 5000, untilMs: 6000 },
        { node: 3, fromMs: 20_000, untilMs: null },
      ],
    });
    assert.equal(membership(record).details!.deaths[0]!.knew, 2);
  });

  it('leaves out of the times a death that was over before it was found', () => {
    const record = killed([[], [], [], []], {
      faults: [
        applied(20_010, { kind: 'kill', node: 3 }),
        applied(21_000, { kind: 'restart', node: 3, disk: 'kept' }),
        applied(30_000, { kind: 'freeze', node: 2 }),
      ],
      downtimes: [
        { node: 3, fromMs: 20_000, untilMs: 21_000 },
        { node: 2, fromMs: 30_000, untilMs: null },
      ],
      freezes: [{ node: 2, fromMs: 30_000, untilMs: null }],
    });
    const { summary } = membership(record);
    // The one that stands still to the end is one nobody ever found.
    assert.deepEqual([summary.deaths, summary.overBefore], [2, 1]);
    assert.deepEqual(summary.detectionMs.first, { p50: null, max: null });
  });

  it('does not count a stop, nor a fault that hit nobody, nor a late joiner', () => {
    const record = killed([[], [], [], []], {
      faults: [
        applied(1000, { kind: 'join', node: 2 }),
        applied(20_010, { kind: 'stop', node: 3 }),
        { ...applied(30_000, { kind: 'kill', node: 3 }), missed: 'node 3 is down' },
      ],
      downtimes: [
        { node: 2, fromMs: 0, untilMs: 1000 },
        { node: 3, fromMs: 20_000, untilMs: null },
      ],
    });
    assert.equal(membership(record).summary.deaths, 0);
  });
});

describe('false alarms', () => {
  const quiet = { faults: [], downtimes: [] };
  /** Four nodes for a minute. */
  const NODE_HOURS = 4 / 60;

  it('are living nodes declared dead, each peer and incarnation once; suspicions each', () => {
    const { summary, details } = membership(
      killed(
        [
          [member(2, 30_000, 'suspect'), dead(2, 31_000), dead(2, 50_000, { incarnation: 1 })],
          [member(2, 30_500, 'suspect'), dead(2, 31_100, { cause: 'told', by: 'peer-0' })],
          [],
          [member(2, 30_600, 'suspect', { cause: 'told', by: 'peer-0' })],
        ],
        quiet,
      ),
    );
    assert.equal(summary.falseDeaths, 2 / NODE_HOURS);
    assert.equal(summary.falseSuspicions, 2 / NODE_HOURS);
    assert.deepEqual(
      details!.falseDeaths.map(({ node, peer, atMs }) => [node, peer, atMs]),
      [
        [0, 2, 31_000],
        [0, 2, 50_000],
      ],
    );
  });

  it('are none before measuring begins', () => {
    const { summary } = membership(killed([[dead(2, -10)], [], [], []], quiet));
    assert.equal(summary.falseDeaths, 0);
  });

  it('are none of the dead and the frozen, nor of those who were a moment ago', () => {
    const record = killed([[dead(3, 25_000), dead(2, 45_000)], [dead(2, 55_500)], [], []], {
      freezes: [{ node: 2, fromMs: 40_000, untilMs: 45_500 }],
    });
    // News of 10 s ago: the last is no false alarm only up to there.
    assert.equal(membership(record).summary.falseDeaths, 0);
    record.traces[1]!.events.push(dead(2, 55_501, { incarnation: 7 }));
    const { summary } = membership(record);
    assert.ok(summary.falseDeaths! > 0);
  });

  it('are none of those whom no way led to', () => {
    // 0 - 1 - 2 - 3: with 1-2 cut, 3 is out of reach for 0, and 1 is not.
    const faults = [applied(20_000, { kind: 'cut', links: [[1, 2]] })];
    const cut = (events: TraceEvent[]): number =>
      membership(killed([events, [], [], []], { faults, downtimes: [] })).summary.falseDeaths!;
    assert.equal(cut([dead(3, 40_000)]), 0);
    assert.equal(cut([dead(1, 40_000)]), 1 / NODE_HOURS);
  });

  it('are those behind one cut link, where any two nodes may be connected', () => {
    const faults = [applied(20_000, { kind: 'cut', links: [[0, 3]] })];
    const record = killed([[dead(3, 40_000)], [], [], []], { faults, downtimes: [], discovered: true });
    assert.equal(membership(record).summary.falseDeaths, 1 / NODE_HOURS);
    const parted = [
      applied(20_000, {
        kind: 'cut',
        links: [
          [0, 3],
          [1, 3],
          [2, 3],
        ],
      }),
    ];
    assert.equal(membership({ ...record, faults: parted }).summary.falseDeaths, 0);
  });

  it('are per hour that nodes lived', () => {
    const record = killed([[dead(1, 50_000)], [], [], []]);
    assert.equal(membership(record).summary.falseDeaths, 1 / ((3 * 60 + 20) / 3600));
  });
});

describe('links judged', () => {
  it('are counted while measured, of each end', () => {
    const link = (peer: number, atMs: number, state: 'cut' | 'slow' | 'good'): TraceEvent => {
      return { kind: 'link', atMs, peer: peerIdOf(peer), state };
    };
    const { links } = membership(
      killed([
        [link(1, -5, 'cut'), link(1, 100, 'cut')],
        [link(0, 90, 'cut'), link(0, 200, 'good')],
        [link(0, 5, 'slow')],
        [],
      ]),
    ).summary;
    assert.deepEqual(links, { cut: 2, slow: 1 });
  });
});

describe('completeness', () => {
  it('is the share of living pairs that hold each other alive at the end', () => {
    const record = killed([
      [dead(3, 21_000)],
      [dead(3, 21_000), member(2, 59_000, 'suspect')],
      [dead(3, 61_000)],
      [],
    ]);
    assert.equal(membership(record).summary.complete, 5 / 6);
  });
});

describe('the load of membership', () => {
  it('is what nodes that lived all the time sent, per node and second', () => {
    const counted = (messages: number, members: number) =>
      status({ counters: counters({ memberMessagesSent: messages, sent: bytesByKind({ members }) }) });
    const record = killed([[], [], [], []], {
      before: [counted(10, 100), counted(0, 0), counted(0, 0), counted(0, 0)],
      after: [counted(130, 2500), counted(120, 2400), counted(240, 4800), counted(99_999, 99_999)],
    });
    const { messagesPerNodeSecond, bytesPerNodeSecond } = membership(record).summary;
    assert.equal(messagesPerNodeSecond, 480 / 180);
    assert.equal(bytesPerNodeSecond, 9600 / 180);
  });
});

describe('Away', () => {
  it('counts the time lived between overlapping spells', () => {
    const away = new Away({
      downtimes: [{ node: 0, fromMs: 10, untilMs: 30 }],
      freezes: [
        { node: 0, fromMs: 20, untilMs: 40 },
        { node: 0, fromMs: 90, untilMs: null },
      ],
    });
    assert.equal(away.livedMs(0, 0, 100), 60);
    assert.equal(away.livedMs(0, 15, 35), 0);
    assert.equal(away.livedMs(1, 0, 100), 100);
    assert.deepEqual(
      [9, 10, 39, 40, 90, 1e9].map((atMs) => away.at(0, atMs)),
      [false, true, true, false, true, true],
    );
  });
});
