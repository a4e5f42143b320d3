import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SenderTransactions } from '../../../src/mempool/sender-transactions.ts';
import { leavesBefore, TailHeap, type Tail } from '../../../src/mempool/tail-heap.ts';
import { senderAddress } from '../../helpers/make-transaction.ts';
import { seeded } from '../../helpers/seed.ts';

function tail(n: number, tip: number): Tail {
  const sender = new SenderTransactions(senderAddress(n), 0n);
  return { sender, tip: BigInt(tip), sequence: n, heap: undefined, position: -1 };
}

describe('TailHeap', () => {
  it('always knows the first that is not excluded, whatever is pushed, removed and repriced', () => {
    const action = fc.record({ kind: fc.nat(9), which: fc.nat(50), tip: fc.nat(8), excluded: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120, size: 'max' }), (actions) => {
        const heap = new TailHeap();
        let members: Tail[] = [];
        for (const [n, { kind, which, tip, excluded }] of actions.entries()) {
          const member = members[which % Math.max(1, members.length)];
          if (kind < 5 || member === undefined) {
            const fresh = tail(n, tip);
            members.push(fresh);
            heap.push(fresh);
          } else if (kind < 7) {
            members = members.filter((each) => each !== member);
            heap.remove(member);
            assert.equal(member.heap, undefined);
          } else if (kind < 9) {
            member.tip = BigInt(tip);
            heap.moved(member);
          } else {
            for (const each of members) each.tip = BigInt((Number(each.tip) * (which + 1)) % 9);
            heap.reorder();
          }
          const sorted = [...members].sort((a, b) => (leavesBefore(a, b) ? -1 : 1));
          const passed = new Set(sorted.slice(0, excluded).map(({ sender }) => sender));
          assert.equal(heap.first(new Set()), sorted[0]);
          assert.equal(heap.first(passed), sorted[excluded]);
          assert.equal(heap.size, members.length);
        }
      }),
      { numRuns: 100, ...seeded() },
    );
  });

  it('cheapest first, of equals the newest', () => {
    assert.ok(leavesBefore({ tip: 1n, sequence: 1 }, { tip: 2n, sequence: 9 }));
    assert.ok(leavesBefore({ tip: 1n, sequence: 9 }, { tip: 1n, sequence: 1 }));
    assert.ok(leavesBefore({ tip: -1n, sequence: 1 }, { tip: 0n, sequence: 9 }));
  });
});
