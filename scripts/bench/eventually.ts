import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;

/** Resolves once `look` sees it. @throws {Error} naming it, when that takes longer than `patienceMs`. */
export async function eventually(
  what: string,
  look: () => boolean | Promise<boolean>,
  { patienceMs = 60_000, lookMs = LOOK_MS } = {},
): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await look())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await sleep(lookMs);
  }
}
