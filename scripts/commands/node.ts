import { Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { ConfigError, flattenOptions, OPTIONS, type NodeOptions, type OptionSpec } from '../../src/config.ts';
import { launchNode } from '../../src/launch.ts';
import { aborted, stoppable } from './signals.ts';

/** `txgossip node`: one peer, its options the table of src/config.ts. */
export function nodeCommand(): Command {
  const command = new Command('node')
    .description(
      'Start a node. It prints where it listens once it is ready, and runs until SIGINT or SIGTERM.',
    )
    .option(
      '--config <FILE>',
      'YAML file with the same option names, nested or dotted; the command line wins',
    );
  for (const [name, spec] of Object.entries(OPTIONS) as [string, OptionSpec<unknown>][]) {
    command.addOption(commandLineOption(name, spec));
  }
  return command.action(async ({ config, ...given }: Record<string, unknown>) => {
    const fromFile = typeof config === 'string' ? await readConfig(config) : {};
    await runNode({ ...fromFile, ...given });
  });
}

async function runNode(options: Partial<NodeOptions>): Promise<void> {
  const { rpcUrl, metricsUrl, multiaddrs, node, stop } = await launchNode(options);
  await stoppable(async (signal) => {
    console.log(node.clientVersion);
    console.log(`chain id  ${node.networkId.toString()}`);
    for (const address of multiaddrs) console.log(`peers     ${address}`);
    console.log(`JSON-RPC  ${rpcUrl}`);
    if (metricsUrl !== undefined) console.log(`metrics   ${metricsUrl}/metrics`);
    await aborted(signal);
    await stop();
  });
}

function commandLineOption(name: string, spec: OptionSpec<unknown>): Option {
  const { schema, default: standard, value, help, group } = spec;
  const shown = Array.isArray(standard) ? standard.join(', ') : standard?.toString();
  const described = shown === undefined || shown === '' ? help : `${help} (default: ${shown})`;
  const option = new Option(`--${name} <${value}>`, described).helpGroup(`${group}:`);
  if (Array.isArray(standard) || spec === OPTIONS['http.api']) {
    return option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
  }
  // Text where the option takes text; else what YAML makes of it, as in the configuration file.
  return option.argParser((text: string): unknown =>
    schema.safeParse(text).success ? text : parseYaml(text),
  );
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`the configuration file ${path} cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = parseYaml(text) ?? {};
  } catch (error) {
    throw new ConfigError(`${path} is not YAML: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${path} must hold option names and values, such as "http.port: 8545"`);
  }
  return flattenOptions(value as Record<string, unknown>);
}
