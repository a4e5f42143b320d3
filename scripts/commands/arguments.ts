import { InvalidArgumentError } from 'commander';

/** @throws {InvalidArgumentError} for anything but 1, 2, 3... */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('write a whole number from 1 up');
  return value;
}
