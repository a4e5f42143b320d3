import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * Processor, memory, garbage collection and event loop of this process, by prom-client's names. One registry for all
 * nodes in it: what it observes (garbage
 * collection, a timer each 10 ms) cannot be let go of again.
 */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
