import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { order } from '../../../../testnet/measure/order.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

const NONE = { pairs: 0, inverted: 0, filledBy: { rpc: 0, push: 0, pull: 0, sync: 0 }, open: 0 };

describe('order', () => {
  it('asks only nodes where both arrived', () => {
    assert.deepEqual(order(join(handRecord())), { ...NONE, pairs: 3 });
  });

  it('is inverted when the later nonce came strictly earlier, a tie is not', () => {
    const record = recordOf(
      [
        [arrival(2, 5, null), arrival(1, 6, null)],
        [arrival(2, 9, 0), arrival(1, 9, 0)],
      ],
      {
        submissions: [submission(1), submission(2)],
      },
    );
    assert.deepEqual(order(join(record)), {
      ...NONE,
      pairs: 2,
      inverted: 1,
      filledBy: { ...NONE.filledBy, rpc: 1 },
    });
  });

  it('pairs neither nonces with a gap nor other senders', () => {
    const record = recordOf([[arrival(1, 1, null), arrival(3, 2, null), arrival(4, 1, null)]], {
      submissions: [submission(1), submission(3), submission(4, { sender: '0xbb' })],
    });
    assert.deepEqual(order(join(record)), NONE);
  });

  it('pairs both of a nonce used twice', () => {
    const record = recordOf([[arrival(1, 5, null), arrival(2, 4, null), arrival(3, 6, null)]], {
      submissions: [submission(1), submission(2, { nonce: 2n }), submission(3, { nonce: 2n })],
    });
    assert.deepEqual(order(join(record)), {
      ...NONE,
      pairs: 2,
      inverted: 1,
      filledBy: { ...NONE.filledBy, rpc: 1 },
    });
  });

  it('says what filled the gaps behind which transactions waited, and which stayed open', () => {
    const record = recordOf(
      [
        [arrival(1, 1, null), arrival(2, 2, null)],
        [arrival(2, 5, 0), arrival(1, 9, 0, 'sync')],
        [arrival(2, 5, 0), arrival(1, 9, 0, 'pull')],
        [arrival(2, 5, 0), arrival(1, 2000, 0, 'sync')],
        [arrival(2, 5, 0)],
        [],
      ],
      { submissions: [submission(1), submission(2)] },
    );
    assert.deepEqual(order(join(record)), {
      pairs: 3,
      inverted: 2,
      filledBy: { rpc: 0, push: 0, pull: 1, sync: 1 },
      open: 2,
    });
  });

  it('takes a gap for open where nobody ever sent what would fill it, or it was refused', () => {
    const queued = { status: 'queued' } as const;
    const record = recordOf(
      [
        [
          { ...arrival(2, 1, null), ...queued },
          { ...arrival(3, 2, null), ...queued },
          { ...arrival(5, 3, null), ...queued },
        ],
        // Here what came before was taken, though nobody followed it.
        [arrival(2, 9, 0), { ...arrival(5, 2000, 0), ...queued }],
      ],
      { submissions: [submission(2), submission(3), submission(4, { refusal: 'pool-full' }), submission(5)] },
    );
    assert.deepEqual(order(join(record)), { ...NONE, pairs: 1, open: 2 });
  });
});
