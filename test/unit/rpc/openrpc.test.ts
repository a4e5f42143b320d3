import assert from 'node:assert/strict';
import { z } from 'zod';
import { createDispatcher } from '../../../src/rpc/dispatcher.ts';
import { parameterName, requiredCount } from '../../../src/rpc/method.ts';
import { methodTable } from '../../../src/rpc/namespaces.ts';
import type { OpenRpcDocument } from '../../../src/rpc/openrpc.ts';
import { DEFAULT_RPC_OPTIONS } from '../../../src/rpc/options.ts';
import { FakeBackend } from '../../helpers/rpc-backend.ts';
import { ALL_NAMESPACES, dispatcherOf, resultOf } from '../../helpers/rpc-client.ts';

/** Values of every kind a parameter may be of; some method takes each. */
const VALUES: unknown[] = [
  true,
  7,
  'latest',
  'newHeads',
  '0x',
  '0x1',
  '0x01',
  '0x00000000000000000000000000000000000dead1',
  `0x${'ab'.repeat(32)}`,
  [],
  [25],
  ['x'],
  {},
  { blockNumber: '0x1' },
];

describe('rpc.discover', () => {
  let document: OpenRpcDocument;
  before(async () => {
    document = (await resultOf(dispatcherOf(new FakeBackend()), 'rpc.discover')) as OpenRpcDocument;
  });

  it('is an OpenRPC document: the fields its specification requires, and no others', () => {
    assert.match(document.openrpc, /^1\.3\.\d+$/);
    assert.deepEqual(Object.keys(document).sort(), ['info', 'methods', 'openrpc']);
    assert.ok(document.info.title.length > 0 && document.info.version.length > 0);
    for (const { name, params, result } of document.methods) {
      for (const descriptor of [...params, result]) {
        assert.ok(descriptor.name.length > 0, name);
        assert.equal(typeof descriptor.schema, 'object', name);
      }
      const names = params.map((param) => param.name);
      assert.equal(new Set(names).size, names.length, `${name}: names of parameters are unique`);
    }
  });

  it('names every method answered, once, and no other', async () => {
    const names = document.methods.map(({ name }) => name);
    assert.deepEqual(names, [...methodTable(ALL_NAMESPACES).methods.keys()]);
    assert.equal(new Set(names).size, names.length);

    const few = createDispatcher(new FakeBackend(), ['net'], DEFAULT_RPC_OPTIONS);
    const { methods } = (await resultOf(few, 'rpc.discover')) as OpenRpcDocument;
    assert.deepEqual(
      methods.map(({ name }) => name.split(/[._]/)[0]),
      ['net', 'net', 'net', 'rpc', 'rpc'],
    );
  });

  it('lists parameters in the order they are given, the required ones first', () => {
    const { methods } = methodTable(ALL_NAMESPACES);
    for (const { name, params } of document.methods) {
      const schema = methods.get(name)!.params;
      assert.deepEqual(
        params.map((param) => param.name),
        schema.def.items.map(parameterName),
        name,
      );
      const required = params.map((param) => param.required);
      assert.deepEqual(
        required,
        [...required].sort((a, b) => Number(b) - Number(a)),
        name,
      );
      assert.equal(required.filter(Boolean).length, requiredCount(schema), name);
    }
  });

  it('describes a parameter as it is sent', () => {
    const method = document.methods.find(({ name }) => name === 'eth_getBalance')!;
    const [address, block] = method.params;
    assert.deepEqual(
      [address!.name, address!.required, address!.schema['type']],
      ['address', true, 'string'],
    );
    assert.ok(new RegExp(address!.schema['pattern'] as string).test(`0x${'Ab'.repeat(20)}`));
    assert.ok(Array.isArray(block!.schema['anyOf']));
  });

  it('says what the parameter check says, of simple values', () => {
    const { methods } = methodTable(ALL_NAMESPACES);
    const agreements = new Set<boolean>();
    for (const { name, params } of document.methods) {
      params.forEach(({ schema, name: parameter }, index) => {
        const { type, pattern } = schema;
        // What is more than a type and a pattern is zod's to translate.
        if (typeof type !== 'string' || Object.keys(schema).some((key) => !['type', 'pattern'].includes(key)))
          return;
        const item = methods.get(name)!.params.def.items[index]!;
        for (const value of VALUES) {
          const says =
            isOfType(value, type) &&
            (typeof pattern !== 'string' || new RegExp(pattern).test(value as string));
          const { success } = z.safeParse(item, value);
          // A refinement, as an even number of digits, may refuse more than the schema can say.
          if (success) assert.ok(says, `${name} ${parameter} ${JSON.stringify(value)}`);
          agreements.add(success);
        }
      });
    }
    assert.equal(agreements.size, 2);
  });
});

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
