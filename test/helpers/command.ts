import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './poll.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TXGOSSIP = fileURLToPath(new URL('../../scripts/txgossip.js', import.meta.url));

/** A command under test, its output as it comes. */
export class Command {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(file, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exit = new Promise((resolve) =>
      this.process.once('close', (code, signal) => resolve({ code, signal })),
    );
  }

  /** The first group of `pattern` once standard output holds it. */
  async printed(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    let ended = false;
    void this.exit.then(() => (ended = true));
    return eventually(
      `output matching ${String(pattern)}; so far: ${this.stdout}${this.stderr}`,
      () => {
        const match = pattern.exec(this.stdout);
        if (match !== null) return match[1] ?? match[0];
        if (ended) throw new Error(`ended without printing ${String(pattern)}: ${this.stdout}${this.stderr}`);
        return undefined;
      },
      timeoutMs,
    );
  }

  /** Ends it if it still runs; for clean-up. */
  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}

/** `txgossip ...` as a user types it. */
export function txgossip(...args: string[]): Command {
  return new Command(process.execPath, [TXGOSSIP, ...args]);
}

/** Runs to its end. */
export async function finished(
  command: Command,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { code } = await command.exit;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** Process ids of the children of `pid`, from /proc. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** CPU time a running process has used, all its threads, from /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything; user and system time are fields 14 and 15, in hundredths.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
