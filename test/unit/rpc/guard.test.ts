import assert from 'node:assert/strict';
import { corsHeaders, isHostAllowed, isOriginAllowed, tokenCheck } from '../../../src/rpc/guard.ts';

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

  describe('origins of WebSockets', () => {
    it('let in clients that are no browsers, whatever the rules', () => {
      assert.ok(isOriginAllowed(undefined, []));
      assert.ok(isOriginAllowed(undefined, ['http://a.example']));
    });

    it('must be listed; what a rule leaves out may be anything', () => {
      const cases: [rule: string, origin: string, allowed: boolean][] = [
        ['http://a.example', 'http://a.example', true],
        ['http://a.example', 'http://A.Example', true],
        ['http://A.example', 'http://a.example:8080', true],
        ['http://a.example', 'https://a.example', false],
        ['http://a.example:8080', 'http://a.example:8080', true],
        ['http://a.example:8080', 'http://a.example', false],
        ['a.example', 'https://a.example:1', true],
        ['a.example:1', 'https://a.example:2', false],
        ['http://localhost', 'http://localhost:3000', true],
        ['http://localhost', 'http://localhost.evil.example', false],
        ['http://localhost', 'http://evil.example', false],
        ['http://[::1]', 'http://[::1]:3000', true],
        ['chrome-extension://abc', 'chrome-extension://abc', true],
        ['*', 'http://evil.example', true],
        ['http://a.example', 'null', false],
        ['http://a.example', '', false],
        ['http://a.example/page', 'http://a.example', false],
      ];
      for (const [rule, origin, allowed] of cases) {
        assert.equal(isOriginAllowed(origin, [rule]), allowed, `${rule} ${origin}`);
      }
      assert.ok(!isOriginAllowed('http://localhost', []));
    });
  });

  describe('token', () => {
    it('is not asked for when there is none', () => {
      assert.ok(tokenCheck(undefined)(undefined));
      assert.ok(tokenCheck(undefined)('Bearer anything'));
    });

    it('must be the whole token, in an Authorization header of its scheme', () => {
      const isRight = tokenCheck('s3cret');
      for (const header of ['Bearer s3cret', 'bearer s3cret', 'BEARER   s3cret'])
        assert.ok(isRight(header), header);
      for (const header of [
        undefined,
        '',
        's3cret',
        'Bearer',
        'Bearer ',
        'Bearer s3cre',
        'Bearer s3cret2',
        'Bearer S3cret',
        'Basic s3cret',
        'Bearers3cret',
      ]) {
        assert.ok(!isRight(header), header);
      }
    });
  });
});
