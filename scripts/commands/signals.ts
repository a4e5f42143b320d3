/** Ctrl-C and its like, for commands that have something to put in order before they end. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const satisfies NodeJS.Signals[];

/**
 * Does `work`, whose signal is aborted by the first SIGINT or SIGTERM. A second one ends the process at once: whoever
 * asks twice means it. Once the work is over, however it ended, signals do what they did before.
 * @param advice what the user can do after that; it follows the reason.
 */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>, advice?: string): Promise<T> {
  const stopped = new AbortController();
  const listener = (signal: NodeJS.Signals): void => {
    if (stopped.signal.aborted) process.exit(130);
    const reason = `stopped by ${signal}`;
    stopped.abort(new Error(advice === undefined ? reason : `${reason}; ${advice}`));
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  try {
    return await work(stopped.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, listener);
  }
}

/** Resolves when `signal` is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
