/**
 * What two nodes say in `/txgossip/peers/1`, byte by byte. Each message is framed by its length (unsigned varint).
 *
 *   asker    count                           1 byte: addresses wanted, 1 to 64
 *   answer   count, then so many of          1 byte: 0 to what was asked for
 *            length, multiaddr               1 byte, then the address in binary, ending in /p2p/<peer id>
 *
 * A peer has one to four addresses in a row. An address is hearsay: nothing in it is believed until a dial has shown
 * that whoever listens there is that peer.
 */
import type { PeerIdText } from '../../host/host.ts';
import { peerIdOf } from '../../host/address.ts';
import { PeerFault } from '../../host/peer-streams.ts';
import { multiaddr } from '@multiformats/multiaddr';
import { dialAddress, transportOf, type TransportAddress } from './transport-address.ts';

export class PeersFault extends PeerFault {}

/** In one answer: 6 kB, and what one source may fill of a book. */
export const MAX_ADDRESSES = 64;
export const MAX_ADDRESSES_A_PEER = 4;
/** IPv6, TCP and the longest peer id in use are 66. */
const MAX_ADDRESS_BYTES = 96;
export const MAX_REQUEST_BYTES = 1;
export const MAX_ANSWER_BYTES = 1 + MAX_ADDRESSES * (1 + MAX_ADDRESS_BYTES);

export interface ToldPeer {
  peer: PeerIdText;
  addresses: TransportAddress[];
}

/** @param count 1 to MAX_ADDRESSES. */
export function encodeRequest(count: number): Uint8Array {
  return Uint8Array.of(count);
}

/** @throws {PeersFault} */
export function decodeRequest(body: Uint8Array): number {
  const [count = 0] = body;
  if (body.byteLength !== MAX_REQUEST_BYTES) throw new PeersFault(`a request of ${body.byteLength} bytes`);
  if (count === 0 || count > MAX_ADDRESSES) throw new PeersFault(`${count} addresses asked for`);
  return count;
}

/** As many as there is room for in `most` addresses, from the front. */
export function encodeAnswer(peers: readonly ToldPeer[], most: number): Uint8Array {
  const encoded = peers
    .flatMap(({ peer, addresses }) =>
      addresses.slice(0, MAX_ADDRESSES_A_PEER).map((transport) => dialAddress(transport, peer).bytes),
    )
    .filter(({ byteLength }) => byteLength <= MAX_ADDRESS_BYTES)
    .slice(0, most);
  return Buffer.concat([
    Uint8Array.of(encoded.length),
    ...encoded.flatMap((bytes) => [Uint8Array.of(bytes.byteLength), bytes]),
  ]);
}

/**
 * @param most addresses that were asked for.
 * @throws {PeersFault}
 */
export function decodeAnswer(body: Uint8Array, most: number): ToldPeer[] {
  const [count] = body;
  if (count === undefined || count > most)
    throw new PeersFault(`${count ?? 'no'} addresses, ${most} asked for`);
  const peers: ToldPeer[] = [];
  const seen = new Set<PeerIdText>();
  let at = 1;
  for (let index = 0; index < count; index++) {
    const length = body[at] ?? 0;
    const bytes = body.subarray(at + 1, at + 1 + length);
    if (length === 0 || length > MAX_ADDRESS_BYTES || bytes.byteLength < length)
      throw new PeersFault('an address cut short, empty or too long');
    at += 1 + length;
    const { peer, transport } = decodeAddress(bytes);
    const last = peers.at(-1);
    if (last?.peer === peer) {
      if (last.addresses.includes(transport)) throw new PeersFault('an address told twice');
      if (last.addresses.push(transport) > MAX_ADDRESSES_A_PEER)
        throw new PeersFault(`more than ${MAX_ADDRESSES_A_PEER} addresses of a peer`);
    } else if (seen.has(peer)) throw new PeersFault('a peer told twice');
    else peers.push({ peer, addresses: [transport] });
    seen.add(peer);
  }
  if (at !== body.byteLength) throw new PeersFault(`${body.byteLength - at} bytes too many`);
  return peers;
}

function decodeAddress(bytes: Uint8Array): { peer: PeerIdText; transport: TransportAddress } {
  let peer: PeerIdText | undefined;
  let transport: TransportAddress | undefined;
  let written: Uint8Array | undefined;
  try {
    const address = multiaddr(bytes);
    peer = peerIdOf(address)?.toString();
    transport = transportOf(address);
    if (peer !== undefined && transport !== undefined) written = dialAddress(transport, peer).bytes;
  } catch (error) {
    throw new PeersFault(`not an address (${(error as Error).message})`, { cause: error });
  }
  if (peer === undefined || transport === undefined || written === undefined)
    throw new PeersFault('an address that is no way to a peer over TCP');
  if (Buffer.compare(written, bytes) !== 0) throw new PeersFault('an address that is written otherwise');
  return { peer, transport };
}
