import assert from 'node:assert/strict';
import { calibrationOf } from '../../../../testnet/measure/calibration.ts';
import { summarize } from '../../../../testnet/measure/summarize.ts';
import { calibrationPage, calibrationTable } from '../../../../testnet/report/calibration-report.ts';
import { handRecord } from '../../../helpers/hand-record.ts';

const figures = summarize(handRecord());
const calibration = calibrationOf(figures, figures);

describe('the calibration report', () => {
  it('sets the figures of both networks side by side, columns aligned', () => {
    const lines = calibrationTable(calibration).split('\n');
    const [head] = lines;
    const redundancy = lines.find((line) => line.includes('redundancy'))!;
    assert.match(head!, /figure +local +simulated +local - simulated/);
    assert.match(
      lines.find((line) => line.includes('KS distance'))!,
      / 0\.000$/,
    );
    const [, local, simulated] = redundancy.trim().split(/ {2,}/);
    assert.equal(local, simulated);
    assert.equal(redundancy.indexOf(local!), head!.indexOf('local'));
  });

  it('says why a run is invalid', () => {
    const invalid = { ...calibration, invalid: { local: ['it <ran> late'], simulated: [] } };
    assert.match(calibrationTable(invalid), /invalid: local: it <ran> late/);
    assert.match(pageOf(invalid), /local: it &lt;ran&gt; late/);
  });

  it('is a page that draws both distributions, links both reports and fetches nothing', () => {
    const html = pageOf(calibration);
    assert.equal(html.match(/stroke="var\(--(?:orange|blue)\)"/g)?.length, 2);
    assert.match(html, /href="local\/report\.html"/);
    assert.match(html, /href="simulated\/report\.html"/);
    assert.match(html, /&lt;name&gt;/);
    assert.doesNotMatch(html, /<script|https?:\/\/(?!www\.w3\.org\/)/);
  });

  it('says so when nothing was delivered', () => {
    const html = pageOf(calibration, { finite: new Float64Array(), count: 0 });
    assert.match(html, /Nothing was delivered/);
    assert.doesNotMatch(html, /<svg/);
  });
});

function pageOf(of: typeof calibration, latencies = figures.latencies): string {
  return calibrationPage({
    name: '<name>',
    description: 'What for.',
    seed: 1,
    calibration: of,
    series: [
      { name: 'local', colour: 'var(--orange)', latencies },
      { name: 'simulated', colour: 'var(--blue)', latencies },
    ],
  });
}
