/** The waiting part of eth_sendRawTransactionSync (EIP-7966), with geth's limits and words. */
import type { Hex } from '../bytes.ts';
import type { Chain } from '../state/chain.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { passOn } from './pass-on.ts';
import type { UpstreamText } from './schemas.ts';

export interface TxSyncOptions {
  /** ms; for calls that name no time. */
  defaultTimeoutMs: number;
  /** ms; a call that asks for more waits this long. Bounds how long a call holds its place in the server. */
  maxTimeoutMs: number;
}

export const DEFAULT_TX_SYNC_OPTIONS: Readonly<TxSyncOptions> = {
  // geth eth/ethconfig: TxSyncDefaultTimeout.
  defaultTimeoutMs: 20_000,
  // geth has 60 s; a connection on which nothing moves for 30 s is closed here.
  maxTimeoutMs: 25_000,
};

/** Besides each new head: the head may be heard of before the receipt can be had, or not at all. */
const ASK_AGAIN_MS = 1_000;

/** Resolves with the receipt, or with why there is none. A chain that does not answer is asked again until the time is over. */
export function awaitReceipt(chain: Chain, hash: Hex, timeoutMs: number): Promise<UpstreamText | RpcFailure> {
  return new Promise((resolve) => {
    /** How often there was reason to ask: one that comes while an answer is under way is not lost. */
    let reasons = 0;
    let isAsking = false;
    let isOver = false;

    const end = (answer: UpstreamText | RpcFailure): void => {
      isOver = true;
      clearTimeout(deadline);
      clearInterval(again);
      stopListening();
      resolve(answer);
    };
    const ask = async (): Promise<void> => {
      reasons++;
      if (isAsking) return;
      isAsking = true;
      let asked: number;
      do {
        asked = reasons;
        const answer = await passOn<UpstreamText | null>(chain, 'eth_getTransactionReceipt', [hash]);
        if (!isOver && answer !== null && !(answer instanceof RpcFailure)) end(answer);
      } while (asked !== reasons && !isOver);
      isAsking = false;
    };

    const deadline = setTimeout(() => end(timedOut(hash, timeoutMs)), timeoutMs);
    const again = setInterval(() => void ask(), ASK_AGAIN_MS);
    const stopListening = chain.onHead(() => void ask());
    // The caller's connection keeps the process alive, as long as it wants to wait.
    deadline.unref();
    again.unref();
    void ask();
  });
}

function timedOut(hash: Hex, timeoutMs: number): RpcFailure {
  const message = `The transaction was added to the transaction pool but wasn't processed in ${goDuration(timeoutMs)}`;
  return new RpcFailure(RPC_CODE.transactionSyncTimeout, message, hash);
}

/** As Go prints a time.Duration of whole milliseconds. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
}
