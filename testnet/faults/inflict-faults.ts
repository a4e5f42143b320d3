/** Carries out what was planned to break, each at its moment, beside the submissions. */
import type { Agenda } from '../agenda.ts';
import type { Downtime } from '../measure/record.ts';
import type { Network } from '../networks/network.ts';
import { complete } from '../topology/graphs.ts';
import type { AppliedFault, FaultAction, LaterFault, PlannedFault } from './fault.ts';
import type { LinkFaults, Links } from './link-faults.ts';

/** As much of a network as breaking it needs. */
export type Breakable = Pick<Network, 'clock' | 'inflict' | 'isUp' | 'nodes' | 'connections'>;

/** How it goes on; read it at any moment. */
export interface CourseOfFaults {
  /** In the order they were carried out; those that hit nobody are among them. */
  readonly applied: readonly AppliedFault[];
  /** Planned, and not yet carried out or still being carried out. */
  readonly remaining: number;
  /** Nodes that were not running: killed, stopped, or not there yet. */
  downtimes(): Downtime[];
  /** Nodes that stood still. */
  freezes(): Downtime[];
  /** Rejects when the network cannot do what was planned; never resolves. */
  readonly failed: Promise<never>;
}

/**
 * Puts every fault on the agenda. What is planned for one node, or for links, is done one after the other: a node that
 * is still starting is not killed before it is up. `linkFaults`: works out those planned for links not known before.
 */
export function inflictFaults(
  network: Breakable,
  agenda: Pick<Agenda, 'add'>,
  planned: readonly PlannedFault[],
  firstSubmissionAtMs: number,
  linkFaults?: LinkFaults,
): CourseOfFaults {
  const { clock } = network;
  const applied: AppliedFault[] = [];
  const down = new Intervals();
  const frozen = new Intervals();
  const lanes = new Map<string, PlannedFault[]>();
  let remaining = planned.length;
  let fail!: (error: unknown) => void;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  for (const { index } of network.nodes) if (!network.isUp(index)) down.begin(index, clock.nowMs());

  const inflict = async (fault: PlannedFault, action: FaultAction): Promise<void> => {
    const fromMs = clock.nowMs();
    const missed = await network.inflict(action);
    const appliedAtMs = clock.nowMs();
    applied.push({ ...fault, action, appliedAtMs, missed });
    if (missed === null) note(action, fromMs, appliedAtMs, down, frozen);
  };
  const inflictLater = async (fault: PlannedFault, { entry, phase }: LaterFault): Promise<void> => {
    if (linkFaults === undefined) throw new Error('nobody is there to say which links a fault is about');
    try {
      const actions =
        phase === 'end'
          ? linkFaults.end(entry)
          : linkFaults.begin(entry, await linksNow(network, linkFaults));
      for (const action of actions) await inflict(fault, action);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      applied.push({
        ...fault,
        action: { kind: 'cut', links: [] },
        appliedAtMs: clock.nowMs(),
        missed: error.message,
      });
    }
  };
  const carryOut = async (fault: PlannedFault): Promise<void> => {
    if (fault.action.kind === 'links') await inflictLater(fault, fault.action);
    else await inflict(fault, fault.action);
    remaining -= 1;
  };
  const work = async (lane: string, queue: PlannedFault[]): Promise<void> => {
    for (let fault = queue[0]; fault !== undefined; fault = queue[0]) {
      await carryOut(fault);
      queue.shift();
    }
    lanes.delete(lane);
  };
  for (const fault of planned) {
    agenda.add(firstSubmissionAtMs + fault.atMs, () => {
      const lane = laneOf(fault.action);
      const queue = lanes.get(lane);
      if (queue !== undefined) {
        queue.push(fault);
        return;
      }
      const begun = [fault];
      lanes.set(lane, begun);
      work(lane, begun).catch(fail);
    });
  }
  return {
    applied,
    get remaining() {
      return remaining;
    },
    downtimes: () => down.all(),
    freezes: () => frozen.all(),
    failed,
  };
}

/** What is cut already cannot be cut again, though those concerned may not have noticed. */
async function linksNow(network: Breakable, faults: LinkFaults): Promise<Links> {
  const open = await network.connections();
  return { all: complete(network.nodes.length), open: open.filter((link) => !faults.isCut(link)) };
}

function laneOf(action: PlannedFault['action']): string {
  return 'node' in action ? `node ${action.node}` : 'links';
}

function note(
  action: FaultAction,
  fromMs: number,
  untilMs: number,
  down: Intervals,
  frozen: Intervals,
): void {
  switch (action.kind) {
    case 'kill':
    case 'stop':
      frozen.end(action.node, fromMs);
      down.begin(action.node, fromMs);
      break;
    case 'restart':
    case 'join':
      down.end(action.node, untilMs);
      break;
    case 'freeze':
      frozen.begin(action.node, fromMs);
      break;
    case 'thaw':
      frozen.end(action.node, untilMs);
      break;
    case 'slow':
    case 'cut':
    case 'heal':
    case 'change':
    case 'restore':
      break;
  }
}

/** When each node was in a state. */
class Intervals {
  readonly #all: Downtime[] = [];
  readonly #open = new Map<number, Downtime>();

  begin(node: number, fromMs: number): void {
    if (this.#open.has(node)) return;
    const interval: Downtime = { node, fromMs, untilMs: null };
    this.#all.push(interval);
    this.#open.set(node, interval);
  }

  end(node: number, untilMs: number): void {
    const interval = this.#open.get(node);
    if (interval === undefined) return;
    interval.untilMs = untilMs;
    this.#open.delete(node);
  }

  all(): Downtime[] {
    return this.#all.map((interval) => ({ ...interval }));
  }
}
