import { rename, writeFile } from 'node:fs/promises';

/** Written beside its place and renamed: never half there. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}
