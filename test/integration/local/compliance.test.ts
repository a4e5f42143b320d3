import { startLocal } from '../../../testnet/networks/local/start-local.ts';
import { networkCompliance } from '../../compliance/network.ts';

networkCompliance('a local network', {
  start: (scenario, edges) => startLocal(scenario, edges),
  // A timer, two processes and a machine that is busy with other things.
  toleranceMs: 150,
  patienceMs: 25_000,
  nodeOptions: { 'gossip.heartbeat': 300, 'gossip.history': 30 },
  emulatesCpu: false,
  countsLinkBytes: false,
  deterministic: false,
});
