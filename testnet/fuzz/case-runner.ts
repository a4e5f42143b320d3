/**
 * Runs cases in a worker of their own and in bounded real time. One worker serves many cases, because to start one
 * costs about a second and a case a tenth of it; after a case that failed the next gets a new one.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { CaseReport } from './case-worker.ts';
import { resolveCase } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { promisesOf } from './promises.ts';
import type { CaseResult } from './run-case.ts';

const ENTRY = new URL(`./case-worker${extname(import.meta.url)}`, import.meta.url);

/** Ten times what a long case takes: what takes longer does not end. */
const DEFAULT_TIMEOUT_MS = 60_000;

export class CaseRunner {
  readonly #timeoutMs: number;
  #worker: Worker | undefined;

  constructor({ timeoutMs = DEFAULT_TIMEOUT_MS }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  /** One at a time. @throws {CaseError} when it is no case. */
  async run(fuzzCase: FuzzCase): Promise<CaseResult> {
    const promises = promisesOf(resolveCase(fuzzCase));
    const worker = (this.#worker ??= new Worker(ENTRY));
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const ended = (violation: CaseResult['violations'][number]): CaseResult => {
      const realMs = performance.now() - startedAt;
      return { violations: [violation], digest: null, promises, arrivals: 0, virtualMs: 0, realMs };
    };
    try {
      const result = await new Promise<CaseResult>((resolve, reject) => {
        timer = setTimeout(() => {
          const message = `it has not ended after ${this.#timeoutMs} ms of real time`;
          resolve(ended({ invariant: 'in-time', message }));
        }, this.#timeoutMs);
        worker.on('message', (report: CaseReport) => {
          if ('result' in report) resolve(report.result);
          else reject(report.error);
        });
        worker.on('error', (error: Error) =>
          resolve(ended({ invariant: 'exception', message: error.stack ?? error.message })),
        );
        worker.postMessage(fuzzCase);
      });
      if (result.violations.length > 0) await this.stop();
      return result;
    } finally {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error');
    }
  }

  /** Leaves no worker; the next case gets a new one. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
