import assert from 'node:assert/strict';

import { fieldAt, FIELDS, namesIn } from '../../../../testnet/scenario/fields.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';

describe('fields', () => {
  it('describe each in a sentence', () => {
    for (const { path, description } of FIELDS) assert.match(description, /^\S.*[.!]$/, path);
  });

  it('are all there, with the defaults an empty file gets', () => {
    const scenario: unknown = resolveScenario('');
    // These depend on other fields.
    const computed = ['topology.degree', 'workload.transactions'];
    for (const field of FIELDS.filter(({ always }) => always)) {
      const value = field.path
        .split('.')
        .reduce<unknown>((within, name) => (within as Record<string, unknown>)[name], scenario);
      assert.notEqual(value, undefined, field.path);
      if (field.kind !== 'section') assert.deepEqual(value, field.default, field.path);
    }
    for (const path of computed) assert.equal(fieldAt(path)?.always, false, path);
    const paths = FIELDS.map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length);
    assert.deepEqual(namesIn(''), Object.keys(scenario as object));
    assert.deepEqual(namesIn('nodes.cpu'), ['verifyMs', 'messageMs']);
    assert.deepEqual(namesIn('nowhere'), []);
  });

  it('are found below lists, below sections that can be null, and among several ways to write a field', () => {
    assert.deepEqual(namesIn('faults.timeline.3.kill'), ['count', 'share', 'group', 'region']);
    assert.deepEqual(namesIn('faults.churn'), ['perMinute', 'downMs', 'disk', 'graceful']);
    assert.deepEqual(namesIn('links.regions.nodeTypes.0'), [
      'name',
      'share',
      'uplinkMbps',
      'downlinkMbps',
      'regions',
    ]);
    assert.equal(fieldAt('nodes.groups.12.options')?.kind, 'table');
    assert.equal(fieldAt('links.regions.matrix')?.always, false);
    assert.equal(fieldAt('nodes.groups.name'), undefined);
  });
});
