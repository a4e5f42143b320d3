/**
 * The network of a case: graph, links and node options, as the fields of a scenario. Options stay within what a node
 * accepts, and a node within what lets a mesh form; inside that, anything.
 */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { edgesOf } from '../run.ts';
import { chance, int, streamOf } from '../random.ts';
import { scenarioSchema } from '../scenario/schema.ts';
import { neighboursOf } from '../topology/connectivity.ts';
import { TopologyError } from '../topology/connectivity.ts';
import { GRAPH_KINDS } from '../topology/kind.ts';
import { between, lowBetween, oneOf } from './dice.ts';

/** Those that need nothing said of them but a degree. */
const KINDS = GRAPH_KINDS.filter((kind) => kind !== 'clusters' && kind !== 'regions');
const MIN_NODES = 3;
const MAX_NODES = 24;

type Fields = Record<string, unknown>;

export function randomNetwork(seed: number): Fields {
  const nodes = lowBetween(streamOf(seed, 'fuzz', 'nodes'), MIN_NODES, MAX_NODES);
  const { topology, maxDegree } = randomGraph(streamOf(seed, 'fuzz', 'graph'), nodes, seed);
  const links = randomLinks(streamOf(seed, 'fuzz', 'links'));
  const options = {
    ...randomGossip(streamOf(seed, 'fuzz', 'gossip'), maxDegree, links.slowestMs),
    ...randomBatches(streamOf(seed, 'fuzz', 'batches')),
    ...randomLimits(streamOf(seed, 'fuzz', 'limits')),
  };
  const line = streamOf(seed, 'fuzz', 'lines');
  const cpu = streamOf(seed, 'fuzz', 'cpu');
  return {
    seed,
    nodes: {
      count: nodes,
      options,
      ...(chance(line, 0.15) && { uplinkMbps: oneOf(line, [2, 10, 100]) }),
      ...(chance(line, 0.15) && { downlinkMbps: oneOf(line, [2, 10, 100]) }),
      ...(chance(cpu, 0.3) && {
        cpu: { verifyMs: oneOf(cpu, [0.1, 1, 10]), messageMs: oneOf(cpu, [0, 0.1, 1]) },
      }),
    },
    topology,
    links: links.fields,
  };
}

/** A tree or little more: whatever is not forwarded, somebody lacks or gets late. Each transaction is a message. */
export function longNetwork(seed: number): Fields {
  const random = streamOf(seed, 'fuzz', 'long');
  const nodes = between(random, 3, 6);
  return {
    seed,
    nodes: {
      count: nodes,
      options: {
        'batch.transactions': 1,
        'gossip.dlo': nodes - 1,
        'gossip.d': Math.max(6, nodes - 1),
        'gossip.dout': 0,
        'validation.messages': 1_000_000,
      },
    },
    topology: oneOf(random, [
      { kind: 'line' },
      { kind: 'star' },
      { kind: 'edges', edges: treeWithChords(random, nodes) },
    ]),
    links: { latencyMs: oneOf(random, [1, 20]) },
  };
}

function randomGraph(random: Random, nodes: number, seed: number): { topology: Fields; maxDegree: number } {
  const kind = oneOf(random, KINDS);
  const most = Math.min(8, nodes - 1);
  const even = 2 * between(random, 1, Math.max(1, Math.floor(most / 2)));
  const degree = between(random, 2, most);
  const topology: Fields = { kind };
  if (kind === 'random-regular') topology['degree'] = (nodes * degree) % 2 === 0 ? degree : even;
  if (kind === 'erdos-renyi') topology['degree'] = Math.min(nodes - 1, 4);
  if (kind === 'watts-strogatz' || kind === 'barabasi-albert') topology['degree'] = even;
  if (kind === 'edges') topology['edges'] = treeWithChords(random, nodes);
  const edges = drawn(nodes, topology, seed);
  // Graphs in parts, drawn too often: rare, and not what is looked for here.
  if (edges === undefined) return { topology: { kind: 'ring' }, maxDegree: 2 };
  return { topology, maxDegree: Math.max(...neighboursOf(nodes, edges).map(({ length }) => length)) };
}

function drawn(nodes: number, topology: Fields, seed: number): Edge[] | undefined {
  try {
    return edgesOf(scenarioSchema.parse({ seed, nodes: { count: nodes }, topology }));
  } catch (error) {
    if (error instanceof TopologyError) return undefined;
    throw error;
  }
}

/** Most nodes of it are the only way to some other: whatever one of them does not forward, somebody lacks. */
function treeWithChords(random: Random, nodes: number): Edge[] {
  const edges = new Map<string, Edge>();
  const add = (a: number, b: number): void => {
    const [low, high] = a < b ? [a, b] : [b, a];
    if (a !== b) edges.set(`${low}-${high}`, [low, high]);
  };
  for (let node = 1; node < nodes; node++) add(node, int(random, node));
  for (let chord = lowBetween(random, 0, 3); chord > 0; chord--) {
    add(int(random, nodes), int(random, nodes));
  }
  return [...edges.values()];
}

