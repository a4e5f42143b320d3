/**
 * Time and dice as arguments. The node never asks the machine for either: the composition root is handed an
 * `Environment`, so that the same code runs on real time and in a simulation.
 */

/** Ends what it was handed out for; calling it again does nothing. */
export type Cancel = () => void;

export interface Clock {
  /**
   * Milliseconds, fractional, monotonic. The origin is arbitrary but shared by every process on a machine, so that
   * times of two processes can be subtracted.
   */
  nowMs(): number;
  /** Calls `callback` once, `delayMs` from now. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Cancel;
}

export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
}

export interface Environment {
  clock: Clock;
  random: Random;
}

/** performance.now() and process.hrtime() read the same monotonic clock; only the origin of the latter is shared. */
const SHARED_ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const realClock: Clock = {
  nowMs: () => SHARED_ORIGIN_MS + performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const realRandom: Random = { next: () => Math.random() };

export const realEnvironment: Environment = { clock: realClock, random: realRandom };
