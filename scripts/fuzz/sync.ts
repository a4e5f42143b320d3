/**
 * Hunts for bugs in reconciliation with made up and bent frames, in virtual time.
 *
 *   npm run fuzz:sync -- --minutes 5             from a fresh seed
 *   npm run fuzz:sync -- --seed 17 --cases 1     one case again
 *
 * Exits 1 when something was found: a failure, a session that hangs, or memory that grows from case to case.
 */
import { hunt } from './hunt.ts';
import { runSyncCase } from './sync-case.ts';

await hunt({
  name: 'fuzz:sync',
  description: 'Hunt for bugs in reconciliation.',
  runCase: runSyncCase,
  casesALook: 500,
});
