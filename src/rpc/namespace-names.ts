/** Apart from what answers them, which is much to load: options are checked by these alone. */
export const NAMESPACE_NAMES = ['admin', 'eth', 'net', 'rpc', 'txgossip', 'txpool', 'web3'] as const;

export type NamespaceName = (typeof NAMESPACE_NAMES)[number];

/** What is wrong with a name that is none, and what to do. */
export function noSuchNamespace(name: string): string {
  return `there is no JSON-RPC namespace "${name}"; choose from ${NAMESPACE_NAMES.join(', ')}`;
}
