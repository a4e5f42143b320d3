/** Latencies between regions of the world, as measured by others; sources and licences are in the files. */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import { packageFolder } from '../package-folder.ts';

/** Uplink and downlink of a share of the nodes. */
export interface NodeType {
  name: string;
  /** Number of such nodes against those of other types. */
  share: number;
  /** Mbit/s; null is unlimited. */
  uplinkMbps: number | null;
  downlinkMbps: number | null;
  /** Left out: everywhere. */
  regions?: string[] | undefined;
}

/** From a region to a region, ms, one way. */
export type RegionLatencies = Record<string, Record<string, number>>;

export interface RegionData {
  latencyMs: RegionLatencies;
  /** Number of nodes in each region against the others; null: the data do not say. */
  shares: Record<string, number> | null;
  nodeTypes: NodeType[];
}

const FILES = {
  'libp2p-eight': 'regions-libp2p.json',
  'aws-thirteen': 'regions-aws.csv',
} as const;

export type RegionDataName = keyof typeof FILES;

export const REGION_DATA_NAMES = Object.keys(FILES) as [RegionDataName, ...RegionDataName[]];

const known = new Map<RegionDataName, RegionData>();

/** One of the data sets that come with the package. */
export function regionData(name: RegionDataName): RegionData {
  let data = known.get(name);
  if (data === undefined) {
    const file = FILES[name];
    data = parseRegionData(readFileSync(join(packageFolder(), 'testnet', 'data', file), 'utf8'), file);
    known.set(name, data);
  }
  return data;
}

/**
 * JSON as in regions-libp2p.json, or, by the name of `file`, CSV as in regions-aws.csv: a line for each region that
 * data leave, a column for each that they reach.
 * @throws {RangeError} with `file`, what is wrong and what belongs there.
 */
export function parseRegionData(text: string, file: string): RegionData {
  const data = extname(file).toLowerCase() === '.csv' ? parseCsv(text, file) : parseJson(text, file);
  const problem = matrixProblem(data.latencyMs);
  if (problem !== null) throw new RangeError(`${file}: ${problem}`);
  return data;
}

/** Why the latencies are no matrix, with what to write; null when they are. */
export function matrixProblem(latencyMs: RegionLatencies): string | null {
  const regions = Object.keys(latencyMs);
  if (regions.length === 0) return 'there is no region in it; write {europe: {europe: 2}}';
  for (const from of regions) {
    const row = latencyMs[from]!;
    const stranger = Object.keys(row).find((to) => !regions.includes(to));
    if (stranger !== undefined)
      return `${from} -> ${stranger}: there are no latencies from ${stranger}; add them`;
    for (const to of regions) {
      const ms = row[to];
      if (ms === undefined) return `the latency ${from} -> ${to} is missing; write it in ms, one way`;
      if (typeof ms !== 'number' || !(ms >= 0 && ms < Infinity)) {
        return `the latency ${from} -> ${to} is ${JSON.stringify(ms)}; write milliseconds, one way, from 0 up`;
      }
    }
  }
  return null;
}

function parseCsv(text: string, file: string): RegionData {
  const rows = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    .map(({ line, number }) => ({ cells: line.split(',').map((cell) => cell.trim()), number }));
  const [head, ...lines] = rows;
  const to = head?.cells.slice(1) ?? [];
  const latencyMs: RegionLatencies = {};
  for (const { cells, number } of lines) {
    const [from, ...values] = cells;
    if (values.length !== to.length) {
      throw new RangeError(
        `${file}:${number}: ${values.length} latencies for the ${to.length} regions of the first line; write one for each`,
      );
    }
    latencyMs[from!] = Object.fromEntries(
      to.map((region, index) => [region, values[index] === '' ? NaN : Number(values[index])]),
    );
  }
  return { latencyMs, shares: null, nodeTypes: [] };
}

interface RegionFile {
  latencyMs?: unknown;
  regions?: unknown;
  nodeTypes?: unknown;
}

function parseJson(text: string, file: string): RegionData {
  let content: RegionFile | null;
  try {
    content = JSON.parse(text) as RegionFile | null;
  } catch (error) {
    throw new RangeError(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const { latencyMs, regions = null, nodeTypes = [] } = content ?? {};
  if (!isMapping(latencyMs) || !Object.values(latencyMs).every(isMapping)) {
    throw new RangeError(`${file}: write {"latencyMs": {"europe": {"europe": 2}}}, ms from region to region`);
  }
  if (regions !== null && !(isMapping(regions) && Object.values(regions).every(isWeight))) {
    throw new RangeError(`${file}: regions says how many nodes are where: {"europe": 60, "asia": 40}`);
  }
  if (!Array.isArray(nodeTypes) || !nodeTypes.every(isNodeType)) {
    throw new RangeError(
      `${file}: nodeTypes is a list such as [{"name": "home", "uplinkMbps": 50, "downlinkMbps": 50, "weight": 80}]`,
    );
  }
  return {
    latencyMs: latencyMs as RegionLatencies,
    shares: regions as Record<string, number> | null,
    nodeTypes: nodeTypes.map(({ name, weight, uplinkMbps, downlinkMbps }) => {
      return { name, share: weight, uplinkMbps, downlinkMbps };
    }),
  };
}

interface FileNodeType {
  name: string;
  weight: number;
  uplinkMbps: number | null;
  downlinkMbps: number | null;
}

function isNodeType(value: unknown): value is FileNodeType {
  if (!isMapping(value)) return false;
  const { name, weight, uplinkMbps, downlinkMbps } = value;
  return (
    typeof name === 'string' && isWeight(weight) && weight > 0 && isLine(uplinkMbps) && isLine(downlinkMbps)
  );
}

function isLine(value: unknown): boolean {
  return value === null || (isWeight(value) && value > 0);
}

function isWeight(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
