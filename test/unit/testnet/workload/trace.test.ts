import assert from 'node:assert/strict';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { planWorkload } from '../../../../testnet/workload/plan.ts';
import { parseTrace } from '../../../../testnet/workload/trace.ts';

const HEADER = 'time_ms,size_bytes,sender\n';

describe('parseTrace', () => {
  it('reads columns by name, in order of time, senders as they first send', () => {
    const text =
      'sender,hash,size_bytes,time_ms\r\nbob,0x1,112,1500\r\nalice,0x2,500,1000.5\r\n\r\nbob,0x3,0,1500\r\n';
    assert.deepEqual(parseTrace(text, 't.csv'), [
      [0, 383, 0],
      [499.5, 0, 1],
      [499.5, 0, 1],
    ]);
  });

  it('says what is wrong, where, and what to write', () => {
    const refused: [text: string, message: RegExp][] = [
      ['time,size,sender\n1,2,a\n', /^t\.csv:1: there is no column time_ms: .* time_ms, size_bytes, sender$/],
      ['', /t\.csv:1: there is no column time_ms/],
      [HEADER, /t\.csv has no row below its header/],
      [`${HEADER}1,2,a\nsoon,2,a\n`, /t\.csv:3: time_ms is "soon": write a number from 0 up/],
      [`${HEADER}1,-2,a\n`, /t\.csv:2: size_bytes is "-2": write a number from 0 to 131072/],
      [`${HEADER}1,200000,a\n`, /t\.csv:2: size_bytes is "200000"/],
      [`${HEADER}1,2\n`, /t\.csv:2: sender is empty: write a name or an address/],
      [`${HEADER},2,a\n`, /t\.csv:2: time_ms is ""/],
    ];
    for (const [text, message] of refused)
      assert.throws(() => parseTrace(text, 't.csv'), { name: 'RangeError', message });
  });

  it('becomes transactions of about those sizes, by those senders, at those times', async () => {
    const sizes = [113, 150, 168, 170, 370, 1_000, 20_000, 70_000, 130_900];
    const text = HEADER + sizes.map((size, index) => `${index * 10},${size},s${index % 2}`).join('\n');
    const trace = parseTrace(text, 't.csv');
    const plan = await planWorkload(
      resolveScenario(JSON.stringify({ workload: { arrivals: 'trace', trace, senders: 2 } })),
    );
    for (const [index, { sizeBytes, atMs, sender, nonce }] of plan.entries()) {
      assert.ok(Math.abs(sizeBytes - sizes[index]!) <= 8, `${sizeBytes} for ${sizes[index]}`);
      assert.equal(atMs, index * 10);
      assert.equal(sender, plan[index % 2]!.sender);
      assert.equal(nonce, BigInt(Math.floor(index / 2)));
    }
    assert.notEqual(plan[0]!.sender, plan[1]!.sender);
  });
});
