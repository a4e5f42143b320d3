import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { provenance } from '../../../../testnet/measure/provenance.ts';
import { handRecord } from '../../../helpers/hand-record.ts';

describe('provenance', () => {
  it('counts arrivals of transactions in time, entry nodes with them', () => {
    assert.deepEqual(provenance(join(handRecord())), { rpc: 2, push: 2, pull: 1, sync: 1 });
  });
});
