import { hash } from 'node:crypto';

/**
 * The first 20 bytes of SHA-256 of the content: the same batch has one id whoever publishes it, and the id names
 * nobody. (The gossipsub default, key and sequence number, does neither.)
 */
export function messageId(data: Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer').subarray(0, 20);
}

/** One character a byte: a map key, not for people. */
export function messageIdKey(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
}

export function messageIdFromKey(key: string): Uint8Array {
  return Buffer.from(key, 'latin1');
}

/** `id`, which computes nothing when it is asked for the same bytes, as an object, once more. */
export function remembering(id: (data: Uint8Array) => Uint8Array): (data: Uint8Array) => Uint8Array {
  const ids = new WeakMap<Uint8Array, Uint8Array>();
  return (data) => {
    let known = ids.get(data);
    if (known === undefined) ids.set(data, (known = id(data)));
    return known;
  };
}
