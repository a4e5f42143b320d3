/**
 * JSON-RPC to the upstream: viem's clients underneath, without their retries, because who asks knows better whether
 * a later answer is still worth anything.
 */
import type { Clock } from '../../environment.ts';
import { ChainError } from '../chain.ts';

export interface RpcCall {
  method: string;
  params: readonly unknown[];
}

/** A result, the error the upstream answered with, or why this one call has no answer. */
export type RpcAnswer = { result: unknown } | { error: ChainError | NoAnswerError };

/** No answer: not reached, cut off, too late, or not JSON-RPC. The message names host and reason, never a secret. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export interface Connection {
  /** Host and port, for people. The rest of the URL may hold a secret. */
  readonly name: string;
  /** Answers in the order of the calls. @throws {NoAnswerError} when none of them got any. */
  send(calls: readonly RpcCall[]): Promise<RpcAnswer[]>;
  /**
   * Where heads are told unasked: from now on until `onLost`, which is called once, and never after `close`.
   * @throws {NoAnswerError | ChainError} when it cannot be had.
   */
  subscribe?(onHead: () => void, onLost: (error: NoAnswerError) => void): Promise<void>;
  /** Gives up a connection that may be dead without saying so; the next call opens another. */
  reset(): void;
  /** For good. Calls under way get no answer. Safe to call twice. */
  close(): void;
}

export interface ConnectionOptions {
  clock: Clock;
  timeoutMs: number;
  maxAnswerBytes: number;
}

/** @throws {ChainError} what the upstream answered. @throws {NoAnswerError} when it did not. */
export function resultOf(answer: RpcAnswer): unknown {
  if ('error' in answer) throw answer.error;
  return answer.result;
}

/** One answer as viem hands it out. `name` is the connection's. */
export function toAnswer(answer: unknown, name: string): RpcAnswer {
  const { error, result } = (answer ?? {}) as { error?: unknown; result?: unknown };
  if (error === undefined || error === null) {
    if (result !== undefined) return { result };
    return { error: new NoAnswerError(`${name} does not answer: neither a result nor an error came`) };
  }
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  return {
    error: new ChainError(
      typeof code === 'number' ? code : -32603,
      typeof message === 'string' ? message : 'the upstream gave an error without a message',
      data,
    ),
  };
}

/** viem's errors and Node's, in a few words: viem's message would show URL and body. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let each: unknown = error; each instanceof Error && reasons.length < 4; each = each.cause) {
    const { code, details, shortMessage, status } = each as Error & Partial<Record<string, unknown>>;
    if (typeof status === 'number') return `HTTP ${status}`;
    if (typeof code === 'string') reasons.push(code);
    else if (each.name === 'TimeoutError') reasons.push('timed out');
    else if (typeof details === 'string') reasons.push(details);
    else reasons.push(typeof shortMessage === 'string' ? shortMessage : each.message);
  }
  // The innermost is the reason, what is around it says that a request failed.
  return reasons.findLast((reason) => reason !== '')?.slice(0, 200) ?? 'no connection';
}

export function hostOf(url: string): string {
  return new URL(url).host;
}
