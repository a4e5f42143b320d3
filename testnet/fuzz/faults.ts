/** What breaks in a case, when, and for how long. Everything but a death heals. */
import { z } from 'zod';

import type { LinkChange, LinkPair } from '../faults/fault.ts';
import type { Edge } from '../networks/network.ts';
import type { Simulation } from '../networks/simulated/simulation.ts';
import { neighboursOf } from '../topology/connectivity.ts';

const atMs = z.number().nonnegative();
const forMs = z.number().nonnegative();
const node = z.int().min(0);
const link = z.tuple([node, node]);

export const faultSchema = z.discriminatedUnion('kind', [
  /** One link is silent, both ways. */
  z.strictObject({ kind: z.literal('cut'), between: link, atMs, forMs }),
  /** All links of a node are. */
  z.strictObject({ kind: z.literal('isolate'), node, atMs, forMs }),
  /** One link is other than the scenario has it. What is left out stays. */
  z.strictObject({
    kind: z.literal('change'),
    between: link,
    atMs,
    forMs,
    latencyMs: z.number().nonnegative().optional(),
    jitterMs: z.number().nonnegative().optional(),
    bandwidthMbps: z.number().positive().optional(),
    lossRate: z.number().min(0).lt(1).optional(),
  }),
  /** A node stands still; it computes slower. */
  z.strictObject({ kind: z.literal('freeze'), node, atMs, forMs }),
  z.strictObject({ kind: z.literal('slow'), node, atMs, forMs, factor: z.number().min(1) }),
  /** Its process dies, and another one takes its place. */
  z.strictObject({ kind: z.literal('restart'), node, atMs, forMs, disk: z.enum(['kept', 'lost']) }),
  /** A node says goodbye and ends; its process dies; its machine is gone. None comes back. */
  z.strictObject({ kind: z.enum(['stop', 'crash', 'vanish']), node, atMs }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type NodeDeath = Extract<Fault, { kind: 'stop' | 'crash' | 'vanish' }>;
type LinkFault = Extract<Fault, { kind: 'cut' | 'change' }>;

export function isDeath(fault: Fault): fault is NodeDeath {
  return !('forMs' in fault);
}

export function isOfLink(fault: Fault): fault is LinkFault {
  return 'between' in fault;
}

/** The links it silences, wholly: a node that stands still answers on none of its own. */
export function silencedBy(fault: Fault, neighbours: readonly (readonly number[])[]): LinkPair[] {
  if (fault.kind === 'cut') return [fault.between];
  if (fault.kind !== 'isolate' && fault.kind !== 'freeze') return [];
  return neighbours[fault.node]!.map((other): LinkPair => [fault.node, other]);
}

/** What a `change` makes of its link. */
export function changeOf({
  latencyMs,
  jitterMs,
  bandwidthMbps,
  lossRate,
}: Extract<Fault, { kind: 'change' }>): LinkChange {
  return {
    ...(latencyMs !== undefined && { latencyMs }),
    ...(jitterMs !== undefined && { jitterMs }),
    ...(bandwidthMbps !== undefined && { bandwidthMbps }),
    ...(lossRate !== undefined && { lossRate }),
  };
}

/** One change to a network at one moment. */
export interface Step {
  atMs: number;
  apply: (simulation: Simulation) => void;
}

/**
 * The timeline of all faults. A link is silent as long as any fault has it so: two cuts that overlap are one from the
 * first's beginning to the last's end. Other faults that overlap end with the first that ends.
 *
 * @param onRestart is told each node whose next life begins, just before it does.
 */
export function stepsOf(
  faults: readonly Fault[],
  nodes: number,
  edges: readonly Edge[],
  onRestart: (node: number) => void,
): Step[] {
  const neighbours = neighboursOf(nodes, edges);
  const cuts = new Map<string, number>();
  const silence =
    ([a, b]: LinkPair, by: 1 | -1) =>
    (simulation: Simulation): void => {
      const key = a < b ? `${a}-${b}` : `${b}-${a}`;
      const before = cuts.get(key) ?? 0;
      cuts.set(key, before + by);
      if (before === 0) inflict(simulation, { kind: 'cut', links: [[a, b]] });
      if (before + by === 0) inflict(simulation, { kind: 'heal', links: [[a, b]] });
    };
  return faults.flatMap((fault): Step[] => {
    if (isDeath(fault)) return [{ atMs: fault.atMs, apply: (simulation) => die(simulation, fault) }];
    const span = (begin: Step['apply'], end: Step['apply']): Step[] => [
      { atMs: fault.atMs, apply: begin },
      { atMs: fault.atMs + fault.forMs, apply: end },
    ];
    switch (fault.kind) {
      case 'cut':
      case 'isolate':
        return silencedBy(fault, neighbours).flatMap((each) => span(silence(each, 1), silence(each, -1)));
      case 'change':
        return span(
          (simulation) =>
            inflict(simulation, { kind: 'change', links: [fault.between], change: changeOf(fault) }),
          (simulation) => inflict(simulation, { kind: 'restore', links: [fault.between] }),
        );
      case 'freeze':
        return span(
          (simulation) => inflict(simulation, { kind: 'freeze', node: fault.node }),
          (simulation) => inflict(simulation, { kind: 'thaw', node: fault.node }),
        );
      case 'slow':
        return span(
          (simulation) => inflict(simulation, { kind: 'slow', node: fault.node, factor: fault.factor }),
          (simulation) => inflict(simulation, { kind: 'slow', node: fault.node, factor: 1 }),
        );
      case 'restart':
        return span(
          (simulation) => inflict(simulation, { kind: 'kill', node: fault.node }),
          (simulation) => {
            if (!simulation.isUp(fault.node)) onRestart(fault.node);
            inflict(simulation, { kind: 'restart', node: fault.node, disk: fault.disk });
          },
        );
    }
  });
}

/** What it comes to takes virtual time, which whoever applies the steps lets pass; a rejection is found there. */
function inflict(simulation: Simulation, action: Parameters<Simulation['inflict']>[0]): void {
  void simulation.inflict(action);
}

function die(simulation: Simulation, { kind, node: index }: NodeDeath): void {
  if (kind === 'stop') inflict(simulation, { kind: 'stop', node: index });
  else simulation.kill(index, kind);
}
