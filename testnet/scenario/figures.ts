/** Which figures a summary has: what an expectation can be about. */
import { FATES } from '../measure/ledger.ts';
import type { Fate } from '../measure/ledger.ts';
import type { Summary } from '../measure/summary.ts';
import type { Contradiction } from './contradictions.ts';
import { aGroup, lookUp } from './expect.ts';
import type { ScenarioFields } from './scenario.ts';

/** The names of a group of figures, each again a group or a figure. */
type Figures<T> = {
  [Name in keyof T]-?: NonNullable<T[Name]> extends readonly unknown[] | string | number | boolean
    ? true
    : Figures<NonNullable<T[Name]>>;
};

/** The compiler holds it to the summary: a figure that is missing here could not be expected. */
const FIGURES: Figures<Summary> = {
  network: true,
  seed: true,
  nodes: true,
  valid: true,
  invalidBecause: true,
  transactions: { submitted: true, accepted: true, rejected: true },
  refusals: { expected: true, unexpected: true, entryDown: true, noAnswer: true, invalidAccepted: true },
  generatorLagMs: { p50: true, p99: true, max: true },
  coverage: { mean: true, min: true },
  latencyMs: { count: true, p50: true, p90: true, p99: true, max: true },
  timeToMs: {
    t50: { p50: true, p99: true },
    t90: { p50: true, p99: true },
    t99: { p50: true, p99: true },
    t100: { p50: true, p99: true },
  },
  redundancy: true,
  copiesAfterFirst: { mean: true, p50: true, p99: true, max: true },
  relativeMessageRedundancy: true,
  stretch: { p50: true, p90: true, p99: true },
  hops: { mean: true, max: true },
  hopMs: { link: true, queue: true, validation: true, batching: true },
  fates: Object.fromEntries(FATES.map((fate) => [fate, true])) as Record<Fate, true>,
  provenance: { rpc: true, push: true, pull: true, sync: true },
  bytes: {
    payload: true,
    duplicate: true,
    control: true,
    sync: true,
    members: true,
    other: true,
    total: true,
  },
  conserved: true,
  order: {
    pairs: true,
    inverted: true,
    filledBy: { rpc: true, push: true, pull: true, sync: true },
    open: true,
  },
  timeToConnectedMs: { connected: true, meshed: true },
  connections: { mean: true, min: true, max: true },
  membership: {
    deaths: true,
    overBefore: true,
    detectionMs: { first: { p50: true, max: true }, all: { p50: true, max: true } },
    foundBy: { refused: true, silent: true, unreachable: true, told: true },
    falseDeaths: true,
    falseSuspicions: true,
    links: { cut: true, slow: true },
    complete: true,
    messagesPerNodeSecond: true,
    bytesPerNodeSecond: true,
  },
  cpuMsPerDelivery: true,
  rssBytesMax: true,
  digest: true,
};

/** Expectations of what no summary has. */
export function expectContradictions({ expect }: Pick<ScenarioFields, 'expect'>): Contradiction[] {
  return Object.keys(expect).flatMap((path) => {
    const message = problemOf(path);
    return message === null ? [] : [{ path: ['expect', path], message }];
  });
}

function problemOf(path: string): string | null {
  const found = lookUp(FIGURES, path);
  if ('missing' in found) return found.missing;
  return found.value === true ? null : aGroup(found.value as object);
}
