/**
 * What a simulated message costs.  node scripts/bench/simulated-gossip.ts [NODES [MESSAGES [SEED [RATE]]]]
 */
import { startBareGossip } from './bare-gossip.ts';

const [nodes = 100, messages = 50, seed = 1, ratePerSecond = 10] = process.argv.slice(2).map(Number);
const realNow = performance.now.bind(performance);

const t0 = realNow();
const gossip = await startBareGossip({ nodes, seed });
const t1 = realNow();
await gossip.clock.runUntil(gossip.clock.nowMs() + 8000);
const t2 = realNow();
const cpu = process.cpuUsage();
const before = gossip.clock.statistics;
const rpcsBefore = gossip.sent().rpcs;
for (let message = 0; message < messages; message++) {
  await gossip.publish(message % nodes, message);
  await gossip.clock.runUntil(gossip.clock.nowMs() + 1000 / ratePerSecond);
}
await gossip.clock.runUntil(gossip.clock.nowMs() + 5000);
const t3 = realNow();
const { user, system } = process.cpuUsage(cpu);
const after = gossip.clock.statistics;
const rpcs = gossip.sent().rpcs - rpcsBefore;
const delivered = gossip.deliveries.length;
console.log({
  nodes,
  messages,
  coverage: delivered / (messages * (nodes - 1)),
  startSeconds: (t1 - t0) / 1000,
  meshSeconds: (t2 - t1) / 1000,
  runSeconds: (t3 - t2) / 1000,
  events: after.executed - before.executed,
  eventsPerSecond: Math.round(((after.executed - before.executed) / (t3 - t2)) * 1000),
  rpcs,
  deliveriesPerSecond: Math.round((delivered / (t3 - t2)) * 1000),
  cpuMicrosecondsPerRpc: (user + system) / rpcs,
  rssMB: Math.round(process.memoryUsage().rss / 1e6),
  bytes: gossip.network.bytes(),
  digest: gossip.digest().slice(0, 16),
});
await gossip.stop();
