/** Cases on disk: what a hunt found, and what the tests keep. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { CaseError, caseToJson, parseCase } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';

/** Where a hunt leaves what it found, and where the tests look, both under the working directory. */
export const FOUND = join('runs', 'fuzz');
const KEPT = join('test', 'simulation', 'regressions');

/** @throws {CaseError} when there is no such file, or no case in it. */
export async function readCase(file: string): Promise<FuzzCase> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CaseError(`the case ${file} cannot be read: ${(error as Error).message}`);
  }
  return parseCase(text, file);
}

/** @returns the file. */
export async function saveCase(directory: string, name: string, fuzzCase: FuzzCase): Promise<string> {
  const file = join(directory, `${name}.json`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, caseToJson(fuzzCase));
  return file;
}

/**
 * Makes a case a regression test: test/simulation/regressions.test.ts runs every file of `KEPT`.
 * @returns the file. @throws {CaseError} when there is no case in `file`, or another one of its name is kept.
 */
export async function keepCase(file: string, directory: string = KEPT): Promise<string> {
  const fuzzCase = await readCase(file);
  const name = basename(file, '.json');
  if ((await keptCases(directory)).includes(`${name}.json`)) {
    throw new CaseError(
      `${join(directory, `${name}.json`)} is there already: rename ${file} after what it shows`,
    );
  }
  return saveCase(directory, name, fuzzCase);
}

/** The file names of `directory`, sorted; none when it does not exist. */
export async function keptCases(directory: string = KEPT): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
