import assert from 'node:assert/strict';
import { Agenda } from '../../../../testnet/agenda.ts';
import type { FaultAction, PlannedFault } from '../../../../testnet/faults/fault.ts';
import { inflictFaults } from '../../../../testnet/faults/inflict-faults.ts';
import { LinkFaults } from '../../../../testnet/faults/link-faults.ts';
import { planFaults } from '../../../../testnet/faults/plan-faults.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { BreakableNetwork } from '../../../helpers/manual-network.ts';

const START_MS = 2000;

const fault = (atMs: number, action: FaultAction): PlannedFault => ({ atMs, action, cause: 'test' });
const kill = (node: number): FaultAction => ({ kind: 'kill', node });
const restart = (node: number): FaultAction => ({ kind: 'restart', node, disk: 'kept' });

function begin(network: BreakableNetwork, ...planned: PlannedFault[]) {
  const agenda = new Agenda(network);
  return { agenda, course: inflictFaults(network, agenda, planned, START_MS) };
}

describe('inflictFaults', () => {
  it('carries out each at its moment, and says what came of it', async () => {
    const network = new BreakableNetwork(3);
    const planned = [fault(0, kill(1)), fault(500, kill(1)), fault(700, { kind: 'cut', links: [[0, 2]] })];
    const { agenda, course } = begin(network, ...planned);
    assert.equal(course.remaining, 3);
    await agenda.sleepUntil(START_MS + 600);
    assert.equal(course.remaining, 1);
    await agenda.sleepUntil(START_MS + 700);
    assert.deepEqual(course.applied, [
      { ...planned[0]!, appliedAtMs: 2000, missed: null },
      { ...planned[1]!, appliedAtMs: 2500, missed: 'node 1 is down' },
      { ...planned[2]!, appliedAtMs: 2700, missed: null },
    ]);
    assert.equal(course.remaining, 0);
    assert.deepEqual(course.downtimes(), [{ node: 1, fromMs: 2000, untilMs: null }]);
  });

  it('asks who is connected when the time of links has come, and says so when nobody is', async () => {
    const network = new BreakableNetwork(3);
    const scenario = resolveScenario(
      '{nodes: {count: 3}, topology: {kind: discovered}, faults: {timeline: [{at: 1s, cut: {count: 1}, for: 1s}, {at: 3s, cut: {count: 1}}]}}',
    );
    const agenda = new Agenda(network);
    const course = inflictFaults(
      network,
      agenda,
      planFaults(scenario, [], 5000),
      START_MS,
      new LinkFaults(scenario),
    );
    await agenda.sleepUntil(START_MS + 500);
    network.open = [[1, 2]];
    await agenda.sleepUntil(START_MS + 2500);
    network.open = [];
    await agenda.sleepUntil(START_MS + 3500);
    assert.deepEqual(
      course.applied.map(({ action, appliedAtMs, missed }) => [action, appliedAtMs, missed]),
      [
        [{ kind: 'cut', links: [[1, 2]] }, START_MS + 1000, null],
        [{ kind: 'heal', links: [[1, 2]] }, START_MS + 2000, null],
        [{ kind: 'cut', links: [] }, START_MS + 3000, 'there are 0 links to choose from, not 1'],
      ],
    );
    assert.equal(course.remaining, 0);
  });

  it('knows when nodes were down: killed, restarted, and not there at first', async () => {
    const network = new BreakableNetwork(3, { restartMs: 40, down: [2] });
    const { agenda, course } = begin(
      network,
      fault(100, { kind: 'stop', node: 0 }),
      fault(300, restart(0)),
      fault(400, { kind: 'join', node: 2 }),
      fault(900, kill(0)),
    );
    await agenda.sleepUntil(START_MS + 1000);
    assert.deepEqual(course.downtimes(), [
      { node: 2, fromMs: 1000, untilMs: 2440 },
      { node: 0, fromMs: 2100, untilMs: 2340 },
      { node: 0, fromMs: 2900, untilMs: null },
    ]);
    assert.deepEqual(course.freezes(), []);
  });

  it('knows when nodes stood still, to the end or until they were killed', async () => {
    const network = new BreakableNetwork(3);
    const { agenda, course } = begin(
      network,
      fault(100, { kind: 'freeze', node: 0 }),
      fault(200, { kind: 'thaw', node: 0 }),
      fault(300, { kind: 'freeze', node: 1 }),
      fault(400, kill(1)),
      fault(500, { kind: 'freeze', node: 2 }),
    );
    await agenda.sleepUntil(START_MS + 1000);
    assert.deepEqual(course.freezes(), [
      { node: 0, fromMs: 2100, untilMs: 2200 },
      { node: 1, fromMs: 2300, untilMs: 2400 },
      { node: 2, fromMs: 2500, untilMs: null },
    ]);
    assert.deepEqual(course.downtimes(), [{ node: 1, fromMs: 2400, untilMs: null }]);
  });

  it('does not kill a node before its start is over, while others go on', async () => {
    const network = new BreakableNetwork(2, { restartMs: 200, down: [0] });
    const { agenda, course } = begin(network, fault(0, restart(0)), fault(50, kill(0)), fault(60, kill(1)));
    await agenda.sleepUntil(START_MS + 100);
    assert.equal(course.remaining, 2, 'the start and the kill after it are still to come');
    await agenda.sleepUntil(START_MS + 300);
    assert.deepEqual(
      network.inflicted.map(({ atMs, action }) => [atMs, action.kind, 'node' in action && action.node]),
      [
        [2000, 'restart', 0],
        [2060, 'kill', 1],
        [2200, 'kill', 0],
      ],
    );
    assert.equal(course.remaining, 0);
    assert.deepEqual(course.downtimes(), [
      { node: 0, fromMs: 1000, untilMs: 2200 },
      { node: 1, fromMs: 2060, untilMs: null },
      { node: 0, fromMs: 2200, untilMs: null },
    ]);
  });

  it('fails when the network cannot do it', async () => {
    const network = new BreakableNetwork(2);
    const { agenda, course } = begin(network, fault(0, { kind: 'change', links: [[0, 1]], change: {} }));
    await agenda.sleepUntil(START_MS);
    await assert.rejects(course.failed, /no links to change/);
  });
});
