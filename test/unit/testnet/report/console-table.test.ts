import assert from 'node:assert/strict';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { consoleTable } from '../../../../testnet/report/console-table.ts';
import { checkExpectations } from '../../../../testnet/scenario/expect.ts';
import { handRecord } from '../../../helpers/hand-record.ts';

const { summary, details } = summarize(handRecord());
const expectations = checkExpectations({ 'coverage.min': '>= 0.7', 'latencyMs.p50': '< 5' }, summary);

describe('consoleTable', () => {
  it('says the figures in aligned plain lines', () => {
    assert.equal(
      consoleTable(summary, details, expectations),
      `  transactions   2 accepted of 3, 4 nodes, simulated, seed 1
  coverage       mean 75 %, least 75 %
  latency        p50 11 ms, p90 never, p99 never, max never
  time to nodes  50 % 10 ms, 90 % never, 99 % never, all never (median transaction)
  undelivered    1 late, 1 refused
  redundancy     0 copies per delivery
  provenance     rpc 2, push 2, pull 1, sync 1
  received       0 B: payload 0 B, duplicate 0 B, control 0 B, sync 0 B, members 0 B, other 0 B
  conserved      yes
  nonce order    0 of 3 pairs inverted
  cost           – CPU per delivery, largest process –
  ✓ coverage.min >= 0.7: is 0.75
  ✗ latencyMs.p50 < 5: is 11
`,
    );
  });

  it('says why a run is invalid', () => {
    const invalid = summarize(handRecord({ droppedBytes: 5 }));
    const text = consoleTable(invalid.summary, invalid.details);
    assert.match(text, /^ {2}conserved +NO$/m);
    assert.match(text, /^ {2}invalid: the bytes do not balance/m);
  });

  it('has colours only when asked, and the same words with them', () => {
    const coloured = consoleTable(summary, details, expectations, { colour: true });
    const escapes = /\u001b\[\d+m/g;
    assert.match(coloured, escapes);
    assert.equal(coloured.replace(escapes, ''), consoleTable(summary, details, expectations));
  });
});
