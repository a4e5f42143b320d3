/** What becomes of bytes that claim to be a batch; `npm run fuzz:batch` does it for as long as one likes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeByteStrings } from '../../../src/transaction/rlp.ts';
import { BatchJudge, runBatchCase } from '../../../scripts/fuzz/batch-case.ts';
import { transfers } from '../../../scripts/fuzz/known-transfers.ts';
import { seeded } from '../../helpers/seed.ts';

const valid = fc.constantFrom(...transfers.flat());
const noise = fc.uint8Array({ maxLength: 120 });

/** One byte put in another's place, cut out, or put between. */
const edit = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'insert', 'cut'),
  at: fc.nat(),
  byte: fc.nat(255),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let result = Array.from(bytes);
  for (const { kind, at, byte } of edits) {
    const index = at % (result.length + 1);
    if (kind === 'cut') result = result.slice(0, index);
    else result.splice(index, kind === 'insert' ? 0 : 1, ...(kind === 'remove' ? [] : [byte]));
  }
  return Uint8Array.from(result);
}

const someEdits = fc.array(edit, { maxLength: 3 });
const item = fc.oneof(
  { weight: 4, arbitrary: valid },
  { weight: 1, arbitrary: noise },
  { weight: 1, arbitrary: fc.tuple(valid, someEdits).map(([raw, edits]) => edited(raw, edits)) },
);
const batch = fc
  .tuple(fc.array(item, { maxLength: 6 }), fc.oneof(fc.constant([]), someEdits))
  .map(([items, edits]) => edited(encodeByteStrings(items), edits));

describe('bytes that claim to be a batch', () => {
  it('are refused, rejected whole, or have let in what somebody signed, one after the other', async () => {
    const fates = { unreadable: 0, entered: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(batch, noise), { maxLength: 8 }), async (messages) => {
        let nowMs = 0;
        const judge = new BatchJudge(() => nowMs);
        for (const bytes of messages) {
          const entered = await judge.judge(bytes, 6);
          if (entered === undefined) fates.unreadable++;
          else if (entered > 0) fates.entered++;
          else fates.refused++;
          nowMs += 1000;
        }
      }),
      { numRuns: 200, ...seeded() },
    );
    for (const [fate, times] of Object.entries(fates)) assert.ok(times > 20, `${fate}: ${times} times`);
  });

  it('from the seeds of the hunt, too (100 cases)', async () => {
    for (let seed = 1; seed <= 100; seed++) await runBatchCase(seed);
  });
});
