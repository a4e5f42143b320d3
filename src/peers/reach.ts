/** From how far an address can be dialled, and so who can know of it. */
import { isLoopback, isPrivate } from '@libp2p/utils';
import type { Multiaddr } from '@multiformats/multiaddr';

/** From where an address can be dialled, narrowest first. */
const REACHES = ['machine', 'private', 'public'] as const;
export type Reach = (typeof REACHES)[number];

/** Of whatever address, a peer's at the other end of a connection too. */
export function reachOf(address: Multiaddr): Reach {
  if (address.getComponents()[0]?.name === 'memory' || isLoopback(address)) return 'machine';
  return isPrivate(address) ? 'private' : 'public';
}

/** Whether someone met at `reach` has any use for the address, or is to be believed about it. */
export function isWithin(address: Reach, reach: Reach): boolean {
  return REACHES.indexOf(address) >= REACHES.indexOf(reach);
}
