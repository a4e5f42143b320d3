import type { PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';

/** @throws {Error} with a message for the user when `text` is no multiaddr. */
export function parseMultiaddr(text: string): Multiaddr {
  try {
    return multiaddr(text);
  } catch (error) {
    throw new Error(
      `"${text}" is not a multiaddr (${(error as Error).message}); write one such as /ip4/127.0.0.1/tcp/4001/p2p/12D3Koo...`,
      { cause: error },
    );
  }
}

/** The peer an address ends at: the last /p2p/ in it. */
export function peerIdOf(address: Multiaddr): PeerId | undefined {
  const id = address.getComponents().findLast(({ name }) => name === 'p2p')?.value;
  return id === undefined ? undefined : peerIdFromString(id);
}
