import type { MembershipOptions } from './options.ts';

/**
 * How long a suspect has, ms, from when it was first suspected: Lifeguard's time-out, long while one node alone says
 * so and shorter with each that confirms it independently, down to the shortest.
 *
 * @param members living, this node included.
 * @param confirmed by so many others than the first.
 */
export function suspicionMs(
  { suspicionMultiplier, suspicionPatience, confirmations, periodMs }: MembershipOptions,
  members: number,
  confirmed: number,
): number {
  const shortestMs = suspicionMultiplier * Math.max(1, Math.log10(members)) * periodMs;
  // The suspect and the first accuser are none of those who can confirm.
  const wanted = Math.min(confirmations, members - 2);
  if (wanted <= 0) return shortestMs;
  const longestMs = suspicionPatience * shortestMs;
  const share = Math.log(confirmed + 1) / Math.log(wanted + 1);
  return Math.max(shortestMs, longestMs - (longestMs - shortestMs) * share);
}
