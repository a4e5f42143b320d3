import assert from 'node:assert/strict';
import {
  DEFAULT_RPC_OPTIONS,
  enabledNamespaces,
  isLoopback,
  resolveRpcOptions,
} from '../../../src/rpc/options.ts';

describe('rpc options', () => {
  it('know loopback', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'])
      assert.ok(!isLoopback(host), host);
  });

  it('stand over the defaults, save what is undefined', () => {
    const options = resolveRpcOptions({ port: 0, host: undefined });
    assert.deepEqual(options, { ...DEFAULT_RPC_OPTIONS, port: 0 });
  });

  it('answer admin and txgossip only on loopback, unless told otherwise', () => {
    const ordinary = ['eth', 'net', 'web3', 'txpool'];
    assert.deepEqual(enabledNamespaces({ host: '127.0.0.1', namespaces: undefined }), [
      ...ordinary,
      'admin',
      'txgossip',
    ]);
    assert.deepEqual(enabledNamespaces({ host: '0.0.0.0', namespaces: undefined }), ordinary);
    assert.deepEqual(enabledNamespaces({ host: '0.0.0.0', namespaces: ['admin'] }), ['admin']);
    assert.deepEqual(enabledNamespaces({ host: '127.0.0.1', namespaces: [] }), []);
  });
});
