import type { Hex } from '../../../src/bytes.ts';
import type { SubmitResult } from '../network.ts';

/** An answer later than this is none. */
const TIMEOUT_MS = 30_000;

interface RpcAnswer {
  result?: Hex;
  error?: { code: number; message: string; data?: { code?: string } };
}

/** eth_sendRawTransaction over HTTP, one request a transaction, as a wallet does. */
export class HttpSubmitter {
  #nextId = 1;

  async submit(url: string, raw: Hex): Promise<SubmitResult> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: this.#nextId++,
        method: 'eth_sendRawTransaction',
        params: [raw],
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { result, error } = (await response.json()) as RpcAnswer;
    if (result !== undefined) return { status: 'accepted', hash: result };
    return {
      status: 'rejected',
      code: error?.data?.code ?? String(error?.code ?? response.status),
      message: error?.message ?? response.statusText,
    };
  }
}
