/** Hunts by the case, each from a seed of its own, for as long as one likes: failures, and memory that grows from case to case. */
import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { huntCommand, type HuntOptions } from './hunt-command.ts';

const MINUTE_MS = 60_000;
/** What may be left of all cases after the first look. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;

export interface Hunt {
  /** Of the npm script. */
  name: string;
  description: string;
  /** @throws when something is wrong. */
  runCase: (seed: number) => Promise<void>;
  /** Between two looks at the heap; the first is after everything has been compiled and remembered once. */
  casesALook: number;
}

/** As the command line says. Sets exit code 1 when something was found. */
export async function hunt({ name, description, runCase, casesALook }: Hunt): Promise<void> {
  const options = huntCommand(name, description).parse().opts<HuntOptions>();

  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const firstSeed = options.seed ?? randomInt(1, 2 ** 40);
  const cases = options.cases ?? Infinity;
  const forMs = (options.minutes ?? (options.cases === undefined ? 1 : Infinity)) * MINUTE_MS;
  const startedAt = performance.now();
  let unhandled: unknown;
  process.on('unhandledRejection', (reason) => (unhandled = reason));
  let firstHeap: number | undefined;
  let done = 0;

  const look = (): void => {
    collectGarbage();
    const heap = process.memoryUsage().heapUsed;
    firstHeap ??= heap;
    console.log(`${done + 1} cases, heap ${(heap / 1e6).toFixed(1)} MB`);
    if (heap - firstHeap > MAX_GROWTH_BYTES) {
      const grown = ((heap - firstHeap) / 1e6).toFixed(0);
      throw new Error(`the heap has grown by ${grown} MB since case ${casesALook}`);
    }
  };

  console.log(`first seed ${firstSeed}`);
  for (; done < cases && performance.now() - startedAt < forMs; done++) {
    const seed = firstSeed + done;
    try {
      await runCase(seed);
      // A rejection nobody handled is told only when the event loop comes round.
      await new Promise((resolve) => setImmediate(resolve));
      if (unhandled !== undefined) throw unhandled as Error;
      if (done % casesALook === casesALook - 1) look();
    } catch (error) {
      console.log(`seed ${seed} FAILED; again: npm run ${name} -- --seed ${seed} --cases 1`);
      console.log(error);
      process.exitCode = 1;
      break;
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`${done} cases in ${seconds.toFixed(0)} s${process.exitCode === 1 ? '' : ': nothing found'}`);
}
