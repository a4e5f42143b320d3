import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';

export const TOPIC = '/txgossip/31337/transactions/1';

/** An RPC as gossipsub writes it to a stream. */
export function frameOf(rpc: RPC): Uint8Array {
  return encode.single(RPC.encode(rpc)).subarray();
}
