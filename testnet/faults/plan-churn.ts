/** Nodes that leave and come back, at a rate. */
import { exponential, int, streamOf } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { FaultAction, PlannedFault } from './fault.ts';
import type { NodeStates } from './node-states.ts';

/**
 * Departures from 0 to `spanMs`, Poisson; whoever would come back after `endMs` stays away. A departure takes one of
 * the nodes that are there and that nothing else happens to while it is away - a slow one, which would come back quick,
 * is none of these; where there is none it does not take place.
 */
export function planChurn(
  { faults: { churn }, nodes, seed }: Pick<Scenario, 'faults' | 'nodes' | 'seed'>,
  states: NodeStates,
  spanMs: number,
  endMs: number,
): PlannedFault[] {
  if (churn === null) return [];
  const { perMinute, downMs, disk, graceful } = churn;
  const random = streamOf(seed, 'churn');
  const backAtMs = new Float64Array(nodes.count).fill(-Infinity);
  const planned: PlannedFault[] = [];
  const plan = (atMs: number, action: FaultAction): void => {
    planned.push({ atMs, action, cause: `churn, ${perMinute} a minute` });
  };
  for (let atMs = departure(); atMs < spanMs; atMs += departure()) {
    const untilMs = atMs + downMs;
    const free = [...backAtMs.keys()].filter(
      (node) => backAtMs[node]! < atMs && states.isFree(node, atMs, untilMs),
    );
    if (free.length === 0) continue;
    const node = free[int(random, free.length)]!;
    backAtMs[node] = untilMs;
    plan(atMs, { kind: graceful ? 'stop' : 'kill', node });
    if (untilMs <= endMs) plan(untilMs, { kind: 'restart', node, disk });
  }
  return planned;

  function departure(): number {
    return exponential(random, 60_000 / perMinute);
  }
}
