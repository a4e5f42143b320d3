import { spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inheritedArguments } from './inherited-arguments.ts';
import type { AnswerMessage, EventsMessage, Exchanges, NodeReport, RequestKind } from './protocol.ts';

/** Source and built form alike: the entry stands beside this file and has its ending. */
const ENTRY = fileURLToPath(new URL(`./node-process${extname(import.meta.url)}`, import.meta.url));

/** A child that was told to stop and did not is killed after this time. */
const STOP_DEADLINE_MS = 5000;

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

export interface ChildInit {
  /** What runs Node, before its own arguments, such as `ip netns exec name`. Default: nothing. */
  within?: readonly string[] | undefined;
  /** Takes what the process tells of its nodes unasked. */
  onEvents: (happened: EventsMessage['happened']) => void;
  /** Called once when the process ends without having been told to. */
  onDeath: (error: Error) => void;
}

/** A node process under the controller: requests in, answers out, and its death noticed. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 0;
  #ending = false;
  #stderr = '';

  constructor({ within = [], onEvents, onDeath }: ChildInit) {
    const [command, ...args] = [...within, process.execPath, ...inheritedArguments(process.execArgv), ENTRY];
    this.#process = spawn(command, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    this.#process.on('message', (message: AnswerMessage | EventsMessage) => {
      if ('happened' in message) onEvents(message.happened);
      else this.#answered(message);
    });
    this.#exited = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        onDeath(new Error(`cannot start a node process (${command}): ${error.message}`));
        resolve();
      });
      this.#process.once('close', (code, signal) => {
        const error = new Error(
          `node process ${this.pid} ended ${signal === null ? `with code ${code}` : `by ${signal}`}${this.#lastWords()}`,
        );
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        if (!this.#ending) onDeath(error);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** It was told to end. */
  get ending(): boolean {
    return this.#ending;
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

  /** Gently, then by SIGKILL. Resolves when the process is gone, with what it told last. */
  async stop(): Promise<NodeReport[]> {
    this.#ending = true;
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_DEADLINE_MS);
    const reports = await this.ask('stop', null).catch(() => {
      this.#process.kill('SIGKILL');
      return [];
    });
    await this.#exited;
    clearTimeout(timer);
    return reports;
  }

  /** Resolves with what it told last, before it ends by its own SIGKILL. @throws when it is gone already. */
  async die(): Promise<NodeReport[]> {
    this.#ending = true;
    return this.ask('die', null);
  }

  /** At once and without a word. */
  kill(): void {
    this.#ending = true;
    this.#process.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  async exited(): Promise<void> {
    return this.#exited;
  }

  /** SIGSTOP: computes no more until thaw(), and answers nothing. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
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
