import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { chance, shuffle } from '../random.ts';
import { between, lowBetween, oneOf } from './dice.ts';
import type { Fault } from './faults.ts';

/** Faults within the first `spanMs`, most often none; at most a third of the nodes die for good. */
export function randomFaults(random: Random, nodes: number, edges: readonly Edge[], spanMs: number): Fault[] {
  if (chance(random, 0.4)) return [];
  const mortals = shuffle(
    random,
    Array.from({ length: nodes }, (_, index) => index),
  ).slice(0, Math.floor(nodes / 3));
  // Churn: nodes come and go all the time.
  const kinds = chance(random, 0.15)
    ? (['restart'] as const)
    : (['cut', 'cut', 'isolate', 'isolate', 'death', 'restart', 'freeze', 'slow', 'change'] as const);
  return Array.from({ length: lowBetween(random, 1, 6) }, (): Fault => {
    const atMs = between(random, 0, spanMs);
    const forMs = between(random, 1, oneOf(random, [20, 200, 1000, 3000, 3000, 12_000]));
    const node = between(random, 0, nodes - 1);
    const [a, b] = oneOf(random, edges);
    const kind = oneOf(random, kinds);
    switch (kind) {
      case 'cut':
        return { kind, between: [a, b], atMs, forMs };
      case 'change':
        return { kind, between: [a, b], ...randomChange(random), atMs, forMs };
      case 'restart':
        return { kind, node, disk: oneOf(random, ['kept', 'lost'] as const), atMs, forMs };
      case 'slow':
        return { kind, node, factor: oneOf(random, [2, 10, 100]), atMs, forMs };
      case 'death': {
        const mortal = mortals.pop();
        if (mortal === undefined) return { kind: 'isolate', node, atMs, forMs };
        return { kind: oneOf(random, ['stop', 'crash', 'vanish'] as const), node: mortal, atMs };
      }
      default:
        return { kind, node, atMs, forMs };
    }
  });
}

function randomChange(random: Random) {
  switch (oneOf(random, ['latency', 'jitter', 'bandwidth', 'loss'] as const)) {
    case 'latency':
      return { latencyMs: oneOf(random, [0, 5, 100, 800]) };
    case 'jitter':
      return { jitterMs: oneOf(random, [5, 100]) };
    case 'bandwidth':
      return { bandwidthMbps: oneOf(random, [0.1, 1, 10]) };
    case 'loss':
      return { lossRate: oneOf(random, [0.01, 0.1]) };
  }
}
