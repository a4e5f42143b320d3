/** One transaction after the other, each alone on a network of a baseline, and what became of it. */
import { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';

export interface LoneTransaction {
  /** Nodes that have it in the end, the one it entered included. */
  nodes: number;
  /** Payload copies received by all nodes. */
  copies: number;
}

/** `fields` of a scenario as a file has them. Patches the globals of this realm meanwhile. */
export async function loneTransactions(
  fields: Record<string, unknown>,
  flightMs: number,
): Promise<LoneTransaction[]> {
  const scenario = resolveScenario(JSON.stringify(fields));
  const plan = await planWorkload(scenario);
  const simulation = await Simulation.start(scenario, edgesOf(scenario), () => undefined);
  try {
    const spread: LoneTransaction[] = [];
    let before = await sums(simulation);
    for (const { raw, entry } of plan) {
      const answer = simulation.submit(entry, raw);
      await simulation.sleepUntil(simulation.clock.nowMs() + flightMs);
      const { status } = await answer;
      if (status !== 'accepted') throw new Error(`node ${entry} refused its transaction`);
      const after = await sums(simulation);
      spread.push({ nodes: after.nodes - before.nodes, copies: after.copies - before.copies });
      before = after;
    }
    return spread;
  } finally {
    await simulation.stop();
  }
}

async function sums(simulation: Simulation): Promise<LoneTransaction> {
  const status = await simulation.status();
  return {
    nodes: status.reduce((sum, { arrivals }) => sum + arrivals, 0),
    copies: status.reduce((sum, { counters }) => sum + counters.copiesReceived, 0),
  };
}
