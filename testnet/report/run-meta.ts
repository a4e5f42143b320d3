/** What a run needs told beside its scenario to be run again: the versions it ran with, and on what machine. */
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import os from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface Versions {
  txgossip: string;
  node: string;
  libp2p: string;
  gossipsub: string;
}

export interface Machine {
  cpus: number;
  cpuModel: string;
  memoryBytes: number;
  /** Operating system, architecture, release. */
  platform: string;
}

export interface RunMeta {
  versions: Versions;
  /** Git commit the program was run from; null outside a checkout. */
  commit: string | null;
  machine: Machine;
  /** ISO 8601. */
  invokedAt: string;
}

/** `invokedAt`: when the command was given, as a Date. */
export async function describeRun(invokedAt: Date): Promise<RunMeta> {
  const [txgossip, libp2p, gossipsub, commit] = await Promise.all([
    versionOf('..'),
    versionOf('libp2p'),
    versionOf('@chainsafe/libp2p-gossipsub'),
    readCommit(),
  ]);
  return {
    versions: { txgossip, node: process.versions.node, libp2p, gossipsub },
    commit,
    machine: describeMachine(),
    invokedAt: invokedAt.toISOString(),
  };
}

function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    cpuModel: cpus[0]?.model.trim() ?? 'unknown',
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.arch()} ${os.release()}`,
  };
}

/** Of a package as this program resolves it; `..` is this one. */
async function versionOf(specifier: string): Promise<string> {
  const path = findPackageJSON(specifier, import.meta.url);
  if (path === undefined)
    throw new Error(`no package.json was found for ${specifier}: install the dependencies`);
  const { version } = JSON.parse(await readFile(path, 'utf8')) as { version?: string };
  return version ?? 'unknown';
}

/** Asked of this package's own folder: installed under somebody's project, that project's commit is not ours. */
async function readCommit(): Promise<string | null> {
  const root = dirname(findPackageJSON('..', import.meta.url) ?? import.meta.dirname);
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--show-toplevel', 'HEAD'], {
      cwd: root,
    });
    const [topLevel, commit] = stdout.trim().split('\n');
    return topLevel !== undefined && (await realpath(topLevel)) === (await realpath(root))
      ? (commit ?? null)
      : null;
  } catch {
    return null; // No git on this machine, no checkout, or nothing committed yet: there is no commit to tell.
  }
}
