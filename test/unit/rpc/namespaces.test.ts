import assert from 'node:assert/strict';
import { z } from 'zod';
import { parameterName, requiredCount } from '../../../src/rpc/method.ts';
import { methodTable, NAMESPACES } from '../../../src/rpc/namespaces.ts';

const every = Object.values(NAMESPACES).flatMap((namespace) => Object.entries(namespace));

describe('rpc namespaces', () => {
  it('are enabled by name, rpc always', () => {
    const { modules, methods } = methodTable(['net', 'eth', 'net']);
    assert.deepEqual(modules, ['eth', 'net', 'rpc']);
    assert.ok(methods.has('eth_chainId') && methods.has('net_version') && methods.has('rpc_modules'));
    assert.ok(!methods.has('admin_peers'));
  });

  it('one that does not exist is refused by name', () => {
    assert.throws(
      () => methodTable(['eth', 'debug']),
      /no JSON-RPC namespace "debug"; choose from admin, eth, net/,
    );
    assert.throws(() => methodTable(['toString']), /no JSON-RPC namespace "toString"/);
  });

  it('hold methods named after them', () => {
    for (const [name, namespace] of Object.entries(NAMESPACES)) {
      for (const method of Object.keys(namespace)) {
        // The name OpenRPC gives to its own.
        assert.ok(method.startsWith(`${name}_`) || method === 'rpc.discover', method);
      }
    }
  });

  it('describe every method enough to generate a document of them', () => {
    for (const [name, { description, params, result }] of every) {
      assert.match(description, /\.\)?$/, name);
      const items = params.def.items;
      if (params.def.rest === null) {
        for (const item of items) assert.notEqual(parameterName(item), 'parameter', name);
      }
      for (const item of items.slice(requiredCount(params))) assert.equal(item._zod.optin, 'optional', name);
      assert.equal(z.toJSONSchema(params, { io: 'input' }).type, 'array', name);
      assert.ok(Object.keys(z.toJSONSchema(result, { io: 'input' })).length > 1, name);
    }
  });
});
