/**
 * What a property test hands to fast-check: the seed from the environment variable SEED when it is set, so that a
 * failure, which prints its seed, can be had again.
 */
export function seeded(): { seed?: number } {
  const seed = process.env['SEED'];
  if (seed === undefined || seed === '') return {};
  if (!/^-?\d+$/.test(seed))
    throw new RangeError(`SEED is "${seed}": write the whole number fast-check printed`);
  return { seed: Number(seed) };
}
