import assert from 'node:assert/strict';
import type { ExperimentRecord } from '../../../../../testnet/measure/record.ts';
import { summarize } from '../../../../../testnet/measure/summarize.ts';
import { bytesByKind } from '../../../../../testnet/report/plots/bytes-by-kind.ts';
import { disconnect } from '../../../../helpers/member-events.ts';
import * as synthetic from '../../../../helpers/synthetic-record.ts';

describe('bytes by kind', () => {
  const noteOf = (receivedBytes: number, some: Partial<ExperimentRecord> = {}): string => {
    const sent = synthetic.counters({ sent: synthetic.bytesByKind({ message: 1_000_000 }) });
    const received = synthetic.counters({ received: synthetic.bytesByKind({ message: receivedBytes }) });
    const record = synthetic.recordOf([[], [disconnect(0, 500)]], {
      network: 'local',
      after: [synthetic.status({ counters: sent }), synthetic.status({ counters: received })],
      ...some,
    });
    const { summary, details } = summarize(record);
    return bytesByKind(summary, details).note!;
  };

  it('says whether they balance, or that nobody can tell', () => {
    assert.match(noteOf(1_000_000), /^Conserved within/);
    assert.match(noteOf(500_000), /^Whether it balances cannot be told, .*received is 500,000 B/);
    assert.match(noteOf(500_000, { network: 'simulated' }), /^Does NOT balance: .*received is 500,000 B/);
  });
});
