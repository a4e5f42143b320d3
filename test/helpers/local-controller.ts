/** A local network with a frozen and a slow node, by a process of its own that a test can kill. Prints what it started. */
import { startLocal } from '../../testnet/networks/local/start-local.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';

const scenario = resolveScenario('nodes: {count: 3, options: {gossip.heartbeat: 300, gossip.history: 30}}\n');
const network = await startLocal(scenario, edgesOf(scenario));
await network.inflict({ kind: 'freeze', node: 0 });
await network.inflict({ kind: 'slow', node: 1, factor: 20 });
console.log(JSON.stringify({ pids: network.pids, directory: network.directory }));
await network.failed;
