import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { OPTIONS } from '../../../../src/config.ts';
import { FIELDS } from '../../../../testnet/scenario/fields.ts';
import { scenarioJsonSchema } from '../../../../testnet/scenario/json-schema.ts';
import { parseScenario } from '../../../../testnet/scenario/parse.ts';
import { readyMadeScenarios } from '../../../../testnet/scenario/ready-made.ts';
import { unitOf } from '../../../../testnet/scenario/units.ts';

interface Node {
  description?: string;
  default?: unknown;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  additionalProperties?: unknown;
  minimum?: number;
  enum?: unknown[];
  type?: string;
  'x-unit'?: string;
}

const SCHEMA = scenarioJsonSchema() as Node;

/** What an editor finds at a dotted path, through lists and whatever else a field may be. */
function at(path: string): Node | undefined {
  return path.split('.').reduce<Node | undefined>((node, name) => {
    const ways = node === undefined ? [] : flatten(node);
    const found = name === '*' ? ways.map((way) => way.items) : ways.map((way) => way.properties?.[name]);
    return found.find((way) => way !== undefined);
  }, SCHEMA);
}

function flatten(node: Node): Node[] {
  return [node, ...(node.anyOf ?? []).flatMap(flatten)];
}

describe('scenarioJsonSchema', () => {
  it('is JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(SCHEMA)), SCHEMA);
  });

  it('has every field with its description and its default', () => {
    for (const field of FIELDS) {
      const node = at(field.path);
      assert.equal(node?.description, field.description, field.path);
      if (field.default !== undefined) assert.deepEqual(node.default, field.default, field.path);
    }
  });

  it('has units, bounds, words, and no room for other fields', () => {
    assert.equal(at('links.latencyMs')?.['x-unit'], 'ms');
    assert.equal(at('nodes.groups.*.uplinkMbps')?.['x-unit'], 'Mbit/s');
    assert.equal(at('nodes.count')?.['x-unit'], undefined);
    assert.equal(at('nodes.count')?.minimum, 2);
    assert.ok(at('topology.kind')?.enum?.includes('watts-strogatz'));
    assert.equal(SCHEMA.additionalProperties, false);
    assert.equal(at('links')?.additionalProperties, false);
  });

  it('has the unit of every field that has one', () => {
    const withUnit = FIELDS.filter(({ path }) => unitOf(path.split('.').at(-1)!) !== undefined);
    assert.ok(withUnit.length > 20);
    for (const { path } of withUnit) {
      assert.equal(at(path)?.['x-unit'], unitOf(path.split('.').at(-1)!), path);
    }
  });

  it('takes every ready-made scenario as it is written', () => {
    const schema = z.fromJSONSchema(scenarioJsonSchema());
    for (const { name, file } of readyMadeScenarios()) {
      const { data } = parseScenario(readFileSync(file, 'utf8'), name);
      assert.deepEqual(schema.safeParse(data).error?.issues, undefined, name);
    }
  });

  it('takes what a scenario may say, and nothing else', () => {
    const schema = z.fromJSONSchema(scenarioJsonSchema());
    const taken: unknown[] = [
      {},
      { topology: { kind: 'edges', edges: [[0, 1]] } },
      { topology: { kind: 'edges', edges: 'graph.csv' } },
      { links: { regions: { matrix: 'aws.csv' } } },
      { links: { regions: { matrix: { a: { a: 1 } } } } },
      { faults: { timeline: [{ at: '5s', kill: { count: 2 } }] } },
      { expect: { 'coverage.min': '>= 0.5', 'latencyMs.p99': 3 } },
      { nodes: { options: { 'gossip.d': 6 } } },
    ];
    const refused: unknown[] = [
      { nodes: { cuont: 3 } },
      { nodes: { count: 1 } },
      { nodes: { count: 'x' } },
      { topology: { kind: 'rnig' } },
      { topology: { edges: 3 } },
      { links: { latencyMs: '50ms' } },
      { links: { regions: { matrix: 3 } } },
      { faults: { timeline: [{ at: '5', kill: [1] }] } },
      { expect: { 'coverage.min': 'low' } },
    ];
    for (const each of taken) assert.ok(schema.safeParse(each).success, JSON.stringify(each));
    for (const each of refused) assert.ok(!schema.safeParse(each).success, JSON.stringify(each));
  });

  it('lets files be named where they may be', () => {
    for (const path of ['topology.edges', 'links.regions.matrix']) {
      assert.ok(
        flatten(at(path)!).some(({ type, enum: words }) => type === 'string' && words === undefined),
        path,
      );
    }
  });

  it('knows the options of a node', () => {
    for (const path of ['nodes.options', 'nodes.groups.*.options']) {
      assert.deepEqual(Object.keys(at(path)!.properties!), Object.keys(OPTIONS), path);
    }
  });
});
