import { readFileSync } from 'node:fs';

/** package.json stands above src in the checkout, and above dist/src in the published package. */
function read(url: URL): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version: string };
    return name === 'txgossip' ? version : undefined;
  } catch {
    return undefined;
  }
}

export const packageVersion: string =
  read(new URL('../package.json', import.meta.url)) ??
  read(new URL('../../package.json', import.meta.url)) ??
  'unknown';
