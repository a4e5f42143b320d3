/**
 * Whether the simulation obeys arithmetic. Exits 1 when one of these is off by more than its tolerance:
 *
 *   spread     two transactions over 1,000 nodes: the last arrival against the shortest paths, copies against the
 *              sum of mesh degrees
 *   announce   hash first, fetch on need: n - 1 payload copies on any connected graph
 *   eager      push to P, announce to the rest: duplicates a node
 *   rumour     push to F by chance, once: how many are reached
 *   members    SWIM: periods until a dead member is found, false alarms under loss, load, how long news takes
 *
 *   npm run theory             30 seeds, some twelve minutes
 *   npm run theory -- 5        5 seeds
 *   npm run theory -- members  one of them
 */
import { median } from '../bench/median.ts';
import { ANNOUNCE_NODES, GRAPHS, measureAnnounce } from './announce.ts';
import { EAGER_PUSH, expectedDuplicates, measureEagerPush } from './eager-push.ts';
import { estimate, MAX_STANDARD_ERRORS, standardErrorsOff } from './estimate.ts';
import {
  EXPECTED_MESSAGES,
  expectedDetection,
  expectedFalseAlarms,
  linearFit,
  measureDetection,
  measureDissemination,
  measureFalseAlarms,
  measureLoad,
} from './members.ts';
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

/** Of members, for each seed. */
const KILLS = { 10: 20, 100: 10 } as const;
const HELPERS = { 0: 250, 1: 250, 3: 1000 } as const;
const SIZES = [10, 32, 100, 316, 1000];
/** Periods over which load is measured: two exchanges. */
const LOAD_PERIODS = 60;
/** Share: where in the window the exchanges of a member fall is a matter of chance. */
const LOAD_TOLERANCE = 0.02;
/** When nobody tells a piece of news any more, ms: who has not heard by then hears by an exchange. */
const LONGEST_NEWS_MS = 5000;
/** Of the variance of the time news takes, what log N explains. */
const LEAST_R2 = 0.95;

const checks = { spread, announce, eager, rumour, members };

const asked = process.argv.slice(2);
const chosen = asked.filter((name) => name in checks) as (keyof typeof checks)[];
const [count = SEEDS, ...more] = asked.filter((name) => !(name in checks)).map(Number);
if (!Number.isInteger(count) || count < 1 || more.length > 0) {
  console.error(
    `usage: npm run theory -- [seeds, a whole number from 1 up] [${Object.keys(checks).join(' | ')}]...`,
  );
  process.exit(1);
}
const seeds = count;

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

async function members(): Promise<boolean> {
  const held = [detection(), falseAlarms(), load(), dissemination()];
  return Promise.resolve(!held.includes(false));
}

function detection(): boolean {
  console.log(columns('members', 'kills', 'expected', 'measured', 'std. error', 'errors off', 'in rounds'));
  let worst = 0;
  for (const size of [10, 100] as const) {
    const byChance: number[] = [];
    const inRounds: number[] = [];
    for (let kill = 1; kill <= seeds * KILLS[size]; kill++) {
      byChance.push(measureDetection(kill, size, 'uniform'));
      inRounds.push(measureDetection(kill, size, 'shuffled'));
    }
    const found = estimate(byChance);
    const expected = expectedDetection(size);
    const off = standardErrorsOff(found, expected);
    worst = Math.max(worst, off);
    const cells = [expected, found.mean, found.standardError, off, estimate(inRounds).mean];
    console.log(columns(String(size), String(found.samples), ...cells.map((cell) => cell.toFixed(4))));
  }
  return conclude(
    worst <= MAX_STANDARD_ERRORS,
    `periods until a dead member is pinged off by at most ${worst.toFixed(1)} standard errors (tolerance ${MAX_STANDARD_ERRORS})`,
  );
}

function falseAlarms(): boolean {
  console.log(
    columns('helpers', 'probes', 'expected %', 'measured %', 'std. error', 'errors off', 'called dead'),
  );
  let worst = 0;
  for (const helpers of [0, 1, 3] as const) {
    const sum = { probes: 0, failed: 0, declaredDead: 0 };
    for (let seed = 1; seed <= seeds; seed++) {
      const { probes, failed, declaredDead } = measureFalseAlarms(seed, helpers, HELPERS[helpers]);
      sum.probes += probes;
      sum.failed += failed;
      sum.declaredDead += declaredDead;
    }
    const expected = expectedFalseAlarms(helpers);
    const measured = sum.failed / sum.probes;
    const standardError = Math.sqrt((expected * (1 - expected)) / sum.probes);
    const off = Math.abs(measured - expected) / standardError;
    worst = Math.max(worst, off);
    const cells = [100 * expected, 100 * measured, 100 * standardError, off];
    console.log(
      columns(
        String(helpers),
        String(sum.probes),
        ...cells.map((cell) => cell.toFixed(4)),
        String(sum.declaredDead),
      ),
    );
  }
  return conclude(
    worst <= MAX_STANDARD_ERRORS,
    `false alarms a probe at 5 % loss off by at most ${worst.toFixed(1)} standard errors (tolerance ${MAX_STANDARD_ERRORS})`,
  );
}

function load(): boolean {
  console.log(columns('members', 'expected', 'messages', 'off', 'bytes'));
  let worst = 0;
  for (const size of SIZES) {
    const messages: number[] = [];
    const bytes: number[] = [];
    // The largest take long, and say the same a member.
    const runs = Math.max(1, Math.ceil((seeds * SIZES[0]!) / size));
    for (let seed = 1; seed <= runs; seed++) {
      const sent = measureLoad(seed, size, LOAD_PERIODS);
      messages.push(sent.messages);
      bytes.push(sent.bytes);
    }
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const off = Math.abs(mean(messages) / EXPECTED_MESSAGES - 1);
    worst = Math.max(worst, off);
    const cells = [EXPECTED_MESSAGES, mean(messages), off, mean(bytes)];
    console.log(columns(String(size), ...cells.map((cell) => cell.toFixed(4))));
  }
  return conclude(
    worst <= LOAD_TOLERANCE,
    `messages a member and period off by at most ${worst.toFixed(4)} whatever their number (tolerance ${LOAD_TOLERANCE})`,
  );
}

function dissemination(): boolean {
  console.log(columns('members', 'log2', 'median ms', 'longest', 'by exchange'));
  const points: [number, number][] = [];
  for (const size of SIZES) {
    const times: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) times.push(measureDissemination(seed, size));
    points.push([Math.log2(size), median(times)]);
    const told = times.filter((ms) => ms <= LONGEST_NEWS_MS);
    const cells = [...points.at(-1)!, Math.max(...told)].map((cell) => cell.toFixed(1));
    console.log(columns(String(size), ...cells, String(times.length - told.length)));
  }
  const { slope, r2 } = linearFit(points);
  return conclude(
    r2 >= LEAST_R2,
    `news reaches all in a time that grows by ${slope.toFixed(0)} ms with each doubling; log N explains ${(100 * r2).toFixed(1)} % of it (at least ${100 * LEAST_R2} %)`,
  );
}

let held = true;
for (const name of chosen.length > 0 ? chosen : (Object.keys(checks) as (keyof typeof checks)[]))
  if (!(await checks[name]())) held = false;
process.exitCode = held ? 0 : 1;
