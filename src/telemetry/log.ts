import { destination, pino, type Logger } from 'pino';

export type { Logger };

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** JSON lines on standard error, so that standard output stays for what a script reads. `verbosity` as geth's, 0 to 5. */
export function createLogger(verbosity: number): Logger {
  return pino({ level: LEVELS[verbosity] ?? 'warn', base: undefined }, destination({ fd: 2, sync: true }));
}
