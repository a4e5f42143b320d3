import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConfigError } from '../../src/config.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';

/** @throws {ConfigError} when the file cannot be read. @throws {ScenarioError} with every problem found in it. */
export async function readScenario(file: string, overrides: readonly string[]): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`the scenario ${file} cannot be read: ${(error as Error).message}`);
  }
  return resolveScenario(text, overrides, basename(file));
}

/** For an option that can be given several times. */
export const collect = (value: string, before: string[]): string[] => [...before, value];
