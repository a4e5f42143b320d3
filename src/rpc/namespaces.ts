import { admin } from './admin.ts';
import { ethFilters } from './eth-filters.ts';
import { ethSubscriptions } from './eth-subscriptions.ts';
import { eth } from './eth.ts';
import type { Method, Namespace } from './method.ts';
import { noSuchNamespace, type NamespaceName } from './namespace-names.ts';
import { net } from './net.ts';
import { rpc } from './rpc.ts';
import { txgossip } from './txgossip.ts';
import { txpool } from './txpool.ts';
import { web3 } from './web3.ts';

/** Every namespace there is; a server answers those its options name. */
export const NAMESPACES: Readonly<Record<string, Namespace>> = {
  admin,
  eth: { ...eth, ...ethFilters, ...ethSubscriptions },
  net,
  rpc,
  txgossip,
  txpool,
  web3,
} satisfies Record<NamespaceName, Namespace>;

export interface MethodTable {
  /** Sorted. */
  readonly modules: readonly string[];
  readonly methods: ReadonlyMap<string, Method>;
}

/** `rpc` is always among them. @throws {Error} for a name that is none. */
export function methodTable(namespaces: readonly string[]): MethodTable {
  const modules = [...new Set([...namespaces, 'rpc'])].sort();
  const methods = new Map<string, Method>();
  for (const module of modules) {
    if (!Object.hasOwn(NAMESPACES, module)) {
      throw new Error(noSuchNamespace(module));
    }
    for (const [name, method] of Object.entries(NAMESPACES[module]!)) methods.set(name, method);
  }
  return { modules, methods };
}
