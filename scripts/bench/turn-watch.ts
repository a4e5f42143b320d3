import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

/**
 * CPU of this thread between two chances of the event loop to look at sockets and timers, ms. Never more than the time
 * that went by: Linux counts CPU in ticks, and what is booked late may be a whole tick too much.
 */
export interface Turns {
  count: number;
  /** Without what garbage collection took of it. */
  longestMs: number;
  /** Nine in ten of the turns that took above half a millisecond took no longer, garbage collection and all. */
  p90Ms: number;
  /** The longest pause for garbage collection: time, not CPU. */
  longestCollectionMs: number;
}

interface Turn {
  fromMs: number;
  toMs: number;
  cpuMs: number;
}

/** Those that took less are only counted. */
const WORKING_MS = 0.5;

/** CPU, not time alone: what else runs on the machine holds nobody's event loop. */
export class TurnWatch {
  #count = 0;
  #working: Turn[] = [];
  #collections: { fromMs: number; toMs: number }[] = [];
  #started = false;

  /** Of the turns since the last time this was called; none the first time. */
  async take(): Promise<Turns> {
    if (!this.#started) this.#start();
    // Collections are told of a turn late.
    await nextLoopTurn();
    await nextLoopTurn();
    const working = this.#working.splice(0);
    const collections = this.#collections.splice(0);
    const count = this.#count;
    this.#count = 0;
    const cpuMs = working.map((turn) => turn.cpuMs).sort((a, b) => a - b);
    const collected = ({ fromMs, toMs }: Turn): number =>
      collections
        .filter((each) => each.fromMs < toMs && each.toMs > fromMs)
        .reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
    return {
      count,
      longestMs: working.reduce((most, turn) => Math.max(most, turn.cpuMs - collected(turn)), 0),
      p90Ms: cpuMs[Math.floor(cpuMs.length * 0.9)] ?? 0,
      longestCollectionMs: collections.reduce((most, { fromMs, toMs }) => Math.max(most, toMs - fromMs), 0),
    };
  }

  #start(): void {
    this.#started = true;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        this.#collections.push({ fromMs: startTime, toMs: startTime + duration });
    }).observe({ entryTypes: ['gc'] });
    let before = process.threadCpuUsage();
    let fromMs = performance.now();
    const look = (): void => {
      const { user, system } = process.threadCpuUsage(before);
      const toMs = performance.now();
      const cpuMs = Math.min((user + system) / 1000, toMs - fromMs);
      this.#count++;
      if (cpuMs > WORKING_MS) this.#working.push({ fromMs, toMs, cpuMs });
      before = process.threadCpuUsage();
      fromMs = toMs;
      setImmediate(look);
    };
    setImmediate(look);
  }
}
