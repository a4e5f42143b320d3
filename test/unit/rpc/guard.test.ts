import assert from 'node:assert/strict';
import { corsHeaders, isHostAllowed } from '../../../src/rpc/guard.ts';

describe('rpc guard', () => {
  it('lets pass addresses, names it expects, and no header', () => {
    const good = [
      undefined,
      '',
      'localhost',
      'localhost:8545',
      'LocalHost:1',
      '127.0.0.1',
      '10.0.0.7:8545',
      '[::1]:8545',
      '[::1]',
    ];
    for (const host of good) assert.ok(isHostAllowed(host, ['localhost']), host);
  });

  it('stops any other name, as DNS rebinding brings', () => {
    const bad = [
      'evil.example',
      'evil.example:8545',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '[evil]',
      'localhost:x',
      '256.1.1.1',
    ];
    for (const host of bad) assert.ok(!isHostAllowed(host, ['localhost']), host);
  });

  it('takes more names, and * for any', () => {
    assert.ok(isHostAllowed('node.test:80', ['Node.Test']));
    assert.ok(isHostAllowed('evil.example', ['*']));
    assert.ok(!isHostAllowed('localhost', []));
  });

  it('lets no page read by default', () => {
    assert.equal(corsHeaders('http://a.example', []), undefined);
    assert.equal(corsHeaders('http://a.example', ['http://b.example']), undefined);
    assert.equal(corsHeaders(undefined, ['*']), undefined);
  });

  it('lets the pages named read', () => {
    assert.deepEqual(corsHeaders('http://a.example', ['http://a.example']), {
      'access-control-allow-origin': 'http://a.example',
      vary: 'Origin',
    });
    assert.deepEqual(corsHeaders('http://a.example', ['*']), { 'access-control-allow-origin': '*' });
  });
});
