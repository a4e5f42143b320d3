import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ConfigError } from '../../src/config.ts';
import { readyMadeFile, readyMadeScenarios } from '../../testnet/scenario/ready-made.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';

/** @throws {ConfigError} when the file cannot be read. @throws {ScenarioError} with every problem found in it. */
export async function readScenario(name: string, overrides: readonly string[]): Promise<Scenario> {
  const file = scenarioFile(name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`the scenario ${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return resolveScenario(text, overrides, basename(file), dirname(file));
}

/** A file, or where there is none of that name, the ready-made scenario that is called so. @throws {ConfigError} */
export function scenarioFile(name: string): string {
  if (existsSync(name)) return name;
  const ready = readyMadeFile(name);
  if (ready !== undefined) return ready;
  const names = readyMadeScenarios().map((scenario) => scenario.name);
  throw new ConfigError(
    `there is no scenario file ${name}, nor a ready-made one of that name: ${names.join(', ')}`,
  );
}

/** For an option that can be given several times. */
export const collect = (value: string, before: string[]): string[] => [...before, value];
