import assert from 'node:assert/strict';

/** Values by name and labels, as `txgossip_members{state="alive"}`. */
export type Scrape = ReadonlyMap<string, number>;

/**
 * Reads the text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
 * @throws {AssertionError} where a line is none of it, a metric has no help or type, or a sample comes twice.
 */
export function parsePrometheus(text: string): Scrape {
  const scrape = new Map<string, number>();
  const helped = new Set<string>();
  const types = new Map<string, string>();
  assert.ok(text.endsWith('\n'), 'the last line is not ended');
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name, rest] = comment;
      if (what === 'HELP') helped.add(name!);
      else types.set(name!, rest!);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-z]\w*="[^"]*",?)+\})? (\S+)$/.exec(line);
    assert.ok(sample, `not the text format: ${line}`);
    const [, name, labels = '', value] = sample;
    const ofName = types.has(name!) ? name! : name!.replace(/_(bucket|sum|count)$/, '');
    assert.ok(helped.has(ofName) && types.has(ofName), `${name!} has no help or type`);
    // Some of Node's that prom-client adds are gauges with the name of a counter.
    if (!ofName.startsWith('nodejs_')) {
      const isCounter = types.get(ofName) === 'counter';
      assert.equal(isCounter, ofName.endsWith('_total'), `${ofName}: not named as its type`);
    }
    const key = name! + labels;
    assert.ok(!scrape.has(key), `${key} twice`);
    assert.ok(Number.isFinite(Number(value)) || /^(nan|[+-]inf)$/i.test(value!), line);
    scrape.set(key, Number(value));
  }
  return scrape;
}
