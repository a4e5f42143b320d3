import { pino, type Logger } from 'pino';

/**
 * The log of a simulated node. Nobody reads it: a thousand nodes would drown whoever did. But an error in it is a bug,
 * and is handed on.
 */
export function logThatFails(onError: (message: string, cause: unknown) => void): Logger {
  return pino(
    {
      level: 'error',
      hooks: {
        logMethod: ([bindings, message]) => {
          onError(message ?? 'it says not why', (bindings as { err?: unknown }).err);
        },
      },
    },
    { write: () => undefined },
  );
}
