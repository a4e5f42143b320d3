/**
 * What a call can answer instead of a result. Expected, so a value: a handler returns it, nobody throws it.
 */

/** JSON-RPC 2.0 section 5.1, EIP-1474, and geth's `rpc/errors.go` for what they leave open. */
export const RPC_CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The call was understood and the node says no: a refused transaction, a chain that is not there. */
  serverError: -32000,
  /** geth: the answer would pass the size bound of a batch. */
  responseTooLarge: -32003,
  /** geth internal/ethapi/errors.go: taken, but in no block in time (eth_sendRawTransactionSync, EIP-7966). */
  transactionSyncTimeout: 4,
  /** EIP-1474: the server is at a limit; the same call may do later. */
  limitExceeded: -32005,
} as const;

export class RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    this.code = code;
    this.message = message;
    this.data = data;
  }
}

/** For what only a node with blocks and an EVM could answer. */
export function needsChain(what: string): RpcFailure {
  return new RpcFailure(
    RPC_CODE.serverError,
    `${what} is not available: this node keeps a transaction pool over genesis accounts, it has no blocks and executes nothing; with --upstream it asks an Ethereum node`,
  );
}
