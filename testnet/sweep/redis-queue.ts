/**
 * Points of a sweep through a queue on Redis (BullMQ), so that other machines can take them: the sweep hands its
 * orders in and gets whole run folders back; a worker takes an order, runs it beside itself and answers with the run.
 * A worker that dies loses its lock, and its point goes to another one.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, QueueEvents, Worker, type ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { ConfigError } from '../../src/config.ts';
import type { PointOrder, PointOutcome } from './order.ts';
import { packRun, unpackRun, type PackedRun } from './packed-run.ts';
import { runPoint, type PointRunner } from './run-point.ts';

const QUEUE_NAME = 'txgossip-sweep';
/** A worker that has not renewed its claim for so long is taken for dead, and its point is given to another. */
const LOCK_MS = 6_000;
/** How often it is looked for such. */
const STALLED_LOOK_MS = 3_000;
/** A point whose workers die so often is not to be had: it may be what kills them. */
const MAX_LOST_WORKERS = 3;
/** Seconds results stay in Redis for a sweep that is slow to fetch them; what nobody fetched goes then. */
const KEEP_RESULTS_S = 3600;

interface Result {
  outcome: PointOutcome;
  /** Null when the point failed. */
  run: PackedRun | null;
}

export interface PointQueue {
  run: PointRunner;
  /** Takes back what nobody has begun. */
  close(): Promise<void>;
}

/** The sweep's end. @throws {ConfigError} when `url` is none of Redis or nobody answers there. */
export async function connectQueue(url: string): Promise<PointQueue> {
  const connection = connectionTo(url);
  await assertReachable(url);
  // Without a listener an error of the connection would end the process; every call reports its own.
  const queue = new Queue<PointOrder, Result>(QUEUE_NAME, { connection });
  queue.on('error', () => undefined);
  const events = new QueueEvents(QUEUE_NAME, { connection });
  events.on('error', () => undefined);
  const mine = new Set<string>();
  const sweepId = randomUUID();
  const close = async (): Promise<void> => {
    for (const id of mine) await queue.remove(id).catch(() => 0);
    await events.close();
    await queue.close();
  };
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return {
    close,
    async run(order, directory, _progress, signal) {
      signal?.throwIfAborted();
      const job = await queue.add('point', bare(order), {
        jobId: `${sweepId}-${order.name}`,
        removeOnComplete: { age: KEEP_RESULTS_S },
        removeOnFail: { age: KEEP_RESULTS_S },
      });
      const id = job.id!;
      mine.add(id);
      const aborted = new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
      try {
        const { outcome, run } = await Promise.race([job.waitUntilFinished(events), aborted]);
        if (run !== null) await unpackRun(run, directory);
        return outcome;
      } catch (error) {
        signal?.throwIfAborted();
        return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
      } finally {
        if (signal?.aborted !== true) {
          mine.delete(id);
          await queue.remove(id).catch(() => 0);
        }
      }
    },
  };
}

export interface WorkerEvents {
  started(point: string): void;
  finished(point: string, outcome: PointOutcome): void;
  failed(reason: string): void;
}

/** The worker's end. @throws {ConfigError} when nobody answers at `url`. @returns what ends it, its points given back. */
export async function startWorker(
  url: string,
  jobs: number,
  events: WorkerEvents,
): Promise<() => Promise<void>> {
  const connection = connectionTo(url);
  await assertReachable(url);
  const stopping = new AbortController();
  const worker = new Worker<PointOrder, Result>(
    QUEUE_NAME,
    async ({ data: order }) => {
      events.started(order.name);
      const scratch = await mkdtemp(join(tmpdir(), 'txgossip-point-'));
      try {
        const directory = join(scratch, 'run');
        const outcome = await runPoint(order, directory, () => undefined, stopping.signal);
        events.finished(order.name, outcome);
        return { outcome, run: outcome.status === 'done' ? await packRun(directory) : null };
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    {
      connection,
      concurrency: jobs,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_LOOK_MS,
      maxStalledCount: MAX_LOST_WORKERS,
    },
  );
  worker.on('error', (error) => events.failed(error.message));
  worker.on('failed', (_job, error) => events.failed(error.message));
  await worker.waitUntilReady();
  return async () => {
    // By force: the claims run out, and others take the points begun here from their start.
    const closed = worker.close(true);
    stopping.abort(new Error('the worker was stopped'));
    await closed;
  };
}

/** A planned point says more than an order, and only the order is the queue's business. */
function bare({ name, scenarioYaml, network }: PointOrder): PointOrder {
  return { name, scenarioYaml, network };
}

function connectionTo(url: string): ConnectionOptions {
  const parsed = URL.parse(url);
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new ConfigError(`--queue ${url} is no address of Redis: write redis://127.0.0.1:6379`);
  }
  // BullMQ asks for this of connections that wait for jobs: calls wait for a lost connection to come back.
  return { url, maxRetriesPerRequest: null };
}

const REACH_MS = 5_000;

/** BullMQ's connections go on trying for ever; a user who mistyped an address should hear of it. */
async function assertReachable(url: string): Promise<void> {
  const probe = new Redis(url, {
    lazyConnect: true,
    connectTimeout: REACH_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The call reports it.
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw new ConfigError(`no Redis answers at ${url}: is it running? (redis-server)`, { cause: error });
  } finally {
    probe.disconnect();
  }
}
