/**
 * Every option of a node: name, type, unit, default and what it is for. One table, read by the command line, the
 * configuration file, scenarios and the API alike, in a file a group (config/); defaults stand beside the code they
 * steer and are only named there. Names are geth's where geth has the option.
 */
import { chainOptions } from './config/chain.ts';
import { ConfigError } from './config/config-error.ts';
import { checkContradictions } from './config/contradictions.ts';
import { discoveryOptions } from './config/discovery.ts';
import { gossipOptions } from './config/gossip.ts';
import { jsonRpcOptions } from './config/json-rpc.ts';
import { membersOptions } from './config/members.ts';
import { metricsOptions } from './config/metrics.ts';
import { networkOptions } from './config/network.ts';
import { nodeOptions } from './config/node.ts';
import type { OptionGroup, OptionSpec } from './config/option.ts';
import { propagationOptions } from './config/propagation.ts';
import { reconciliationOptions } from './config/reconciliation.ts';
import { transactionPoolOptions } from './config/transaction-pool.ts';
import { validationOptions } from './config/validation.ts';
import { defaultsGiven } from './option-defaults.ts';

export { ConfigError };
export type { OptionSpec };

/** In the order the command line lists them. */
export const OPTIONS = {
  ...nodeOptions,
  ...chainOptions,
  ...networkOptions,
  ...discoveryOptions,
  ...membersOptions,
  ...jsonRpcOptions,
  ...metricsOptions,
  ...transactionPoolOptions,
  ...propagationOptions,
  ...gossipOptions,
  ...reconciliationOptions,
  ...validationOptions,
} satisfies OptionGroup;

export type OptionName = keyof typeof OPTIONS;
/** Every option by its name, resolved. */
export type NodeOptions = { [Name in OptionName]: (typeof OPTIONS)[Name]['default'] };

/** Later sources win; absent options take their default. @throws {ConfigError} */
export function resolveOptions(...sources: Record<string, unknown>[]): NodeOptions {
  const given = Object.assign({}, ...sources) as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (!(name in OPTIONS)) throw new ConfigError(`unknown option "${name}"${suggest(name)}`);
  }
  const resolved: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = defaultsGiven(given);
  for (const [name, spec] of Object.entries(OPTIONS) as [string, OptionSpec<unknown>][]) {
    if (given[name] === undefined) {
      resolved[name] = defaults[name] ?? spec.default;
      continue;
    }
    const parsed = spec.schema.safeParse(given[name]);
    if (!parsed.success) {
      const wrong = parsed.error.issues[0]?.message ?? 'not a valid value';
      throw new ConfigError(`option ${name}: ${wrong}; it takes ${spec.value} (${spec.help})`);
    }
    resolved[name] = parsed.data;
  }
  const options = resolved as NodeOptions;
  checkContradictions(options);
  return options;
}

/** `{ http: { port: 1 } }` and `{ 'http.port': 1 }` name the same option. */
export function flattenOptions(nested: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(nested)) {
    const name = prefix + key;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      Object.assign(flat, flattenOptions(value as Record<string, unknown>, `${name}.`));
    } else flat[name] = value;
  }
  return flat;
}

function suggest(name: string): string {
  const near = Object.keys(OPTIONS).filter((known) => known.includes(name) || name.includes(known));
  return near.length > 0 ? `; did you mean ${near.slice(0, 3).join(', ')}?` : '; see txgossip node --help';
}
