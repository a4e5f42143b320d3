/** What an option is, and the types of value many have. */
import { z } from 'zod';

export interface OptionSpec<T> {
  schema: z.ZodType<T>;
  default: T;
  /** How the command line shows the value. */
  value: string;
  help: string;
  group: string;
}

/** Options by name; names begin with what they belong to. */
export type OptionGroup = Record<string, OptionSpec<never> | OptionSpec<unknown>>;

export const optionGroup =
  (group: string) =>
  <T>(schema: z.ZodType<T>, standard: NoInfer<T>, value: string, help: string): OptionSpec<T> => ({
    schema,
    default: standard,
    value,
    help,
    group,
  });

export const text = z.string();
export const optionalText = z.string().min(1).optional();
/** Repeated on the command line, an array in files. */
export const list = z.union([z.array(z.string()), z.string().transform((item) => [item])]);
export const positive = z.number().positive();

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodNumber {
  return z.int().min(min).max(max);
}
