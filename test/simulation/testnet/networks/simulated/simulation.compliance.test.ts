import { Simulation } from '../../../../../testnet/networks/simulated/simulation.ts';
import { networkCompliance } from '../../../../compliance/network.ts';

networkCompliance('a simulated network', {
  start: (scenario, edges) => Simulation.start(scenario, edges, () => undefined),
  toleranceMs: 0,
  patienceMs: 10_000,
  emulatesCpu: true,
  countsLinkBytes: true,
  deterministic: true,
});
