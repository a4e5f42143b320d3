/**
 * A case from a seed: a network of any kind, a workload on it, what is odd about the workload, and what breaks. Now and
 * then a long one instead: a small calm network that carries so many messages that what goes wrong with one in a
 * thousand goes wrong.
 */
import type { Random } from '../../src/environment.ts';
import { chance, int, streamOf } from '../random.ts';
import { deriveAccounts } from '../workload/accounts.ts';
import { planWorkload } from '../workload/plan.ts';
import { between, lowBetween, oneOf } from './dice.ts';
import { FLAW_NAMES } from './flaws.ts';
import { resolveCase } from './fuzz-case.ts';
import type { FuzzCase, ResolvedCase } from './fuzz-case.ts';
import { randomFaults } from './random-faults.ts';
import { longNetwork, randomNetwork } from './random-network.ts';
import type { Submission } from './submission.ts';

/** Copies of transactions all links together may carry: at 0.1 ms each, a case stays below half a second. */
const MAX_COPIES = 4000;
/** So many bytes cost to hash and to copy what a message costs anyway. */
const BYTES_PER_COPY = 5000;
const MAX_TRANSACTIONS = 100;
/** The workload is submitted within so many virtual milliseconds. */
const MAX_SPAN_MS = 6000;
const MAX_SENDERS = 8;

const LONG_SHARE = 1 / 15;
const LONG_TRANSACTIONS = 1500;
/** Each numbers few enough nonces that no limit of a pool is met. */
const LONG_SENDERS = 32;

/** The same seed gives the same case. */
export async function randomCase(seed: number): Promise<FuzzCase> {
  if (chance(streamOf(seed, 'fuzz', 'length'), LONG_SHARE)) return longCase(seed);
  const network = randomNetwork(seed);
  const bare = resolveCase({ scenario: network, submissions: [], faults: [] });
  const random = streamOf(seed, 'fuzz', 'workload');
  const workload = randomWorkload(random, bare);
  const planned = await submissionsOf({ ...network, workload });
  const spanMs = Math.ceil(planned.at(-1)!.atMs) + 1000;
  const submissions = oddities(
    streamOf(seed, 'fuzz', 'oddities'),
    planned,
    bare.scenario.nodes.count,
    spanMs,
  );
  const faults = randomFaults(
    streamOf(seed, 'fuzz', 'faults'),
    bare.scenario.nodes.count,
    bare.edges,
    spanMs,
  );
  return { scenario: { ...network, workload: { senders: workload.senders } }, submissions, faults };
}

async function longCase(seed: number): Promise<FuzzCase> {
  const network = longNetwork(seed);
  const random = streamOf(seed, 'fuzz', 'workload');
  const workload = {
    transactions: LONG_TRANSACTIONS,
    ratePerSecond: oneOf(random, [200, 1000]),
    senders: LONG_SENDERS,
    entry: oneOf(random, ['sticky', 'one'] as const),
  };
  const submissions = await submissionsOf({ ...network, workload });
  return { scenario: { ...network, workload: { senders: LONG_SENDERS } }, submissions, faults: [] };
}

function randomWorkload(random: Random, { edges }: ResolvedCase) {
  // Most transactions are small, some fill half a message, and one is larger than a message may be.
  const dataBytes = oneOf(random, [0, 0, 0, 0, 100, 600, 2000, 30_000, 70_000]);
  const copies = MAX_COPIES / (1 + dataBytes / BYTES_PER_COPY);
  const affordable = Math.floor(copies / (2 * edges.length));
  const transactions = lowBetween(random, 2, Math.max(3, Math.min(MAX_TRANSACTIONS, affordable)));
  const slowest = Math.ceil((transactions * 1000) / MAX_SPAN_MS);
  return {
    transactions,
    ratePerSecond: slowest + oneOf(random, [1, 10, 100, 1000]) * (1 + random.next()),
    arrivals: oneOf(random, ['constant', 'poisson'] as const),
    senders: lowBetween(random, 1, MAX_SENDERS),
    dataBytes,
    entry: oneOf(random, ['sticky', 'any', 'one'] as const),
  };
}

/** The workload as the scenario plans it, one by one. */
async function submissionsOf(fields: Record<string, unknown>): Promise<Submission[]> {
  const { scenario } = resolveCase({ scenario: fields, submissions: [], faults: [] });
  const accounts = new Map(deriveAccounts(LONG_SENDERS).map(({ address }, index) => [address, index]));
  const { dataBytes } = scenario.workload;
  return (await planWorkload(scenario)).map(({ atMs, entry, sender, nonce }) => ({
    atMs: Math.round(atMs * 100) / 100,
    node: entry,
    account: accounts.get(sender)!,
    nonce: Number(nonce),
    ...(dataBytes > 0 && { dataBytes }),
  }));
}

/** What wallets, resubmitters and the careless make of a workload. */
function oddities(
  random: Random,
  planned: readonly Submission[],
  nodes: number,
  spanMs: number,
): Submission[] {
  const elsewhere = (): Pick<Submission, 'node' | 'atMs'> => ({
    node: int(random, nodes),
    atMs: between(random, 0, spanMs),
  });
  const some = (most: number): number => (chance(random, 0.5) ? 0 : lowBetween(random, 1, most));
  const any = (): Submission => ({ ...oneOf(random, submissions) });
  const submissions = planned.map((submission) => ({ ...submission }));
  const extra: Submission[] = [];

  // Late: what stands above it waits behind a gap, for longer than a node holds a message or not.
  for (let left = some(4); left > 0; left--) {
    const late = oneOf(random, submissions);
    late.atMs += between(random, 1, oneOf(random, [50, 500, 4000]));
    if (chance(random, 0.5)) late.node = int(random, nodes);
  }
  // Never: what stands above it waits for good.
  for (let left = chance(random, 0.1) ? 1 : 0; left > 0 && submissions.length > 1; left--) {
    submissions.splice(int(random, submissions.length), 1);
  }
  // Twice: at once at two nodes, or again at any time.
  for (let left = some(6); left > 0; left--) {
    const again = any();
    extra.push(
      chance(random, 0.5)
        ? { ...again, ...elsewhere() }
        : { ...again, node: int(random, nodes), atMs: again.atMs + between(random, 0, 20) },
    );
  }
  for (let left = some(4); left > 0; left--) {
    extra.push({ ...any(), ...elsewhere(), feePercent: oneOf(random, [105, 110, 120, 150, 150, 200, 300]) });
  }
  for (let left = some(3); left > 0; left--) {
    extra.push({ ...any(), ...elsewhere(), flaw: oneOf(random, FLAW_NAMES) });
  }
  return [...submissions, ...extra].sort((a, b) => a.atMs - b.atMs);
}
