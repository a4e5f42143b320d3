/** The command line of a hunt: how long, how many cases, and from which seed. */
import { Command, InvalidArgumentError } from 'commander';

export interface HuntOptions {
  minutes?: number;
  cases?: number;
  seed?: number;
}

/** `name` is that of the npm script. What a hunt takes beside these it adds. */
export function huntCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--minutes <M>', 'how long (default: 1, when --cases is not given)', fromZero)
    .option('--cases <N>', 'how many cases at most', whole)
    .option('--seed <N>', 'of the first case; the others count up from it (default: a fresh one)', whole);
}

export function fromZero(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('It must be a number from 0 up.');
  return value;
}

function whole(text: string): number {
  if (!Number.isSafeInteger(fromZero(text))) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
