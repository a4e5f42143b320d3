import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerMessage, Exchanges, RequestKind } from './protocol.ts';

/** Source and built form alike: the entry stands beside this file and has its ending. */
const ENTRY = fileURLToPath(new URL(`./node-process${extname(import.meta.url)}`, import.meta.url));

/** A child that was told to stop and did not is killed after this time. */
const STOP_DEADLINE_MS = 5000;

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** A node process under the controller: requests in, answers out, and its death noticed. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 0;
  #stopping = false;
  #stderr = '';

  /** `onDeath` is called once when the process ends without having been told to. */
  constructor(onDeath: (error: Error) => void) {
    this.#process = fork(ENTRY, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    this.#process.on('message', (message: AnswerMessage) => this.#answered(message));
    this.#exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        const error = new Error(
          `node process ${this.pid} ended ${signal === null ? `with code ${code}` : `by ${signal}`}${this.#lastWords()}`,
        );
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        if (!this.#stopping) onDeath(error);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** @throws when the process answers with an error, or is gone. */
  async ask<Kind extends RequestKind>(
    kind: Kind,
    request: Exchanges[Kind]['request'],
  ): Promise<Exchanges[Kind]['answer']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) {
        reject(new Error(`node process ${this.pid} is gone`));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, kind, request }, (error) => {
        if (error === null) return;
        this.#waiting.delete(id);
        reject(error);
      });
    });
  }

  /** Gently, then by SIGKILL. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_DEADLINE_MS);
    this.ask('stop', null).catch(() => this.#process.kill('SIGKILL'));
    await this.#exited;
    clearTimeout(timer);
  }

  /** At once: for a controller that is itself about to end. */
  kill(): void {
    this.#stopping = true;
    this.#process.kill('SIGKILL');
  }

  #answered(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.answer as never);
  }

  #lastWords(): string {
    const lines = this.#stderr.trim().split('\n').filter(Boolean);
    return lines.length === 0 ? '' : `; its last words: ${lines.slice(-5).join(' | ')}`;
  }
}
