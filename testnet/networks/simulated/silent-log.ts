/** libp2p's logger, saying nothing: a thousand simulated nodes would drown whoever listens. */
import type { ComponentLogger, Logger } from '@libp2p/interface';

const nothing = (): void => undefined;

export const silentLog: Logger = Object.assign(nothing, {
  enabled: false,
  error: nothing,
  trace: nothing,
  newScope: (): Logger => silentLog,
});

export const silentLogger: ComponentLogger = { forComponent: () => silentLog };
