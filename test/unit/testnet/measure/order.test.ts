import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { order } from '../../../../testnet/measure/order.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

describe('order', () => {
  it('asks only nodes where both arrived', () => {
    assert.deepEqual(order(join(handRecord())), { pairs: 3, inverted: 0 });
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
    assert.deepEqual(order(join(record)), { pairs: 2, inverted: 1 });
  });

  it('pairs neither nonces with a gap nor other senders', () => {
    const record = recordOf([[arrival(1, 1, null), arrival(3, 2, null), arrival(4, 1, null)]], {
      submissions: [submission(1), submission(3), submission(4, { sender: '0xbb' })],
    });
    assert.deepEqual(order(join(record)), { pairs: 0, inverted: 0 });
  });

  it('pairs both of a nonce used twice', () => {
    const record = recordOf([[arrival(1, 5, null), arrival(2, 4, null), arrival(3, 6, null)]], {
      submissions: [submission(1), submission(2, { nonce: 2n }), submission(3, { nonce: 2n })],
    });
    assert.deepEqual(order(join(record)), { pairs: 2, inverted: 1 });
  });
});
