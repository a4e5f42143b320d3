import { z } from 'zod';
import { method, type Namespace } from './method.ts';
import { openRpcText } from './openrpc.ts';

export const rpc: Namespace = {
  rpc_modules: method({
    description: 'The namespaces this server answers, each with its version.',
    params: z.tuple([]),
    result: z.record(z.string(), z.string()),
    handler: (_backend, _params, { modules }) => Object.fromEntries(modules.map((module) => [module, '1.0'])),
  }),
  'rpc.discover': method({
    description: 'This document: every method answered here, with the schemas its parameters are checked by.',
    params: z.tuple([]),
    result: openRpcText,
    handler: (_backend, _params, { describe }) => describe(),
  }),
};
