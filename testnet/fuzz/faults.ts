/** What breaks in a case, when, and for how long. Everything but a death heals. */
import { z } from 'zod';

import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import type { Simulation } from '../networks/simulated/simulation.ts';
import { chance, shuffle } from '../random.ts';
import { neighboursOf } from '../topology/connectivity.ts';
import { between, lowBetween, oneOf } from './dice.ts';

const atMs = z.number().nonnegative();
const forMs = z.number().nonnegative();
const node = z.int().min(0);

export const faultSchema = z.discriminatedUnion('kind', [
  /** One link is silent, both ways. */
  z.strictObject({ kind: z.literal('cut'), between: z.tuple([node, node]), atMs, forMs }),
  /** All links of a node are. */
  z.strictObject({ kind: z.literal('isolate'), node, atMs, forMs }),
  /** A node says goodbye and ends; its process dies; its machine is gone. None comes back. */
  z.strictObject({ kind: z.enum(['stop', 'crash', 'vanish']), node, atMs }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type NodeDeath = Extract<Fault, { kind: 'stop' | 'crash' | 'vanish' }>;

export function isDeath(fault: Fault): fault is NodeDeath {
  return fault.kind !== 'cut' && fault.kind !== 'isolate';
}

/** When the last of it is over. */
function endOf(fault: Fault): number {
  return isDeath(fault) ? fault.atMs : fault.atMs + fault.forMs;
}

/** One change to a network at one moment. */
export interface Step {
  atMs: number;
  apply: (simulation: Simulation) => void;
}

/**
 * The timeline of all faults. A link is silent as long as any fault has it so: two cuts that overlap are one from the
 * first's beginning to the last's end.
 */
export function stepsOf(faults: readonly Fault[], nodes: number, edges: readonly Edge[]): Step[] {
  const neighbours = neighboursOf(nodes, edges);
  const cuts = new Map<string, number>();
  const change = (a: number, b: number, by: 1 | -1) => (simulation: Simulation) => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const key = `${from}>${to}`;
      const before = cuts.get(key) ?? 0;
      cuts.set(key, before + by);
      if (before === 0) simulation.physical.cut(from, to);
      if (before + by === 0) simulation.physical.heal(from, to);
    }
  };
  return faults.flatMap((fault): Step[] => {
    if (isDeath(fault)) return [{ atMs: fault.atMs, apply: (simulation) => die(simulation, fault) }];
    const links =
      fault.kind === 'cut'
        ? [fault.between]
        : neighbours[fault.node]!.map((other): [number, number] => [fault.node, other]);
    return links.flatMap(([a, b]) => [
      { atMs: fault.atMs, apply: change(a, b, 1) },
      { atMs: endOf(fault), apply: change(a, b, -1) },
    ]);
  });
}

function die(simulation: Simulation, { kind, node: index }: NodeDeath): void {
  // The clock is run on by whoever applies the steps; a node that cannot stop throws out of it.
  if (kind === 'stop') void simulation.stopNode(index);
  else simulation.kill(index, kind);
}

/** Faults within the first `spanMs`, most often none; at most a third of the nodes die. */
export function randomFaults(random: Random, nodes: number, edges: readonly Edge[], spanMs: number): Fault[] {
  if (chance(random, 0.4)) return [];
  const mortals = shuffle(
    random,
    Array.from({ length: nodes }, (_, index) => index),
  ).slice(0, Math.floor(nodes / 3));
  return Array.from({ length: lowBetween(random, 1, 6) }, (): Fault => {
    const at = between(random, 0, spanMs);
    const duration = oneOf(random, [20, 200, 1000, 3000, 6000]);
    const forMsDrawn = between(random, 1, duration);
    const kind = oneOf(random, ['cut', 'cut', 'isolate', 'isolate', 'death'] as const);
    const mortal = kind === 'death' ? mortals.pop() : undefined;
    if (mortal !== undefined) {
      return { kind: oneOf(random, ['stop', 'crash', 'vanish'] as const), node: mortal, atMs: at };
    }
    if (kind === 'cut') {
      const [a, b] = oneOf(random, edges);
      return { kind, between: [a, b], atMs: at, forMs: forMsDrawn };
    }
    return { kind: 'isolate', node: between(random, 0, nodes - 1), atMs: at, forMs: forMsDrawn };
  });
}
