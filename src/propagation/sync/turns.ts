/** Work cut into steps, so that thousands of ids do not hold up everything else the node has to do. */
import type { Clock } from '../../environment.ts';
import { Turn } from '../turn.ts';

/** Each step of `work` must be short. In virtual time, where work takes none, it is done in one go. */
export async function inTurns<T>(clock: Clock, work: Generator<void, T>): Promise<T> {
  const turn = new Turn(clock);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (turn.isOver()) await turn.next();
  }
}

/** Whatever else waits in the event loop has its turn first. */
export async function nextTurn(clock: Clock): Promise<void> {
  await new Turn(clock).next();
}

/** All of it at once. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
