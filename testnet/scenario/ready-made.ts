/** The scenarios that come with the package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { packageFolder } from '../package-folder.ts';
import { isMapping, parseScenario } from './parse.ts';

export interface ReadyMade {
  /** What it is called; its file is `<name>.yaml`. */
  name: string;
  /** Absolute path. */
  file: string;
  /** One line. */
  description: string;
  /** It is a sweep: many runs. */
  isSweep: boolean;
}

/** Where they are. */
function scenariosFolder(): string {
  return join(packageFolder(), 'testnet', 'scenarios');
}

/** By name. Only what is listed is read of each: a mistake in one does not hide the others. */
export function readyMadeScenarios(): ReadyMade[] {
  const folder = scenariosFolder();
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('.yaml'))
    .sort()
    .map((entry) => {
      const file = join(folder, entry);
      const { data } = parseScenario(readFileSync(file, 'utf8'), entry);
      const description = typeof data['description'] === 'string' ? data['description'].trim() : '';
      return { name: basename(entry, '.yaml'), file, description, isSweep: isMapping(data['sweep']) };
    });
}

/** The file of a ready-made scenario, or undefined: `run default` where there is no such file. */
export function readyMadeFile(name: string): string | undefined {
  const file = join(scenariosFolder(), `${name}.yaml`);
  return basename(file, '.yaml') === name && existsSync(file) ? file : undefined;
}
