import assert from 'node:assert/strict';
import { drain, type Drainable } from '../../../testnet/drain.ts';
import type { Downtime, SubmissionRecord } from '../../../testnet/measure/record.ts';
import type { NodeStatus, NodeTrace } from '../../../testnet/networks/network.ts';
import { ManualTime } from '../../helpers/manual-network.ts';
import {
  arrival,
  bytesByKind,
  counters,
  peerIdOf,
  status,
  submission,
} from '../../helpers/synthetic-record.ts';

const DRAIN_MS = 5000;

/** `looks`: what the nodes say from which moment on. */
class Watched extends ManualTime implements Drainable {
  readonly #looks: [fromMs: number, status: NodeStatus[]][];
  /** By node, what came to it and when: the two there are, before it was waited for. */
  arrived: [transaction: number, atMs: number][][] = Array.from({ length: 2 }, () => [
    [1, -2],
    [2, -1],
  ]);
  closerLooks = 0;

  constructor(...looks: [fromMs: number, status: NodeStatus[]][]) {
    super(0);
    this.#looks = looks;
  }

  status(): Promise<NodeStatus[]> {
    return Promise.resolve(this.#looks.findLast(([fromMs]) => fromMs <= this.clock.nowMs())![1]);
  }

  traces(): Promise<NodeTrace[]> {
    this.closerLooks++;
    const nowMs = this.clock.nowMs();
    return Promise.resolve(
      this.arrived.map((of, index) => ({
        index,
        peerId: peerIdOf(index),
        events: of.filter(([, atMs]) => atMs <= nowMs).map(([hash, atMs]) => arrival(hash, atMs, 0)),
      })),
    );
  }
}

const two = [submission(1), submission(2)];
const before = [status({ arrivals: 7 }), status()];
const has = (arrivals: number, some: Partial<NodeStatus> = {}) => status({ arrivals, ...some });
const noFaults = { remaining: 0, downtimes: (): Downtime[] => [] };

async function drained(
  network: Watched,
  {
    submissions = two,
    faults = noFaults,
  }: { submissions?: SubmissionRecord[]; faults?: typeof noFaults } = {},
): Promise<number> {
  await drain(network, DRAIN_MS, submissions, before, faults, () => undefined);
  return network.clock.nowMs();
}

describe('drain', () => {
  const all = [has(9), has(2)];

  it('is over at once when everybody has everything and nothing is under way', async () => {
    assert.equal(await drained(new Watched([0, all])), 0);
  });

  it('waits for who lacks something, and not beyond its time', async () => {
    assert.equal(await drained(new Watched([0, [has(9), has(1)]], [250, all])), 300);
    assert.equal(await drained(new Watched([0, [has(9), has(1)]])), DRAIN_MS);
  });

  it('waits for who is busy with a message, and for duplicates on their way', async () => {
    assert.equal(await drained(new Watched([0, [has(9, { unsettled: 1 }), has(2)]], [150, all])), 200);
    assert.equal(await drained(new Watched([0, [has(9, { fetching: 1 }), has(2)]], [150, all])), 200);
    const sent = counters({ sent: bytesByKind({ message: 300 }) });
    const got = (message: number) => counters({ received: bytesByKind({ message }) });
    const underWay = [has(9, { counters: sent }), has(2, { counters: got(200) })];
    const arrived = [has(9, { counters: sent }), has(2, { counters: got(300) })];
    assert.equal(await drained(new Watched([0, underWay], [350, arrived])), 400);
  });

  it('does not wait for what was lost, but for all the rest', async () => {
    const sent = counters({ sent: bytesByKind({ message: 300 }) });
    const got = (message: number) =>
      counters({ received: bytesByKind({ message }), lost: bytesByKind({ message: 100 }) });
    const underWay = [has(9, { counters: sent }), has(2, { counters: got(150) })];
    const arrived = [has(9, { counters: sent }), has(2, { counters: got(200) })];
    assert.equal(await drained(new Watched([0, arrived])), 0);
    assert.equal(await drained(new Watched([0, underWay], [350, arrived])), 400);
  });

  it('takes neither one that came twice nor one that was not accepted for one that is missing', async () => {
    const twice = new Watched([0, all], [640, [has(9), has(3)]]);
    twice.arrived[1] = [
      [1, -1],
      [1, 5],
      [2, 640],
    ];
    assert.equal(await drained(twice), 700);
    assert.equal(twice.closerLooks, 2);
    const another = new Watched([0, all]);
    another.arrived[1] = [
      [1, -1],
      [3, 5],
    ];
    assert.equal(await drained(another), DRAIN_MS);
    assert.equal(another.closerLooks, 1);
  });

  it('does not wait for bytes that do not come: a second without a message is quiet', async () => {
    const sent = counters({ sent: bytesByKind({ message: 300 }), messagesReceived: 4 });
    const more = counters({ sent: bytesByKind({ message: 300 }), messagesReceived: 5 });
    const stuck = [has(9, { counters: sent }), has(2)];
    assert.equal(await drained(new Watched([0, stuck])), 1000);
    assert.equal(await drained(new Watched([0, stuck], [550, [has(9, { counters: more }), has(2)]])), 1600);
  });

  it('wants each transaction once, and none that was refused or had to be', async () => {
    const submissions = [
      ...two,
      submission(2, { kind: 'duplicate', entry: 1 }),
      submission(3, { refusal: 'pool-full' }),
      submission(4, { kind: 'invalid', expectedRefusal: 'malformed' }),
    ];
    assert.equal(await drained(new Watched([0, all]), { submissions }), 0);
  });

  it('begins when the last fault was carried out', async () => {
    const network = new Watched([0, all]);
    const faults = {
      get remaining() {
        return network.clock.nowMs() < 8000 ? 1 : 0;
      },
      downtimes: () => [],
    };
    assert.equal(await drained(network, { faults }), 8000);
    const late = new Watched([0, [has(9), has(1)]]);
    const mending = {
      get remaining() {
        return late.clock.nowMs() < 8000 ? 1 : 0;
      },
      downtimes: () => [],
    };
    assert.equal(await drained(late, { faults: mending }), 7900 + DRAIN_MS);
  });

  it('does not wait for who is down, and asks who was away what it holds', async () => {
    const faults = { remaining: 0, downtimes: () => [{ node: 1, fromMs: 0, untilMs: null }] };
    assert.equal(await drained(new Watched([0, [has(9), has(0, { up: false })]]), { faults }), 1000);
    const back = new Watched(
      [0, [has(9), has(0, { pending: 1 })]],
      [400, [has(9), has(0, { pending: 1, queued: 1 })]],
    );
    assert.equal(await drained(back, { faults }), 1000);
    // Its arrivals began again at 0 when it did.
    assert.equal(await drained(new Watched([0, [has(9), has(2, { pending: 1 })]]), { faults }), DRAIN_MS);
  });
});
