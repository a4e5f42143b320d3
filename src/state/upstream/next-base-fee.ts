/** EIP-1559: a block may be this many times as full as it should be. */
const ELASTICITY_MULTIPLIER = 2n;

/** EIP-1559: the base fee changes by at most one part in this many. */
const BASE_FEE_MAX_CHANGE_DENOMINATOR = 8n;

export interface Fullness {
  /** Wei per gas; undefined on a chain without EIP-1559. */
  baseFee: bigint | undefined;
  gasLimit: bigint;
  gasUsed: bigint;
}

/** Wei per gas of the block after `head`: EIP-1559, "validate_block", `expected_base_fee_per_gas`. */
export function nextBaseFee({ baseFee, gasLimit, gasUsed }: Fullness): bigint {
  if (baseFee === undefined) return 0n;
  const target = gasLimit / ELASTICITY_MULTIPLIER;
  if (gasUsed === target || target === 0n) return baseFee;
  const change = (distance: bigint): bigint =>
    (baseFee * distance) / target / BASE_FEE_MAX_CHANGE_DENOMINATOR;
  if (gasUsed < target) return baseFee - change(target - gasUsed);
  const rise = change(gasUsed - target);
  return baseFee + (rise > 1n ? rise : 1n);
}
