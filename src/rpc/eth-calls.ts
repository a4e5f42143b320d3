/** Of `eth`: what executes code, as far as it can be answered where none is executed. */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { RpcBackend } from './backend.ts';
import { needsChain, RpcFailure } from './error.ts';
import { callRequest, emptyCall, estimateGas, type CallRequest } from './estimate-gas.ts';
import { resolveBlock } from './genesis-block.ts';
import { method, named, type Method, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import { block, bytesText, overrides, quantityText, type BlockParameter } from './schemas.ts';

const callAtBlock = z.tuple([
  named('transaction', callRequest),
  named('block', block.nullish()),
  named('state overrides', overrides.nullish()),
  named('block overrides', overrides.nullish()),
]);

type CallAtBlock = [
  request: CallRequest,
  at?: BlockParameter | null,
  ...overrides: (Record<string, unknown> | null | undefined)[],
];

/** From the chain, or else by `answer` when nothing would be executed. */
function callOrPassOn(
  { state, chain }: RpcBackend,
  name: string,
  params: CallAtBlock,
  answer: typeof estimateGas,
): Hex | RpcFailure | Promise<Hex | RpcFailure> {
  if (chain !== undefined) return passOn<Hex>(chain, name, params);
  const [request, at, ...changes] = params;
  const resolved = resolveBlock(state, at ?? 'latest');
  if (resolved instanceof RpcFailure) return resolved;
  if (changes.some((change) => Object.keys(change ?? {}).length > 0)) {
    return needsChain(`${name} with overrides`);
  }
  return answer(state, request);
}

const calls: Namespace = {
  eth_call: method({
    description:
      'What a call returns. On genesis: nothing (0x) for what executes no code; the rest is refused.',
    params: callAtBlock,
    result: bytesText,
    handler: (backend, params) => callOrPassOn(backend, 'eth_call', params, emptyCall),
  }),
  eth_estimateGas: method({
    description: 'Gas of a call. On genesis: of one that executes no code; the rest is refused.',
    params: callAtBlock,
    result: quantityText,
    handler: (backend, params) => callOrPassOn(backend, 'eth_estimateGas', params, estimateGas),
  }),
};

/** Known to every client, so that without a chain it hears why instead of "does not exist". */
const CHAIN_ONLY = [
  'eth_blobBaseFee',
  'eth_config',
  'eth_createAccessList',
  'eth_getProof',
  'eth_simulateV1',
] as const;

function chainOnly(name: string): Method {
  return method({
    description: 'From the chain. Without one: an error.',
    params: z.tuple([z.unknown().optional()], z.unknown()),
    result: z.unknown().meta({ description: 'as the upstream gives it' }),
    handler: ({ chain }, params) =>
      chain === undefined ? needsChain(name) : passOn<unknown>(chain, name, params),
  });
}

export const ethCalls: Namespace = {
  ...calls,
  ...Object.fromEntries(CHAIN_ONLY.map((name) => [name, chainOnly(name)])),
};
