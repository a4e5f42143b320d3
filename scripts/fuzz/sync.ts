/**
 * Hunts for bugs in reconciliation and in the decoder of batches with made up and bent frames, in virtual time.
 *
 *   npm run fuzz:sync -- --minutes 5             from a fresh seed
 *   npm run fuzz:sync -- --seed 17 --cases 1     one case again
 *
 * Exits 1 when something was found: a failure, a session that hangs, or memory that grows from case to case.
 */
import { Command, InvalidArgumentError } from 'commander';
import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runSyncCase } from './sync-case.ts';

const MINUTE_MS = 60_000;
/** Between two looks at the heap; the first is after everything has been compiled and remembered once. */
const CASES_A_LOOK = 500;
/** What may be left of a thousand cases. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;

const number = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('It must be a number from 0 up.');
  return value;
};
const whole = (text: string): number => {
  if (!Number.isSafeInteger(number(text))) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const options = new Command('fuzz:sync')
  .description('Hunt for bugs in reconciliation and in the decoder of batches.')
  .option('--minutes <M>', 'how long (default: 1, when --cases is not given)', number)
  .option('--cases <N>', 'how many cases at most', whole)
  .option('--seed <N>', 'of the first case; the others count up from it (default: a fresh one)', whole)
  .parse()
  .opts<{ minutes?: number; cases?: number; seed?: number }>();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const firstSeed = options.seed ?? randomInt(1, 2 ** 40);
const cases = options.cases ?? Infinity;
const forMs = (options.minutes ?? (options.cases === undefined ? 1 : Infinity)) * MINUTE_MS;
const startedAt = performance.now();
let unhandled: unknown;
process.on('unhandledRejection', (reason) => (unhandled = reason));
let firstHeap: number | undefined;
let done = 0;

console.log(`first seed ${firstSeed}`);
for (; done < cases && performance.now() - startedAt < forMs; done++) {
  const seed = firstSeed + done;
  try {
    await runSyncCase(seed);
    // A rejection nobody handled is told only when the event loop comes round.
    await new Promise((resolve) => setImmediate(resolve));
    if (unhandled !== undefined) throw unhandled as Error;
    if (done % CASES_A_LOOK === CASES_A_LOOK - 1) look();
  } catch (error) {
    console.log(`seed ${seed} FAILED; again: npm run fuzz:sync -- --seed ${seed} --cases 1`);
    console.log(error);
    process.exitCode = 1;
    break;
  }
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${done} cases in ${seconds.toFixed(0)} s${process.exitCode === 1 ? '' : ': nothing found'}`);

function look(): void {
  const heap = heapBytes();
  firstHeap ??= heap;
  const growth = heap - firstHeap;
  console.log(`${done + 1} cases, heap ${(heap / 1e6).toFixed(0)} MB`);
  if (growth > MAX_GROWTH_BYTES)
    throw new Error(`the heap has grown by ${(growth / 1e6).toFixed(0)} MB since case ${CASES_A_LOOK}`);
}
