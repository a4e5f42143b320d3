/** The hunt: cases from one seed after the other, until one fails, or the time is over. */
import { shrink } from './shrink.ts';
import type { CaseRunner } from './case-runner.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { randomCase } from './random-case.ts';
import type { CaseResult } from './run-case.ts';
import { CASE_PASSES } from './smaller-cases.ts';
import type { Violation } from './violation.ts';

/** Each so many cases one is run again and must be the same, event for event. */
const REPEAT_EVERY = 10;

export interface HuntOptions {
  /** Seeds count up from it. */
  firstSeed: number;
  /** Whichever comes first ends it. Left out: no such end. */
  cases?: number | undefined;
  forMs?: number | undefined;
  /** Told after each case. */
  onCase?: (tally: HuntTally) => void;
}

export interface HuntTally {
  cases: number;
  /** Cases in which everybody was promised everything. */
  promised: number;
  /** Cases whose network never had its mesh: nothing was seen. */
  unstarted: number;
  repeated: number;
  /** Arrivals of transactions at nodes. */
  arrivals: number;
  /** Real, of the cases alone. */
  realMs: number;
}

export interface Found {
  seed: number;
  fuzzCase: FuzzCase;
  violations: Violation[];
}

export interface HuntResult {
  tally: HuntTally;
  found: Found | undefined;
  /** The first case that failed after others and not by itself: something outlives a case, and no case can show it. */
  unconfirmed: Found | undefined;
}

/** Ends at the first case that fails, in a worker that has run nothing before, too. */
export async function hunt(
  runner: CaseRunner,
  { firstSeed, cases = Infinity, forMs = Infinity, onCase }: HuntOptions,
): Promise<HuntResult> {
  let unconfirmed: Found | undefined;
  const tally: HuntTally = { cases: 0, promised: 0, unstarted: 0, repeated: 0, arrivals: 0, realMs: 0 };
  const startedAt = performance.now();
  for (let seed = firstSeed; tally.cases < cases && performance.now() - startedAt < forMs; seed++) {
    const fuzzCase = await randomCase(seed);
    const result = await runner.run(fuzzCase);
    const violations = [...result.violations];
    const started = result.digest !== null;
    if (violations.length === 0 && started && tally.cases % REPEAT_EVERY === 0) {
      violations.push(...(await repeat(runner, fuzzCase, result)));
      tally.repeated++;
    }
    tally.cases++;
    tally.arrivals += result.arrivals;
    tally.realMs += result.realMs;
    if (result.promises.everybody) tally.promised++;
    if (!started && violations.length === 0) tally.unstarted++;
    onCase?.(tally);
    if (violations.length === 0) continue;
    const found = { seed, fuzzCase, violations };
    if (await failsAlone(runner, found)) return { tally, found, unconfirmed };
    unconfirmed ??= found;
  }
  return { tally, found: undefined, unconfirmed };
}

/** In the same way, in a fresh worker. */
async function failsAlone(runner: CaseRunner, { fuzzCase, violations: [first] }: Found): Promise<boolean> {
  await runner.stop();
  const wanted = signature(first!);
  return (await failures(runner, fuzzCase, wanted)).some((violation) => signature(violation) === wanted);
}

async function failures(runner: CaseRunner, fuzzCase: FuzzCase, wanted: string): Promise<Violation[]> {
  const result = await runner.run(fuzzCase);
  const again = wanted === 'same-again' ? await repeat(runner, fuzzCase, result) : [];
  return [...result.violations, ...again];
}

async function repeat(runner: CaseRunner, fuzzCase: FuzzCase, first: CaseResult): Promise<Violation[]> {
  const { digest } = await runner.run(fuzzCase);
  if (digest === first.digest) return [];
  const message = `the first run's digest is ${first.digest}, the second's ${digest}`;
  return [{ invariant: 'same-again', message }];
}

export interface ShrunkCase {
  fuzzCase: FuzzCase;
  violations: Violation[];
  trials: number;
  complete: boolean;
  /** It fails in a worker that has run nothing before, too. */
  confirmed: boolean;
}

/**
 * The smallest case that fails as `found` does, for at most `forMs`. Cases share a worker; where what comes out fails
 * only because of those before it, all begins again with each success tried in a worker of its own.
 */
export async function shrinkFound(runner: CaseRunner, found: Found, forMs: number): Promise<ShrunkCase> {
  const startedAt = performance.now();
  const left = (share: number) => () => performance.now() - startedAt < forMs * share;
  const quick = await shrinkOnce(runner, found, left(0.5), false);
  if (!quick.confirmed) return shrinkOnce(runner, found, left(1), true);
  if (quick.complete) return quick;
  const further = await shrinkOnce(runner, { ...found, ...quick }, left(1), false);
  return further.confirmed ? { ...further, trials: quick.trials + further.trials } : quick;
}

async function shrinkOnce(
  runner: CaseRunner,
  found: Found,
  goOn: () => boolean,
  alone: boolean,
): Promise<ShrunkCase> {
  const wanted = signature(found.violations[0]!);
  let { violations } = found;
  const { smallest, trials, complete } = await shrink(found.fuzzCase, {
    fails: async (fuzzCase) => {
      const now = await failures(runner, fuzzCase, wanted);
      if (!now.some((violation) => signature(violation) === wanted)) return false;
      if (alone && !(await failsAlone(runner, { ...found, fuzzCase }))) return false;
      violations = now;
      return true;
    },
    passes: CASE_PASSES,
    goOn,
  });
  const confirmed = await failsAlone(runner, { ...found, fuzzCase: smallest });
  return { fuzzCase: smallest, violations, trials, complete, confirmed };
}

/** What tells one way of failing from another: of exceptions the message too, without its figures. */
function signature({ invariant, message }: Violation): string {
  if (invariant !== 'exception' && invariant !== 'unhandled-rejection') return invariant;
  return `${invariant}: ${message.split('\n')[0]!.replaceAll(/\d+(\.\d+)?/g, '#')}`;
}
