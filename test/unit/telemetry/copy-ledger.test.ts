import assert from 'node:assert/strict';
import { CopyLedger } from '../../../src/telemetry/copy-ledger.ts';

describe('CopyLedger', () => {
  it('counts each hash, and what could not be read, and begins afresh when taken', () => {
    const ledger = new CopyLedger();
    ledger.received(['0x01', '0x02']);
    ledger.received(['0x01', null]);
    assert.deepEqual(ledger.take(7), [
      { kind: 'copies', atMs: 7, hash: '0x01', copies: 2 },
      { kind: 'copies', atMs: 7, hash: '0x02', copies: 1 },
      { kind: 'copies', atMs: 7, hash: null, copies: 1 },
    ]);
    assert.deepEqual(ledger.take(8), []);
    ledger.received(['0x01']);
    assert.deepEqual(ledger.take(9), [{ kind: 'copies', atMs: 9, hash: '0x01', copies: 1 }]);
  });
});
