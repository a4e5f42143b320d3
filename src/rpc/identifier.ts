/** Ids the server hands out: of a subscription, of a filter. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { toHex, type Hex } from '../bytes.ts';

/** 128 bits, as geth's (`rpc/subscription.go`), so that nobody guesses another's. */
export function randomId(): Hex {
  return toHex(randomBytes(16));
}

const IDENTIFIER = 'expected an id as it was answered: 0x and hexadecimal digits';

export const identifier = z
  .string({ error: IDENTIFIER })
  .regex(/^0x[0-9a-fA-F]{1,64}$/, { error: IDENTIFIER })
  .transform((value) => value.toLowerCase() as Hex);

export const identifierText = z.string().regex(/^0x[0-9a-f]+$/);
