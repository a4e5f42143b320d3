import assert from 'node:assert/strict';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { consoleTable } from '../../../../testnet/report/console-table.ts';
import { checkExpectations } from '../../../../testnet/scenario/expect.ts';
import { applied, connect, member } from '../../../helpers/member-events.ts';
import { detection } from '../../../../testnet/report/plots/detection.ts';
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

  it('says of membership what nodes held of each other, where they kept one', () => {
    const record = handRecord({
      faults: [applied(100, { kind: 'kill', node: 3 })],
      downtimes: [{ node: 3, fromMs: 100, untilMs: null }],
      upAtMs: -400,
    });
    for (const [node, { events }] of record.traces.entries()) {
      for (const peer of [0, 1, 2, 3])
        if (peer !== node) events.unshift(member(peer, -50, 'alive'), connect(peer, -300));
      if (node < 3) events.push(member(3, 160 + node, 'dead'));
    }
    const kept = summarize(record);
    assert.equal(
      consoleTable(kept.summary, kept.details).split('\n').slice(9, 13).join('\n'),
      `  connections    mean 3, 3 to 3; all connected after 100 ms, meshed after 300 ms
  deaths         1, found after 60 ms (max 60 ms), known to all after 62 ms (max 62 ms), 0 over before; 1 refused
  false alarms   per node-hour 0 dead, 0 suspected; 0 links found cut, 0 slow; 100 % of the living hold each other alive at the end
  membership     0 messages, 0 B sent per node and second`,
    );
    const [death] = detection(kept.summary, kept.details.membership!, 0).table.rows;
    assert.deepEqual(death, ['100 ms', '3 killed', 'never', '3 nodes', '60 ms', '62 ms', 'refused']);
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
