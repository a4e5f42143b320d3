/** Real nodes in virtual time, for tests: a network that is up, and what can be said of it from outside. */
import type { Clock } from '../../src/environment.ts';
import { BYTE_KINDS, noBytes } from '../../src/telemetry/counters.ts';
import type { BytesByKind, TraceEvent } from '../../src/telemetry/trace.ts';
import type { Edge } from '../../testnet/networks/network.ts';
import { Simulation, type SimulationOptions } from '../../testnet/networks/simulated/simulation.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { linkModel, linkState } from '../../testnet/topology/link-model.ts';

/** Nothing is announced with IHAVE. */
export const NO_PULL = { 'gossip.dlazy': 0, 'gossip.factor': 0 };
/** Nor are pools compared: what travels, travels over the mesh. */
export const PUSH_ONLY = { ...NO_PULL, sync: false };

/** A scenario from its fields as a file has them; what is left out has its default. */
export function scenarioOf(fields: Record<string, unknown>): Scenario {
  return resolveScenario(JSON.stringify(fields));
}

/** Starts it, on other edges than the scenario's where some are given, lets `work` have it and stops it. */
export async function withSimulation<T>(
  scenario: Scenario,
  work: (simulation: Simulation, edges: readonly Edge[]) => Promise<T>,
  { edges = edgesOf(scenario), ...options }: SimulationOptions & { edges?: readonly Edge[] } = {},
): Promise<T> {
  const simulation = await Simulation.start(scenario, edges, () => undefined, options);
  let result: T;
  try {
    result = await work(simulation, edges);
  } catch (error) {
    // The failure of the work says more than that of a network stopped in the middle of it.
    await simulation.stop().catch(() => undefined);
    throw error;
  }
  await simulation.stop();
  return result;
}

export async function sleep(simulation: Simulation, ms: number): Promise<void> {
  await simulation.sleepUntil(simulation.clock.nowMs() + ms);
}

/** Submits at this instant; resolves with the answer `ms` later. */
export async function submitAndSleep(
  simulation: Simulation,
  node: number,
  raw: Uint8Array,
  ms: number,
): ReturnType<Simulation['submit']> {
  const answer = simulation.submit(node, raw);
  answer.catch(() => undefined);
  await sleep(simulation, ms);
  return answer;
}

/** Node indices in each node's mesh, sorted. */
export function meshesOf(simulation: Simulation): number[][] {
  const indexOf = new Map(simulation.nodes.map(({ peerId, index }) => [peerId, index]));
  return simulation.members.map(({ propagation }) =>
    propagation
      .meshPeers()
      .map((peer) => indexOf.get(peer)!)
      .sort((a, b) => a - b),
  );
}

/** Events of one node so far. */
export async function eventsOf(simulation: Simulation, node: number): Promise<readonly TraceEvent[]> {
  return (await simulation.traces())[node]!.events;
}

/** When each node got the transaction; undefined where it has not. */
export async function arrivalsOf(simulation: Simulation, hash: string): Promise<(number | undefined)[]> {
  const traces = await simulation.traces();
  return traces.map(
    ({ events }) => events.find((event) => event.kind === 'arrival' && event.hash === hash)?.atMs,
  );
}

/**
 * The earliest anything can be anywhere when each node sends at once to those of its list: by relaxing all ways until
 * none is shorter. Times are added up in the order of travel, as a clock does, so that they can be compared exactly.
 */
export function earliestArrivals(
  targets: readonly (readonly number[])[],
  scenario: Scenario,
  from: number,
  startMs: number,
): number[] {
  const links = linkModel(scenario);
  const arrivals = targets.map(() => Infinity);
  arrivals[from] = startMs;
  for (let changed = true; changed;) {
    changed = false;
    for (const [node, peers] of targets.entries()) {
      for (const peer of peers) {
        const atMs = arrivals[node]! + linkState(node, peer, links).latencyMs;
        if (atMs >= arrivals[peer]!) continue;
        arrivals[peer] = atMs;
        changed = true;
      }
    }
  }
  return arrivals;
}

/** Sent, received and lost by all nodes, the dead included. */
export async function bytesByKind(
  simulation: Simulation,
): Promise<Record<'sent' | 'received' | 'lost', BytesByKind>> {
  const sums = { sent: noBytes(), received: noBytes(), lost: noBytes() };
  for (const { counters } of await simulation.status()) {
    for (const kind of BYTE_KINDS) {
      sums.sent[kind] += counters.sent[kind];
      sums.received[kind] += counters.received[kind];
      sums.lost[kind] += counters.lost?.[kind] ?? 0;
    }
  }
  return sums;
}

/** Keeps the machine busy in this very thread, for stretches of random length, until told to stop. */
export function blockTheThread(): { stop: () => number } {
  // Taken before a simulation patches them.
  const real = { setImmediate, now: performance.now.bind(performance), random: Math.random };
  let blocked = 0;
  let on = true;
  const block = (): void => {
    const until = real.now() + real.random() * 2;
    while (real.now() < until) blocked++;
    if (on) real.setImmediate(block);
  };
  block();
  return {
    stop: () => {
      on = false;
      return blocked;
    },
  };
}

/** Lets virtual time pass until `look` is true. @throws {Error} naming `what` after so long, virtual. */
export async function eventuallyIn(
  clock: Clock & { runUntil(timeMs: number): Promise<void> },
  what: string,
  look: () => boolean,
  timeoutMs = 30_000,
): Promise<void> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  while (!look()) {
    if (clock.nowMs() >= deadlineMs) throw new Error(`waited ${timeoutMs} virtual ms in vain for ${what}`);
    await clock.runUntil(clock.nowMs() + 1);
  }
}
