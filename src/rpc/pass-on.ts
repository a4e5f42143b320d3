import { ChainError, type Chain } from '../state/chain.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { toWire } from './wire.ts';

/** Asks the upstream; its refusal is passed back as it came. `params` may be as the schemas read them. */
export async function passOn<Result>(
  chain: Chain,
  method: string,
  params: readonly unknown[],
): Promise<Result | RpcFailure> {
  try {
    return (await chain.request(method, toWire(params))) as Result;
  } catch (error) {
    if (error instanceof ChainError) return new RpcFailure(error.code, error.message, error.data);
    return new RpcFailure(RPC_CODE.serverError, (error as Error).message);
  }
}
