/** A mean of independent samples against what theory says it is. */
export interface Estimate {
  samples: number;
  mean: number;
  standardError: number;
}

/** Of how many standard errors a mean may be off: by chance, one in 16,000 is. */
export const MAX_STANDARD_ERRORS = 4;

export function estimate(samples: readonly number[]): Estimate {
  const count = samples.length;
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return { samples: count, mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}

export function standardErrorsOff({ mean, standardError }: Estimate, expected: number): number {
  return Math.abs(mean - expected) / standardError;
}
