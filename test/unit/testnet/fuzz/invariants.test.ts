import assert from 'node:assert/strict';

import type { Hex } from '../../../../src/bytes.ts';
import { noBytes, noCounters } from '../../../../src/telemetry/counters.ts';
import type { ArrivalEvent, NodeCounters, TraceEvent } from '../../../../src/telemetry/trace.ts';
import { resolveCase } from '../../../../testnet/fuzz/fuzz-case.ts';
import { checkInvariants } from '../../../../testnet/fuzz/invariants.ts';
import type { Answer, NodeObservation, Observation } from '../../../../testnet/fuzz/observation.ts';
import type { Promises } from '../../../../testnet/fuzz/promises.ts';
import { signSubmission } from '../../../../testnet/fuzz/submission.ts';
import type { Submission } from '../../../../testnet/fuzz/submission.ts';
import type { InvariantName } from '../../../../testnet/fuzz/violation.ts';

/** Three nodes in a line, 10 ms apart. One transaction enters at node 0, and an invalid one is refused at node 2. */
const GOOD: Submission = { atMs: 0, node: 0, account: 0, nonce: 0 };
const BAD: Submission = { atMs: 5, node: 2, account: 0, nonce: 1, flaw: 'wrong-chain' };
const RESOLVED = resolveCase({
  scenario: {
    nodes: { count: 3 },
    topology: { kind: 'line' },
    links: { latencyMs: 10 },
    workload: { senders: 1 },
  },
  submissions: [GOOD, BAD],
  faults: [],
});
const ALL: Promises = { roomy: true, unhurried: true, everybody: true, calm: true, blameless: true };
const NONE: Promises = { roomy: false, unhurried: false, everybody: false, calm: false, blameless: false };

const { hash, sender } = signSubmission(GOOD);
const refusedHash = signSubmission(BAD).hash;
const STRANGE: Hex = `0x${'ab'.repeat(32)}`;

function arrival(atMs: number, from: number | null, some: Partial<ArrivalEvent> = {}): ArrivalEvent {
  return {
    kind: 'arrival',
    atMs,
    hash,
    provenance: from === null ? 'rpc' : 'push',
    from: from === null ? null : `peer ${from}`,
    status: 'pending',
    receivedAtMs: atMs,
    validationAtMs: atMs,
    ...some,
  };
}

const counters = (sent: number, received: number): NodeCounters => ({
  ...noCounters(),
  sent: { ...noBytes(), message: sent },
  received: { ...noBytes(), message: received },
  copiesReceived: 1,
  syncCopiesReceived: 0,
  messagesReceived: 1,
});

function node(events: TraceEvent[], some: Partial<NodeObservation> = {}): NodeObservation {
  return {
    peerId: '',
    up: true,
    events,
    lives: [],
    pending: [{ hash, sender, nonce: 0n }],
    queued: [],
    poolFault: null,
    unsettled: 0,
    fetching: 0,
    rejected: 0,
    scores: new Map(),
    counters: counters(100, 100),
    ...some,
  };
}

const graft = (peer: number): TraceEvent => ({ kind: 'graft', atMs: -1000, peer: `peer ${peer}` });

const EVENTS: TraceEvent[][] = [
  [graft(1), arrival(0, null)],
  [graft(0), graft(2), arrival(10, 0)],
  [
    { kind: 'refused', atMs: 5, hash: refusedHash, code: 'wrong-chain-id', provenance: 'rpc', from: null },
    arrival(20, 1),
  ],
];
const ANSWERS: Answer[] = [
  { submission: 0, atMs: 0, result: { status: 'accepted', hash }, died: false },
  {
    submission: 1,
    atMs: 5,
    result: { status: 'rejected', code: 'wrong-chain-id', message: '' },
    died: false,
  },
];
const BYTES = { sent: 300, received: 300, dropped: 0, underWay: 0, retransmitted: 0 };

interface Change {
  /** Of node 2. */
  node?: Partial<NodeObservation>;
  answers?: Answer[];
  observation?: Partial<Observation>;
}

function observation({ node: changed, answers = ANSWERS, observation: some }: Change = {}): Observation {
  return {
    answers,
    bytes: BYTES,
    bytesAfterStop: BYTES,
    nodes: EVENTS.map((events, index) => ({
      ...node(events, index === 2 ? changed : undefined),
      peerId: `peer ${index}`,
    })),
    ...some,
  };
}

