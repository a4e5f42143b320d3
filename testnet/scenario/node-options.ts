/** Options of nodes against the configuration of a node. */
import { ConfigError, flattenOptions, OPTIONS, resolveOptions } from '../../src/config.ts';
import type { OptionName, OptionSpec } from '../../src/config.ts';
import type { Contradiction } from './contradictions.ts';
import { nearest } from './nearest.ts';

/** What the testnet gives each node itself; one value for all would have them collide. */
const OURS: ReadonlySet<string> = new Set([
  'datadir',
  'chainid',
  'genesis',
  'accounts',
  'mnemonic',
  'listen',
  'peer',
  'bootstrap',
  'discovery',
  'http.port',
  'metrics',
  'metrics.addr',
  'metrics.port',
]);

/**
 * What is wrong with `own`, which stands at `path` and goes over `base`. Values stay as written: a node resolves them
 * itself, and only what is written down survives being stored.
 */
export function nodeOptionProblems(
  base: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): Contradiction[] {
  const flat = flattenOptions(own);
  const problems = Object.entries(flat).flatMap(([name, value]) => {
    const message = problemOf(name, value);
    // `gossip.d: 8` and `gossip: {d: 8}` are the same option, written in different places.
    const keys = Object.hasOwn(own, name) ? [name] : name.split('.');
    return message === null ? [] : [{ path: [...path, ...keys], message }];
  });
  if (problems.length > 0) return problems;
  try {
    resolveOptions({ ...flattenOptions(base), ...flat });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ path: [...path], message: error.message }];
  }
}

function problemOf(name: string, value: unknown): string | null {
  if (!Object.hasOwn(OPTIONS, name)) {
    const near = nearest(name, Object.keys(OPTIONS));
    return `a node has no such option; ${near === undefined ? 'see "txgossip node --help"' : `did you mean "${near}"?`}`;
  }
  if (OURS.has(name)) return 'the testnet sets this option for each node itself; leave it out';
  const spec = OPTIONS[name as OptionName] as OptionSpec<unknown>;
  const parsed = spec.schema.safeParse(value);
  if (parsed.success) return null;
  return `${parsed.error.issues[0]!.message}; it takes ${spec.value} (${spec.help})`;
}
