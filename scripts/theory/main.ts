/**
 * Whether the simulation obeys arithmetic. Exits 1 when one of these is off by more than its tolerance:
 *
 *   spread     two transactions over 1,000 nodes: the last arrival against the shortest paths, copies against the
 *              sum of mesh degrees
 *   announce   hash first, fetch on need: n - 1 payload copies on any connected graph
 *   eager      push to P, announce to the rest: duplicates a node
 *   rumour     push to F by chance, once: how many are reached
 *
 *   npm run theory             30 seeds, some eight minutes
 *   npm run theory -- 5        5 seeds
 */
import { ANNOUNCE_NODES, GRAPHS, measureAnnounce } from './announce.ts';
import { EAGER_PUSH, expectedDuplicates, measureEagerPush } from './eager-push.ts';
import { estimate, MAX_STANDARD_ERRORS, standardErrorsOff } from './estimate.ts';
import { expectedCoverage, fixedPoint, measureRumour, RUMOUR_NODES } from './rumour.ts';
import { measureSpread, type Compared } from './spread.ts';

const SEEDS = 30;
/** What a study would ask; the figures are sums of the same numbers, so they should agree to the last bit. */
const LAST_TOLERANCE = 0.05;
const COPIES_TOLERANCE = 0;
/** For each seed. */
const TRANSACTIONS = 10;
const EAGER_PEERS = [1, 2, 3, 4];
const FANOUTS = [2, 3, 4];

const [asked] = process.argv.slice(2);
const seeds = asked === undefined ? SEEDS : Number(asked);
if (!Number.isInteger(seeds) || seeds < 1) {
  console.error(`the number of seeds must be a whole number from 1 up, not ${asked}`);
  process.exit(1);
}

const columns = (...cells: string[]): string => cells.map((cell) => cell.padStart(12)).join('');
const deviation = ({ expected, measured }: Compared): number => Math.abs(measured / expected - 1);

function conclude(holds: boolean, what: string): boolean {
  console.log(`${holds ? 'holds' : 'FAILS'}: ${what}\n`);
  return holds;
}

async function spread(): Promise<boolean> {
  console.log(columns('', 'last arrival', 'ms', '', 'copies', ''));
  console.log(columns('seed', 'expected', 'measured', 'off', 'expected', 'measured'));
  const worst = { last: 0, copies: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    for (const { lastMs, copies } of await measureSpread(seed)) {
      worst.last = Math.max(worst.last, deviation(lastMs));
      worst.copies = Math.max(worst.copies, deviation(copies));
      console.log(
        columns(
          String(seed),
          lastMs.expected.toFixed(6),
          lastMs.measured.toFixed(6),
          deviation(lastMs).toExponential(1),
          String(copies.expected),
          String(copies.measured),
        ),
      );
    }
  }
  return conclude(
    worst.last <= LAST_TOLERANCE && worst.copies <= COPIES_TOLERANCE,
    `last arrival off by at most ${worst.last.toExponential(1)} (tolerance ${LAST_TOLERANCE}), copies by ${worst.copies} (tolerance ${COPIES_TOLERANCE})`,
  );
}

async function announce(): Promise<boolean> {
  let transactions = 0;
  let wrong = 0;
  for (const graph of Object.keys(GRAPHS)) {
    for (let seed = 1; seed <= seeds; seed++) {
      for (const { nodes, copies } of await measureAnnounce(seed, graph, TRANSACTIONS)) {
        transactions++;
        if (nodes !== ANNOUNCE_NODES || copies !== ANNOUNCE_NODES - 1) wrong++;
      }
    }
  }
  return conclude(
    wrong === 0,
    `announce took other than n - 1 copies for ${wrong} of ${transactions} transactions on ${Object.keys(GRAPHS).join(', ')}`,
  );
}

async function eager(): Promise<boolean> {
  console.log(columns('eager', 'expected', 'measured', 'std. error', 'errors off', 'with memory'));
  let worst = 0;
  for (const peers of EAGER_PEERS) {
    const blind: number[] = [];
    const remembering: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      blind.push(...(await measureEagerPush(seed, peers, TRANSACTIONS)));
      remembering.push(...(await measureEagerPush(seed, peers, TRANSACTIONS, 32_768)));
    }
    const found = estimate(blind);
    const expected = expectedDuplicates(peers);
    const off = standardErrorsOff(found, expected);
    worst = Math.max(worst, off);
    const cells = [expected, found.mean, found.standardError, off, estimate(remembering).mean];
    console.log(columns(String(peers), ...cells.map((cell) => cell.toFixed(4))));
  }
  const { nodes, degree } = EAGER_PUSH;
  return conclude(
    worst <= MAX_STANDARD_ERRORS,
    `duplicates a node of ${nodes}, degree ${degree}, off by at most ${worst.toFixed(1)} standard errors (tolerance ${MAX_STANDARD_ERRORS})`,
  );
}

async function rumour(): Promise<boolean> {
  console.log(columns('fanout', 'fixed point', 'expected', 'measured', 'std. error', 'errors off'));
  let worst = 0;
  for (const fanout of FANOUTS) {
    const reached: number[] = [];
    for (let seed = 1; seed <= seeds; seed++)
      reached.push(...(await measureRumour(seed, fanout, TRANSACTIONS)));
    const found = estimate(reached);
    const expected = expectedCoverage(RUMOUR_NODES, fanout);
    const off = standardErrorsOff(found, expected);
    worst = Math.max(worst, off);
    const cells = [fixedPoint(fanout), expected, found.mean, found.standardError, off];
    console.log(columns(String(fanout), ...cells.map((cell) => cell.toFixed(4))));
  }
  return conclude(
    worst <= MAX_STANDARD_ERRORS,
    `coverage of ${RUMOUR_NODES} nodes off by at most ${worst.toFixed(1)} standard errors of what it is for so many (tolerance ${MAX_STANDARD_ERRORS})`,
  );
}

let held = true;
for (const check of [spread, announce, eager, rumour]) if (!(await check())) held = false;
process.exitCode = held ? 0 : 1;