function violated(promises: Promises, change: Change): InvariantName[] {
  return [
    ...new Set(checkInvariants(RESOLVED, promises, observation(change)).map(({ invariant }) => invariant)),
  ];
}

const refusedAt2 = (code: string): TraceEvent => ({
  kind: 'refused',
  atMs: 30,
  hash,
  code,
  provenance: 'push',
  from: 'peer 1',
});
const before = EVENTS[2]!;
const [refusal, arrived] = before as [TraceEvent, ArrivalEvent];
const answered = (index: number, result: Answer['result']): Answer[] =>
  ANSWERS.map((each, at) => (at === index ? { ...each, result } : each));
const rejected = (code: string): Answer['result'] => ({ status: 'rejected', code, message: '' });

describe('checkInvariants', () => {
  it('finds nothing where nothing is wrong, whatever is promised', () => {
    assert.deepEqual(violated(ALL, {}), []);
    assert.deepEqual(violated(NONE, {}), []);
  });

  /** What is wrong, what it breaks, and the promises without which it is nothing wrong. */
  const wrong: [string, Change, InvariantName, (keyof Promises)[]?][] = [
    ['a submission has no answer', { answers: answered(0, null) }, 'answered'],
    ['an invalid one is accepted', { answers: answered(1, { status: 'accepted', hash }) }, 'flawed-refused'],
    [
      'an invalid one is refused for the wrong reason',
      { answers: answered(1, rejected('known')) },
      'flawed-refused',
    ],
    [
      'a valid one is refused',
      { answers: answered(0, rejected('pool-full')) },
      'valid-accepted',
      ['roomy', 'unhurried'],
    ],
    [
      'what nobody submitted arrives',
      { node: { events: [...before, arrival(30, 1, { hash: STRANGE })] } },
      'known-transaction',
    ],
    [
      'what is invalid arrives',
      { node: { events: [...before, arrival(30, 1, { hash: refusedHash })] } },
      'known-transaction',
    ],
    [
      'it arrives by RPC where it was not submitted',
      { node: { events: [refusal, arrival(20, null)] } },
      'known-transaction',
    ],
    [
      'it came from two nodes away',
      { node: { events: [refusal, { ...arrived, from: 'peer 0' }] } },
      'came-from-neighbour',
    ],
    [
      'it came from outside',
      { node: { events: [refusal, { ...arrived, from: 'peer x' }] } },
      'came-from-neighbour',
    ],
    ['it came faster than the link is', { node: { events: [refusal, arrival(19, 1)] } }, 'caused'],
    [
      'its neighbour did not pass it on at once',
      { node: { events: [refusal, arrival(21, 1)] } },
      'forwarded',
      ['calm'],
    ],
    [
      'its neighbour never passed it on',
      { node: { events: [refusal, refusedAt2Of(refusedHash)] } },
      'forwarded',
      ['calm'],
    ],
    [
      'a pool keeps what it had in a life before',
      { node: { events: [...before, graft(1)].map(late), lives: [2] } },
      'pool-is-arrivals-less-departures',
    ],
    ['it arrives twice', { node: { events: [...before, arrival(30, 1)] } }, 'arrives-once'],
    [
      'it leaves twice',
      { node: { events: [...before, departure('evicted'), departure('evicted')], pending: [] } },
      'arrives-once',
    ],
    [
      'it is validated before it is read',
      { node: { events: [refusal, { ...arrived, validationAtMs: 15 }] } },
      'time-order',
    ],
    ['an event lies before the one before it', { node: { events: [arrived, refusal] } }, 'time-order'],
    [
      'it expires',
      { node: { events: [...before, departure('expired')], pending: [] } },
      'departs-for-a-reason',
    ],
    [
      'it is replaced by nothing',
      { node: { events: [...before, departure('replaced')], pending: [] } },
      'departs-for-a-reason',
    ],
    [
      'it is evicted',
      { node: { events: [...before, departure('evicted')], pending: [] } },
      'departs-for-a-reason',
      ['roomy'],
    ],
    ['a peer is blamed', { node: { events: [...before, refusedAt2('malformed')] } }, 'peers-blameless'],
    [
      'a peer is answered with what is no code',
      { node: { events: [...before, refusedAt2('odd')] } },
      'peers-blameless',
    ],
    [
      'what a peer brings finds no room',
      { node: { events: [...before, refusedAt2('pool-full')] } },
      'valid-accepted',
      ['roomy', 'unhurried'],
    ],
    [
      'a message is dropped',
      {
        node: {
          events: [...before, { kind: 'drop', atMs: 30, messageId: '0x00', from: 'peer 1', reason: 'stale' }],
        },
      },
      'nothing-dropped',
      ['unhurried'],
    ],
    ['the pool lost it', { node: { pending: [] } }, 'pool-is-arrivals-less-departures'],
    [
      'the pool has what never came',
      { node: { queued: [{ hash: STRANGE, sender, nonce: 5n }] } },
      'pool-is-arrivals-less-departures',
    ],
    ['the pool is inconsistent', { node: { poolFault: 'miscounted' } }, 'pool-consistent'],
    ["a peer's message is rejected", { node: { rejected: 1 } }, 'peers-blameless'],
    ['a message waits for ever', { node: { unsettled: 1 } }, 'settled'],
    ['a transaction is asked for for ever', { node: { fetching: 1 } }, 'settled'],
    ['a neighbour is scored below zero', { node: { scores: new Map([[1, -0.1]]) } }, 'scores', ['blameless']],
    ['bytes vanish', { observation: { bytes: { ...BYTES, received: 299 } } }, 'bytes-conserved'],
    [
      'bytes are under way after the stop',
      { observation: { bytesAfterStop: { ...BYTES, received: 290, underWay: 10 } } },
      'bytes-conserved',
    ],
    ['a node counts less than it received', { node: { counters: counters(100, 99) } }, 'counters-add-up'],
    [
      'a node counts more duplicates than copies',
      { node: { counters: { ...counters(100, 100), duplicateMessages: 2 } } },
      'counters-add-up',
    ],
    ['a node never gets it', { node: { events: [refusal], pending: [] } }, 'same-pools', ['everybody']],
  ];
  for (const [what, change, invariant, needs = []] of wrong) {
    it(`finds that ${what}: ${invariant}`, () => {
      assert.ok(violated(ALL, change).includes(invariant), violated(ALL, change).join());
      const always = needs.length === 0;
      assert.equal(violated(NONE, change).includes(invariant), always);
      for (const promise of needs) {
        assert.equal(violated({ ...ALL, [promise]: false }, change).includes(invariant), false);
      }
    });
  }

  it('lets a transaction arrive once in each life of a node', () => {
    const events = [...before, arrival(30, 1)];
    assert.deepEqual(violated(ALL, { node: { events, lives: [2] } }), []);
    assert.deepEqual(violated(ALL, { node: { events, lives: [1] } }), ['arrives-once']);
  });

  it('asks no answer of a node that died before it could give one', () => {
    const answers = answered(0, null).map((each) => ({ ...each, died: each.result === null }));
    assert.deepEqual(violated(ALL, { answers }), []);
  });

  it('asks nothing of a peer that came into the mesh afterwards, or left it', () => {
    const withMesh = (...mesh: TraceEvent[]): Change => ({
      observation: {
        nodes: observation({ node: { events: [refusal, arrival(25, 1)] } }).nodes.map((each, index) =>
          index === 1 ? { ...each, events: [...mesh, arrival(10, 0)] } : each,
        ),
      },
    });
    assert.deepEqual(violated(ALL, withMesh(graft(2))), ['forwarded']);
    assert.deepEqual(violated(ALL, withMesh()), []);
    assert.deepEqual(violated(ALL, withMesh(graft(2), { kind: 'prune', atMs: 5, peer: 'peer 2' })), []);
  });

  it('asks nothing of a node that is gone', () => {
    const gone: Partial<NodeObservation> = { up: false, pending: [], poolFault: 'odd', unsettled: 3 };
    assert.deepEqual(violated(ALL, { node: gone }), []);
  });
});

/** Long after all that is expected, so that the log does not end before it. */
function refusedAt2Of(other: Hex): TraceEvent {
  return { kind: 'refused', atMs: 60, hash: other, code: 'wrong-chain-id', provenance: 'rpc', from: null };
}

function late(event: TraceEvent): TraceEvent {
  return event.kind === 'graft' ? { ...event, atMs: 40 } : event;
}

function departure(reason: 'evicted' | 'expired' | 'replaced'): TraceEvent {
  return { kind: 'departure', atMs: 30, hash, reason };
}
