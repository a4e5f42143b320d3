import assert from 'node:assert/strict';

import { FIELDS, namesIn } from '../../../../testnet/scenario/fields.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';

describe('fields', () => {
  it('describe each in a sentence', () => {
    for (const { path, description } of FIELDS) assert.match(description, /^\S.*[.!]$/, path);
  });

  it('are all there, with the defaults an empty file gets', () => {
    const scenario: unknown = resolveScenario('');
    const paths: string[] = [];
    for (const field of FIELDS) {
      const value = field.path
        .split('.')
        .reduce<unknown>((within, name) => (within as Record<string, unknown>)[name], scenario);
      assert.notEqual(value, undefined, field.path);
      if (field.kind !== 'section' && field.path !== 'topology.degree')
        assert.deepEqual(value, field.default, field.path);
      paths.push(field.path);
    }
    assert.equal(new Set(paths).size, paths.length);
    assert.deepEqual(namesIn(''), Object.keys(scenario as object));
    assert.deepEqual(namesIn('nodes.cpu'), ['verifyMs', 'messageMs']);
    assert.deepEqual(namesIn('nowhere'), []);
  });
});
