/** Work cut into steps, so that thousands of ids do not hold up everything else the node has to do. */
import type { Clock } from '../../environment.ts';

/** Of work before others have their turn: with a step of well below a millisecond the event loop is held for 5 ms. */
const TURN_MS = 4;

/** Each step of `work` must be short. In virtual time, where work takes none, it is done in one go. */
export async function inTurns<T>(clock: Clock, work: Generator<void, T>): Promise<T> {
  let sinceMs = clock.nowMs();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (clock.nowMs() - sinceMs < TURN_MS) continue;
    await nextTurn(clock);
    sinceMs = clock.nowMs();
  }
}

/** Whatever else waits in the event loop has its turn first. */
export async function nextTurn(clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => void clock.after(0, resolve));
}

/** All of it at once. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
