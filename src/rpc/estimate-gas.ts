/**
 * eth_estimateGas and eth_call without a virtual machine. A call to an account without code executes nothing: it
 * costs exactly its intrinsic gas and returns nothing. Whatever would execute is refused, not guessed.
 */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import { gasFloors } from '../transaction/intrinsic-gas.ts';
import { needsChain, RPC_CODE, RpcFailure } from './error.ts';
import { address, bytes, hash, quantity, toQuantity } from './schemas.ts';

/** Fields geth knows and an estimate does not turn on (nonce, type, ...) are let through unread. */
export const callRequest = z
  .looseObject(
    {
      from: address.nullish(),
      to: address.nullish(),
      gas: quantity.nullish(),
      gasPrice: quantity.nullish(),
      maxFeePerGas: quantity.nullish(),
      maxPriorityFeePerGas: quantity.nullish(),
      value: quantity.nullish(),
      data: bytes.nullish(),
      input: bytes.nullish().meta({ description: 'the same as data, which it replaces' }),
      chainId: quantity.nullish(),
      accessList: z
        .array(z.object({ address, storageKeys: z.array(hash) }), { error: 'expected an access list' })
        .nullish(),
      authorizationList: z.array(z.unknown(), { error: 'expected an authorization list' }).nullish(),
    },
    { error: 'expected a transaction object' },
  )
  .meta({ title: 'transaction call' });

export type CallRequest = z.output<typeof callRequest>;

const ZERO_ADDRESS: Hex = `0x${'00'.repeat(20)}`;

/** Contracts of the protocol itself: 1 to 0x11 (EIP-2537 added the last), and 0x100 (EIP-7951). */
function isPrecompile(to: Hex): boolean {
  const number = BigInt(to);
  return (number >= 1n && number <= 0x11n) || number === 0x100n;
}

const refuse = (code: number, message: string): RpcFailure => new RpcFailure(code, message);

export function estimateGas(state: AccountView, request: CallRequest): Hex | RpcFailure {
  const refusal = refuseCall(state, request, 'the gas of');
  if (refusal !== undefined) return refusal;

  const { intrinsic, floorData } = gasFloors({
    to: request.to!,
    data: request.input ?? request.data ?? new Uint8Array(0),
    accessList: request.accessList ?? [],
    authorizationList: [],
  });
  const needed = BigInt(Math.max(intrinsic, floorData));
  const allowance = gasAllowance(state, request);
  if (allowance === undefined) return refuse(RPC_CODE.serverError, 'insufficient funds for transfer');
  if (needed > allowance) {
    return refuse(RPC_CODE.serverError, `gas required exceeds allowance (${allowance.toString()})`);
  }
  return toQuantity(needed);
}

/** What the call returns: nothing, for nothing runs. */
export function emptyCall(state: AccountView, request: CallRequest): Hex | RpcFailure {
  const refusal = refuseCall(state, request, 'the result of');
  if (refusal !== undefined) return refusal;
  const allowance = gasAllowance(state, request);
  return allowance === undefined ? refuse(RPC_CODE.serverError, 'insufficient funds for transfer') : '0x';
}

/** Why there is no answer to the call, in geth's words where it has them; or that it would execute something. */
function refuseCall(state: AccountView, request: CallRequest, what: string): RpcFailure | undefined {
  const { to, chainId } = request;
  const feeCap = feeCapOf(request);
  const tip = request.maxPriorityFeePerGas ?? 0n;
  if (request.gasPrice != null && (request.maxFeePerGas != null || request.maxPriorityFeePerGas != null)) {
    const message = 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified';
    return refuse(RPC_CODE.serverError, message);
  }
  if (request.maxFeePerGas != null && tip > feeCap) {
    const figures = `maxFeePerGas (${toQuantity(feeCap)}) < maxPriorityFeePerGas (${toQuantity(tip)})`;
    return refuse(RPC_CODE.serverError, figures);
  }
  if (request.data && request.input && Buffer.compare(request.data, request.input) !== 0) {
    const message =
      'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data';
    return refuse(RPC_CODE.serverError, message);
  }
  if (chainId != null && chainId !== state.chainId) {
    const figures = `have=${chainId.toString()}, want=${state.chainId.toString()}`;
    return refuse(RPC_CODE.serverError, `chainId does not match node's (${figures})`);
  }
  if (to == null) return needsChain(`${what} a contract creation`);
  if (isPrecompile(to)) return needsChain(`${what} a call to a precompiled contract`);
  if ((state.code?.(to) ?? '0x') !== '0x') return needsChain(`${what} a call to a contract`);
  if (request.authorizationList != null && request.authorizationList.length > 0) {
    return needsChain(`${what} a transaction with an authorization list`);
  }
  return undefined;
}

function feeCapOf({ maxFeePerGas, gasPrice }: CallRequest): bigint {
  return maxFeePerGas ?? gasPrice ?? 0n;
}

/** The most gas the call may use: the block's, what it asks for, what its sender can pay. Undefined: not even the value. */
function gasAllowance(state: AccountView, request: CallRequest): bigint | undefined {
  const feeCap = feeCapOf(request);
  let allowance = state.blockGasLimit;
  // geth takes a gas below a transfer's for none given.
  if (request.gas != null && request.gas >= 21_000n && request.gas < allowance) allowance = request.gas;
  const value = request.value ?? 0n;
  const balance = state.balance(request.from ?? ZERO_ADDRESS);
  if (value > balance) return undefined;
  if (feeCap === 0n) return allowance;
  const payable = (balance - value) / feeCap;
  return payable < allowance ? payable : allowance;
}
