import assert from 'node:assert/strict';
import { escape, tableMarkup } from '../../../../testnet/report/markup.ts';

describe('escape', () => {
  it('leaves nothing that could end a text or an attribute', () => {
    assert.equal(escape(`<a href="x" id='y'>&`), '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;');
  });
});

describe('tableMarkup', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [`row ${i}`, String(i)]);

  it('escapes its cells and names its rows', () => {
    const markup = tableMarkup({ columns: ['<A>'], rows: [['<b>', '<c>']] });
    assert.match(markup, /<th scope="col">&lt;A&gt;<\/th>/);
    assert.match(markup, /<th scope="row">&lt;b&gt;<\/th><td>&lt;c&gt;<\/td>/);
  });

  it('thins many rows evenly, the ends kept, and says so', () => {
    const markup = tableMarkup({ columns: ['Row', 'Value'], rows }, 11);
    assert.equal(markup.match(/scope="row"/g)?.length, 11);
    assert.match(markup, /11 of 1000 rows/);
    for (const kept of ['row 0', 'row 500', 'row 999']) assert.match(markup, new RegExp(`>${kept}<`));
  });

  it('shows all rows when they are few', () => {
    assert.doesNotMatch(tableMarkup({ columns: ['Row'], rows: rows.slice(0, 11) }, 11), /caption/);
  });
});
