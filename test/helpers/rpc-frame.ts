import { RPC } from '@chainsafe/libp2p-gossipsub/message';

export const TOPIC = '/txgossip/31337/transactions/1';

/** An RPC as gossipsub writes it to a stream. */
export function frameOf(rpc: RPC): Uint8Array {
  const body = RPC.encode(rpc);
  return Uint8Array.from([...varint(body.length), ...body]);
}

/** Seven bits a byte, the lowest first; every byte but the last has its high bit set. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
