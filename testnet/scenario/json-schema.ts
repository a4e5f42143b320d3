/** The scenario file for editors: what may be written where, with what unit and what default. */
import { z } from 'zod';

import { OPTIONS } from '../../src/config.ts';
import { scenarioFields } from './schema.ts';
import { unitOf } from './units.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Fields that may name a file in place of what they hold. */
const FILE_FIELDS: ReadonlySet<string> = new Set(['topology.edges', 'links.regions.matrix']);

/**
 * JSON Schema (draft 2020-12) of the file: descriptions, defaults, bounds, and `x-unit` where a number has one. A
 * scenario may still be refused for what contradicts itself, which no such schema can say.
 */
export function scenarioJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(scenarioFields, {
    io: 'input',
    override: ({ zodSchema, jsonSchema, path }) => {
      const names = path.filter((part): part is string => typeof part === 'string' && part !== 'properties');
      const field = names.at(-1);
      const isField = path.at(-2) === 'properties' && field !== undefined;
      if (!isField) return;
      const unit = unitOf(field);
      if (unit !== undefined) jsonSchema['x-unit'] = unit;
      if (field === 'options') jsonSchema.properties = optionProperties();
      // The field as a whole, not one of the ways to write it.
      const isWhole = zodSchema._zod.def.type === 'default';
      if (isWhole && FILE_FIELDS.has(names.join('.'))) acceptFile(jsonSchema);
    },
  });
  return { ...schema, title: 'txgossip scenario' };
}

/** Such a field can be written in several ways already; this is one more. */
function acceptFile(schema: JsonSchema): void {
  const file: JsonSchema = { type: 'string', description: 'Path of a file, counted from the scenario file.' };
  schema.anyOf = [...schema.anyOf!, file];
}

/** Options of a node by name; values as its configuration takes them, which the schema of a scenario leaves open. */
function optionProperties(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { help, value }]) => [name, { description: `${value}: ${help}` }]),
  );
}
