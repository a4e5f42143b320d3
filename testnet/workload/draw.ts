/** Draws that are not uniform, each value in one step of a search. */
import type { Random } from '../../src/environment.ts';

/**
 * Indices in proportion to their weights.
 * @throws {RangeError} when a weight is negative, or all are 0.
 */
export function weighted(weights: readonly number[]): (random: Random) => number {
  const upTo = new Float64Array(weights.length);
  let total = 0;
  for (const [index, weight] of weights.entries()) {
    if (!(weight >= 0)) throw new RangeError(`a weight is ${weight}, not 0 or more`);
    upTo[index] = total += weight;
  }
  if (!(total > 0)) throw new RangeError('weights of which all are 0 leave nothing to draw');
  return (random) => {
    const at = random.next() * total;
    let low = 0;
    let high = weights.length - 1;
    // The first whose sum is above: one of weight 0 is never that.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Ranks 0 .. n-1, rank k in proportion to 1 / (k + 1)^exponent (Zipf). */
export function zipf(n: number, exponent: number): (random: Random) => number {
  return weighted(Array.from({ length: n }, (_, rank) => (rank + 1) ** -exponent));
}

/** Weights by name, in the order of the names; where all are 0, those of `otherwise`. */
export function weightedNames<Name extends string>(
  weights: Readonly<Record<Name, number>>,
  otherwise: readonly NoInfer<Name>[],
): (random: Random) => Name {
  const names = Object.keys(weights) as Name[];
  const none = names.every((name) => weights[name] === 0);
  const draw = weighted(names.map((name) => (none ? Number(otherwise.includes(name)) : weights[name])));
  return (random) => names[draw(random)]!;
}
