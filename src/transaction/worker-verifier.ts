import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ADDRESS_BYTES, SIGNED_HASH_BYTES, withSender, writeSignedHash } from './recover.ts';
import type { DecodedTransaction } from './transaction.ts';
import {
  byDeadline,
  DEFAULT_MAX_QUEUED,
  NO_DEADLINE,
  type Deadline,
  type Verifier,
  type VerifyResult,
} from './verifier.ts';
import type { RecoverRequest, RecoverResponse, WorkerMessage } from './verifier-worker.ts';

export interface WorkerVerifierOptions {
  /** Signatures waiting at most. */
  maxQueued: number;
  /** Default: the machine's cores but one, which the event loop keeps busy, and at least 1. */
  threads: number;
  /**
   * A larger batch is cut into jobs of this size, so that several threads share it. Posting a job and its answer
   * costs this thread some 25 us, less than recovering a single signature.
   */
  signaturesPerJob: number;
  /** The thread's code. Another one is for tests. */
  workerEntry: URL;
}

const DEFAULT_WORKER_VERIFIER_OPTIONS: WorkerVerifierOptions = {
  maxQueued: DEFAULT_MAX_QUEUED,
  threads: Math.max(1, availableParallelism() - 1),
  signaturesPerJob: 64,
  // Beside this file, of its kind: .ts from source, .js when built.
  workerEntry: new URL(`./verifier-worker${extname(import.meta.url)}`, import.meta.url),
};

/** One at work and one that follows without a pause; what a thread was given cannot be overtaken any more. */
const JOBS_PER_THREAD = 2;

type JobAnswer = readonly VerifyResult[] | 'busy';

interface Job {
  batch: readonly DecodedTransaction[];
  deadline: Deadline;
  resolve(answer: JobAnswer): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  jobs: Map<number, Job>;
  queued: number;
}

/**
 * Verifies on worker threads; this thread only packs and unpacks. A thread that dies fails the jobs it had and is
 * replaced; one that dies before it was ready is not, for its replacement would die as well.
 * Resolves once every thread is ready. @throws {Error} when one cannot start.
 */
export async function createWorkerVerifier(options: Partial<WorkerVerifierOptions> = {}): Promise<Verifier> {
  const standard = DEFAULT_WORKER_VERIFIER_OPTIONS;
  // One by one: an option given as undefined takes its default.
  const {
    maxQueued = standard.maxQueued,
    threads = standard.threads,
    signaturesPerJob = standard.signaturesPerJob,
    workerEntry = standard.workerEntry,
  } = options;
  const pool = new Set<Thread>();
  /** Given to no thread yet. */
  const waiting: Job[] = [];
  let queued = 0;
  let lastJobId = 0;
  let stopped = false;

  function startThread(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread: Thread = { worker: new Worker(workerEntry), jobs: new Map(), queued: 0 };
      let ready = false;
      let cause: Error | undefined;
      pool.add(thread);
      thread.worker.on('message', (message: WorkerMessage) => {
        if (message !== 'ready') {
          answer(thread, message);
          return;
        }
        ready = true;
        resolve();
      });
      thread.worker.on('error', (error: Error) => (cause = error));
      thread.worker.on('exit', (exitCode) => {
        pool.delete(thread);
        const error = new Error(`a signature verifier thread died with exit code ${exitCode}`, { cause });
        for (const id of [...thread.jobs.keys()]) {
          const job = takeJob(thread, id);
          if (stopped) job.resolve('busy');
          else job.reject(error);
        }
        if (!ready) reject(error);
        // Should the replacement die too, verify() says so once no thread is left.
        else if (!stopped) startThread().then(dispatch, () => undefined);
        if (pool.size === 0) endWaiting(error);
      });
    });
  }

  function takeJob(thread: Thread, id: number): Job {
    const job = thread.jobs.get(id)!;
    thread.jobs.delete(id);
    thread.queued -= job.batch.length;
    queued -= job.batch.length;
    return job;
  }

  /** No thread will take them. */
  function endWaiting(error: Error): void {
    for (const { batch, resolve, reject } of waiting.splice(0)) {
      queued -= batch.length;
      if (stopped) resolve('busy');
      else reject(error);
    }
  }

  function answer(thread: Thread, { id, packed }: RecoverResponse): void {
    const { batch, resolve } = takeJob(thread, id);
    dispatch();
    resolve(
      batch.map((decoded, index) => {
        const address = packed.subarray(index * ADDRESS_BYTES, (index + 1) * ADDRESS_BYTES);
        return withSender(decoded, address.every((byte) => byte === 0) ? undefined : address);
      }),
    );
  }

  function enqueue(batch: readonly DecodedTransaction[], deadline: Deadline): Promise<JobAnswer> {
    queued += batch.length;
    return new Promise((resolve, reject) => {
      waiting.push({ batch, deadline, resolve, reject });
    });
  }

  /** The nearest deadline first, each to the thread that has least to do. */
  function dispatch(): void {
    if (waiting.length > 1) waiting.sort(byDeadline);
    while (waiting.length > 0) {
      const thread = leastBusy(pool);
      if (thread === undefined || thread.jobs.size >= JOBS_PER_THREAD) return;
      post(thread, waiting.shift()!);
    }
  }

  function post(thread: Thread, job: Job): void {
    const { batch } = job;
    const packed = new Uint8Array(batch.length * SIGNED_HASH_BYTES);
    const view = new DataView(packed.buffer);
    for (const [index, decoded] of batch.entries())
      writeSignedHash(packed, view, index * SIGNED_HASH_BYTES, decoded);

    const id = ++lastJobId;
    thread.jobs.set(id, job);
    thread.queued += batch.length;
    thread.worker.postMessage({ id, packed } satisfies RecoverRequest, [packed.buffer]);
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all([...pool].map(({ worker }) => worker.terminate()));
  }

  try {
    await Promise.all(Array.from({ length: threads }, startThread));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    async verify(batch, deadline = NO_DEADLINE) {
      if (stopped || queued + batch.length > maxQueued) return 'busy';
      if (pool.size === 0)
        throw new Error('every signature verifier thread has died and could not be replaced');
      const jobs: Promise<JobAnswer>[] = [];
      for (let at = 0; at < batch.length; at += signaturesPerJob)
        jobs.push(enqueue(batch.slice(at, at + signaturesPerJob), deadline));
      dispatch();
      const results: VerifyResult[] = [];
      for (const jobAnswer of await Promise.all(jobs)) {
        if (jobAnswer === 'busy') return 'busy';
        results.push(...jobAnswer);
      }
      return results;
    },
    canAcceptWork: () => !stopped && queued < maxQueued,
    get queued() {
      return queued;
    },
    stop,
  };
}

/** Undefined: there is none. */
function leastBusy(pool: ReadonlySet<Thread>): Thread | undefined {
  let least: Thread | undefined;
  for (const thread of pool) if (least === undefined || thread.queued < least.queued) least = thread;
  return least;
}
