import assert from 'node:assert/strict';
import { Echoes } from '../../../src/propagation/echoes.ts';

describe('Echoes', () => {
  it('tells what was in a message of ours, the first time it comes back', () => {
    const echoes = new Echoes();
    echoes.sent('a', ['0x01', '0x02']);
    echoes.sent('b', ['0x03']);
    assert.deepEqual(echoes.received('a'), ['0x01', '0x02']);
    assert.equal(echoes.received('a'), undefined);
    assert.equal(echoes.received('never sent'), undefined);
    assert.deepEqual(echoes.received('b'), ['0x03']);
  });

  it('remembers the latest 4,096', () => {
    const echoes = new Echoes();
    for (let n = 0; n <= 4096; n++) echoes.sent(String(n), ['0x01']);
    assert.equal(echoes.received('0'), undefined);
    assert.deepEqual(echoes.received('1'), ['0x01']);
  });
});
