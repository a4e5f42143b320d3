/** The word `measured` for the cost of a signature, until somebody has measured it. */
import type { Scenario } from './scenario.ts';

/** A cost to be measured becomes what `measureMs` gives: from then on the scenario says all. It is asked once, or not at all. */
export function withVerifyMs(scenario: Scenario, measureMs: () => number): Scenario {
  const { nodes } = scenario;
  const costs = [nodes.cpu, ...nodes.groups.map(({ cpu }) => cpu)];
  if (!costs.some((cpu) => cpu?.verifyMs === 'measured')) return scenario;
  const verifyMs = measureMs();
  const known = <T extends { verifyMs?: number | 'measured' | undefined }>(cpu: T): T =>
    cpu.verifyMs === 'measured' ? { ...cpu, verifyMs } : cpu;
  const groups = nodes.groups.map((group) =>
    group.cpu === undefined ? group : { ...group, cpu: known(group.cpu) },
  );
  return { ...scenario, nodes: { ...nodes, cpu: known(nodes.cpu), groups } };
}