function randomLinks(random: Random): { fields: Fields; slowestMs: number } {
  const latencyMs = oneOf(random, [0, 1, 10, 50, 100, 300]);
  const spread =
    latencyMs === 0 ? 'fixed' : oneOf(random, ['fixed', 'uniform', 'normal', 'log-normal'] as const);
  const widest = { fixed: 0, uniform: latencyMs, normal: latencyMs / 3, 'log-normal': latencyMs }[spread];
  const latencySpreadMs =
    spread === 'fixed' ? 0 : Math.max(0.1, Math.floor(widest * random.next() * 10) / 10);
  const jitterMs = chance(random, 0.4) ? oneOf(random, [1, 20, 200]) : 0;
  const fields = {
    latencyMs,
    ...(spread !== 'fixed' && { latencyDistribution: spread, latencySpreadMs }),
    ...(jitterMs > 0 && { jitterMs }),
    ...(chance(random, 0.2) && { bandwidthMbps: oneOf(random, [1, 10, 100]) }),
    ...(chance(random, 0.2) && { lossRate: oneOf(random, [0.001, 0.01, 0.03, 0.2]) }),
  };
  return { fields, slowestMs: latencyMs + latencySpreadMs + jitterMs };
}

/**
 * Three kinds of mesh. Whole: every neighbour is in it. Announced: some are not, but are told by IHAVE of all there
 * is. Wild: neither is sure.
 */
function randomGossip(random: Random, maxDegree: number, slowestMs: number): Fields {
  const mesh = oneOf(random, ['whole', 'whole', 'whole', 'announced', 'wild'] as const);
  const dlo = mesh === 'whole' ? maxDegree + between(random, 0, 2) : between(random, 1, 4);
  const d = dlo + between(random, 0, 3);
  // Below the largest degree a hub would turn leaves away, and these would never have a mesh.
  const dhi = Math.max(d, maxDegree) + between(random, 0, 4);
  const fast =
    mesh === 'announced' ? [1000, 2000].filter((each) => each >= 5 * slowestMs) : [200, 500, 1000, 1000];
  const heartbeat = oneOf(random, [...fast, 2000]);
  const history = oneOf(random, [2, 3, 6, 6, 6, 10]);
  const cacheMs = heartbeat * history;
  return {
    'gossip.d': d,
    'gossip.dlo': dlo,
    'gossip.dhi': dhi,
    'gossip.dscore': between(random, 0, d),
    'gossip.dout': between(random, 0, Math.min(Math.floor(d / 2), dlo - 1)),
    'gossip.dlazy': mesh === 'announced' ? maxDegree : between(random, 0, 6),
    'gossip.factor': oneOf(random, [0, 0.25, 1]),
    'gossip.heartbeat': heartbeat,
    'gossip.history': history,
    'gossip.historygossip': Math.min(history, oneOf(random, [1, 3, 3, 10])),
    // As long as the default or the cache allows, or anything below.
    'validation.maxage': Math.min(3000, ...shorter(random, cacheMs)),
    'validation.gaphold': Math.min(
      oneOf(random, [0, 50, 500, 2000, 2000, 8000]),
      ...shorter(random, cacheMs),
    ),
    ...(chance(random, 0.2) && { 'gossip.seenttl': oneOf(random, [300, 2000, 20_000]) }),
    ...(chance(random, 0.3) && { 'gossip.floodpublish': true }),
    ...(chance(random, 0.3) && { 'gossip.idontwant': oneOf(random, [0, 100, 1_000_000]) }),
  };
}

/** Just within what a cache of `cacheMs` allows. */
function shorter(random: Random, cacheMs: number): number[] {
  return [cacheMs - oneOf(random, [1, 1, cacheMs / 4, cacheMs / 2])];
}

function randomBatches(random: Random): Fields {
  return {
    ...(chance(random, 0.3) && { 'batch.transactions': oneOf(random, [1, 2, 3, 16]) }),
    ...(chance(random, 0.2) && { 'batch.bytes': oneOf(random, [1, 150, 300, 1000, 10_000]) }),
    ...(chance(random, 0.4) && { 'batch.delay': oneOf(random, [0, 20, 200, 1000]) }),
    ...(chance(random, 0.3) && { 'validation.concurrency': oneOf(random, [1, 2]) }),
    ...(chance(random, 0.2) && { 'validation.held': oneOf(random, [0, 1, 3]) }),
    ...(chance(random, 0.1) && { 'validation.messages': oneOf(random, [1, 2, 5]) }),
  };
}

/** Now and then a pool so small that it is full. */
function randomLimits(random: Random): Fields {
  if (chance(random, 0.8)) return {};
  return {
    ...(chance(random, 0.6) && { 'txpool.globalslots': between(random, 1, 20) }),
    ...(chance(random, 0.6) && { 'txpool.globalqueue': between(random, 1, 10) }),
    ...(chance(random, 0.6) && { 'txpool.accountslots': between(random, 1, 4) }),
    ...(chance(random, 0.6) && { 'txpool.accountqueue': between(random, 1, 4) }),
    ...(chance(random, 0.3) && { 'txpool.pricebump': between(random, 0, 30) }),
    ...(chance(random, 0.3) && { 'txpool.exemptlocals': true }),
  };
}
