import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { readyMadeFile, readyMadeScenarios } from '../../../../testnet/scenario/ready-made.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { sweepPoints } from '../../../../testnet/scenario/sweep.ts';

describe('ready-made scenarios', () => {
  it('are listed by name, each with a line', () => {
    const scenarios = readyMadeScenarios();
    const names = scenarios.map(({ name }) => name);
    assert.ok(names.includes('default'));
    assert.deepEqual(names, [...names].sort());
    for (const { name, description, file } of scenarios) {
      assert.match(description, /^\S[^\n]+\.$/, name);
      assert.equal(basename(file), `${name}.yaml`);
    }
  });

  for (const { name, file, isSweep } of readyMadeScenarios()) {
    it(`take ${name}, every point of it`, () => {
      const text = readFileSync(file, 'utf8');
      const resolved = resolveScenario(text, [], name, dirname(file));
      assert.equal(resolved.sweep !== null, isSweep);
      // What it teaches is read in the file, above the scenario itself.
      const comment = /^(?:# ?.*\n)+/.exec(text)?.[0] ?? '';
      assert.ok(
        comment.split('\n').length >= 4 && /\n#\n/.test(comment),
        'a title, and a paragraph below it',
      );
      assert.notDeepEqual(resolved.expect, {});
      if (isSweep) assert.ok(sweepPoints(text, [], name, dirname(file)).length > 1);
    });
  }

  it('are found by name', () => {
    assert.equal(basename(readyMadeFile('default')!), 'default.yaml');
    assert.equal(readyMadeFile('no-such-scenario'), undefined);
  });
});
