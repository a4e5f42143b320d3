import type { Random } from '../../src/environment.ts';
import { bytes, int } from '../../testnet/random.ts';

/** Random bytes, fewer than `below` of them. */
export function noise(dice: Random, below: number): Uint8Array {
  return bytes(dice, int(dice, below));
}
