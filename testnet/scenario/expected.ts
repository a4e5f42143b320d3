import type { Scenario } from './scenario.ts';

/** What must hold of a run: what the scenario says, and of invalid transactions that none is let in. */
export function expectedOf({ expect, workload }: Pick<Scenario, 'expect' | 'workload'>): Scenario['expect'] {
  return workload.invalid.share > 0 ? { 'refusals.invalidAccepted': 0, ...expect } : expect;
}
