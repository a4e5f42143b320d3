import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ConfigError } from '../../src/config.ts';
import { readyMadeFile, readyMadeScenarios } from '../../testnet/scenario/ready-made.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';

/** @throws {ConfigError} when the file cannot be read. @throws {ScenarioError} with every problem found in it. */
export async function readScenario(name: string, overrides: readonly string[]): Promise<Scenario> {
  const { text, file, folder } = await readScenarioText(name);
  return resolveScenario(text, overrides, file, folder);
}

/** The scenario as written, the name of its file, and the folder from where files it names count. @throws {ConfigError} */
export async function readScenarioText(
  name: string,
): Promise<{ text: string; file: string; folder: string }> {
  const path = scenarioFile(name);
  try {
    return { text: await readFile(path, 'utf8'), file: basename(path), folder: dirname(path) };
  } catch (error) {
    throw new ConfigError(`the scenario ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A file, or where there is none of that name, the ready-made scenario that is called so. @throws {ConfigError} */
function scenarioFile(name: string): string {
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
