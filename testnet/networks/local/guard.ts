/**
 * Ends stopped processes when their controller is gone. A process under SIGSTOP does not notice that its IPC channel
 * has closed; it would stay for ever. So a shell waits at the end of a pipe that only the controller holds open, and
 * kills what was last said to be stopped once the pipe closes, which the kernel sees to even when the controller is
 * killed by SIGKILL. The shell has a session of its own: Ctrl-C and a signal to the controller's group do not reach it.
 * Only who kills the shell as well leaves stopped processes behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';

/** Keeps the last line it read; SIGKILL also ends what is stopped. What those would have removed, it removes. */
const SCRIPT =
  'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || { kill -KILL $pids; rm -rf "$1"; }';

export class Guard {
  readonly #pids = new Set<number>();
  readonly #directory: string;
  #shell: ChildProcess | undefined;

  /** @param directory Of the processes; goes with them. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** To be called before a process is stopped. */
  watch(pid: number): void {
    this.#pids.add(pid);
    this.#tell();
  }

  /** To be called once it runs again, or is gone. */
  release(pid: number): void {
    if (this.#pids.delete(pid)) this.#tell();
  }

  /** Nothing is watched any more. */
  end(): void {
    this.#pids.clear();
    this.#tell();
    this.#shell?.stdin!.end();
    this.#shell = undefined;
  }

  #tell(): void {
    if (this.#shell === undefined) {
      if (this.#pids.size === 0) return;
      this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', this.#directory], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      // One that is gone cannot be told; then only the guard is missing.
      this.#shell.on('error', () => undefined);
      this.#shell.stdin!.on('error', () => undefined);
      this.#shell.unref();
    }
    this.#shell.stdin!.write(`${[...this.#pids].join(' ')}\n`);
  }
}
