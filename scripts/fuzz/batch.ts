/**
 * Hunts for bugs in the decoder of batches and in what becomes of what it reads.
 *
 *   npm run fuzz:batch -- --minutes 5            from a fresh seed
 *   npm run fuzz:batch -- --seed 17 --cases 1    one case again
 *
 * Exits 1 when something was found: a failure, or memory that grows from case to case.
 */
import { runBatchCase } from './batch-case.ts';
import { hunt } from './hunt.ts';

await hunt({
  name: 'fuzz:batch',
  description: 'Hunt for bugs in the decoder of batches and in what becomes of what it reads.',
  runCase: runBatchCase,
  casesALook: 5_000,
});
