/** Work cut into steps, so that thousands of ids do not hold up everything else the node has to do. */
import type { Turn } from '../turn.ts';

/**
 * Each step of `work` must be short. What was done in this turn before counts. In virtual time, where work takes none,
 * it is done in one go.
 */
export async function inTurns<T>(turn: Turn, work: Generator<void, T>): Promise<T> {
  turn.begin();
  try {
    for (;;) {
      if (turn.isOver()) await turn.next();
      const step = work.next();
      if (step.done === true) return step.value;
    }
  } finally {
    turn.end();
  }
}

/** A single step, in the next turn if this one is used up. What it goes on to wait for is not work. */
export async function inTurn<T>(turn: Turn, step: () => T | Promise<T>): Promise<T> {
  turn.begin();
  if (turn.isOver()) await turn.next();
  const result = step();
  turn.end();
  return result;
}

/** All of it at once. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
