import { nearest } from './nearest.ts';

/** `there is no group "slwo"; did you mean "slow"?`, or which there are. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `there is no ${what} "${name}"; did you mean "${near}"?`;
  return `there is no ${what} "${name}"; ${known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`}`;
}
