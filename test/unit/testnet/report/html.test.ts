import assert from 'node:assert/strict';
import { renderHtml } from '../../../../testnet/report/html.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { pageInput } from '../../../helpers/report-input.ts';
import { recordOf, syntheticRecord } from '../../../helpers/synthetic-record.ts';

describe('renderHtml', () => {
  const html = renderHtml(pageInput(syntheticRecord()));

  it('asks for nothing from elsewhere and runs nothing', () => {
    assert.doesNotMatch(html, /<script|<link rel="stylesheet"|@import|url\(|src=/);
    const addresses = html.match(/https?:\/\/[^"'\s<]+/g) ?? [];
    assert.deepEqual(
      addresses.filter((address) => address !== 'http://www.w3.org/2000/svg'),
      [],
    );
  });

  it('is one page of the same text each time', () => {
    assert.equal(renderHtml(pageInput(syntheticRecord())), html);
  });

  it('names every drawing and gives its numbers', () => {
    assert.equal(html.match(/<svg [^>]*role="img"[^>]*>/g)?.length, 8);
    for (const svg of html.match(/<svg [^>]*>/g) ?? []) assert.match(svg, /aria-label="[^"]+"/);
    assert.equal(html.match(/<figure id="[^"]+" aria-labelledby=/g)?.length, 8);
    assert.equal(html.match(/<summary>Data<\/summary>/g)?.length, 8);
  });

  it('says at the top what did not hold', () => {
    assert.match(html, /It did not hold: \d of 5 expectations failed/);
    assert.match(html, /✗ failed<\/span><code>redundancy &lt; 2<\/code><span>is \d/);
    const { summary } = pageInput(handRecord());
    const held = [{ path: 'seed', wanted: 1, got: summary.seed, held: true, reason: null }];
    assert.match(renderHtml(pageInput(handRecord(), { expectations: held })), /It held: all 1 expectations/);
  });

  it('says the reason where there is no figure', () => {
    const failed = [
      { path: 'redundancy', wanted: '< 2', got: null, held: false, reason: 'was not measured' },
    ];
    assert.match(
      renderHtml(pageInput(recordOf([[]]), { expectations: failed })),
      /<span>was not measured<\/span>/,
    );
  });

  it('lets no text of a scenario become markup', () => {
    const evil = '</pre><script>alert(1)</script>';
    const page = renderHtml(pageInput(handRecord(), { name: evil, description: evil, scenarioYaml: evil }));
    assert.doesNotMatch(page, /<script/);
    assert.equal(page.match(/&lt;script&gt;/g)?.length, 4);
  });

  it('marks an invalid run, and bytes that do not balance', () => {
    const page = renderHtml(pageInput(handRecord({ droppedBytes: 7 })));
    assert.match(page, /Invalid run/);
    assert.match(page, /Does NOT balance: sent less received is 0 B, dropped by the network 7 B/);
    assert.doesNotMatch(html, /Invalid run/);
  });

  it('stays small for many nodes', () => {
    const large = renderHtml(pageInput(syntheticRecord({ nodes: 1500, transactions: 4 })));
    assert.ok(large.length < 600_000, `${large.length} characters`);
  });
});
