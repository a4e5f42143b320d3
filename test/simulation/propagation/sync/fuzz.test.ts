import { runSyncCase } from '../../../../scripts/fuzz/sync-case.ts';

/** A glance at what `npm run fuzz:sync` does for as long as one likes. */
describe('reconciliation with made up and bent frames', () => {
  it('neither fails nor hangs, and leaves pools in order and nothing open (150 cases)', async () => {
    for (let seed = 1; seed <= 150; seed++) await runSyncCase(seed);
  });
});
