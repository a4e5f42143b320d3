/**
 * `total` things divided as the weights say, by largest remainder (Hamilton): each gets its exact share rounded down,
 * and what is left goes to the largest fractions; of equals to the first.
 * @throws {RangeError} when a weight is negative, or nothing has a weight and there is something to divide.
 */
export function apportion(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((above, weight) => above + weight, 0);
  if (weights.some((weight) => !(weight >= 0)) || (sum === 0 && total > 0)) {
    throw new RangeError(`cannot divide ${total} by weights ${weights.join(', ')}`);
  }
  if (total === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (weight * total) / sum);
  // What is whole but for the last bit of a double is whole.
  const counts = exact.map((share) => Math.floor(share + 1e-9));
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - counts[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let left = total - counts.reduce((above, count) => above + count, 0);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    counts[index]!++;
    left--;
  }
  return counts;
}
