/**
 * What of an address can be told to others: one way over TCP by number (or, simulated, /memory/<index>), without the
 * peer at its end. Names and relays are not: a name is resolved by whoever dials, and one owner has as many as he likes.
 */
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { reachOf } from '../reach.ts';

/** Text such as /ip4/192.0.2.1/tcp/4001. */
export type TransportAddress = string;

/** Undefined where it is not one that can be told. */
export function transportOf(address: Multiaddr): TransportAddress | undefined {
  const [network, transport, ...rest] = address.getComponents();
  const isMemory = network?.name === 'memory';
  const behind = isMemory ? [transport, ...rest].filter((part) => part !== undefined) : rest;
  if (behind.length > 1 || behind.some(({ name }) => name !== 'p2p')) return undefined;
  if (isMemory) return `/memory/${network.value}`;
  const isIp = network?.name === 'ip4' || network?.name === 'ip6';
  if (!isIp || transport?.name !== 'tcp' || transport.value === '0') return undefined;
  if (network.value === '0.0.0.0' || network.value === '::') return undefined;
  return `/${network.name}/${network.value}/tcp/${transport.value}`;
}

/**
 * The IPv4 /24 or IPv6 /64 it is in, the smallest that one owner has whole. Undefined on loopback and in private
 * networks: there all share one, and no stranger gets in.
 */
export function rangeOf(address: Multiaddr): string | undefined {
  if (reachOf(address) !== 'public') return undefined;
  const { name, value } = address.getComponents()[0]!;
  const bytes = address.bytes.subarray(1);
  if (name === 'ip4') return `${value!.split('.').slice(0, 3).join('.')}.0/24`;
  if (name !== 'ip6') return undefined;
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return `${bytes.subarray(12, 15).join('.')}.0/24`;
  return `${Buffer.from(bytes.subarray(0, 8)).toString('hex')}/64`;
}

export function dialAddress(transport: TransportAddress, peer: string): Multiaddr {
  return multiaddr(`${transport}/p2p/${peer}`);
}
