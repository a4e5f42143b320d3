#!/usr/bin/env node
// The command's first step, plain JavaScript so that an old Node can read it and say what it needs.
import { existsSync } from 'node:fs';
import './compile-cache.js';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `txgossip needs Node.js 22.18 or newer and this is ${process.versions.node}: run it with npx or npm run in a checkout (Node 24 comes with it), or install a newer Node.js`,
  );
  process.exit(1);
}

// In a checkout the sources run as they are; the published package holds the built form only.
const source = new URL('./cli.ts', import.meta.url);
const built = new URL('../dist/scripts/cli.js', import.meta.url);
const { main } = await import((existsSync(source) ? source : built).href);
await main(process.argv);
