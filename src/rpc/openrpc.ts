/**
 * The OpenRPC document (spec.open-rpc.org) of the methods a server answers, generated from the schemas that check
 * their parameters, so that it cannot say anything else.
 */
import { z } from 'zod';
import { packageVersion } from '../version.ts';
import { parameterName, requiredCount, type Method } from './method.ts';

const jsonSchemaText = z.record(z.string(), z.unknown());

const contentDescriptor = z.object({
  name: z.string(),
  description: z.string().optional(),
  required: z.boolean(),
  schema: jsonSchemaText,
});

const methodDescription = z.object({
  name: z.string(),
  description: z.string(),
  paramStructure: z.literal('by-position'),
  params: z.array(contentDescriptor).meta({ description: 'in the order they are given' }),
  result: contentDescriptor,
});

export const openRpcText = z.object({
  openrpc: z.string(),
  info: z.object({
    title: z.string(),
    description: z.string(),
    version: z.string(),
    license: z.object({ name: z.string() }),
  }),
  methods: z.array(methodDescription),
});

export type OpenRpcDocument = z.infer<typeof openRpcText>;

export function openRpcDocument(methods: ReadonlyMap<string, Method>): OpenRpcDocument {
  return {
    // The last version whose schemas are JSON Schema draft 7, which every tool reads.
    openrpc: '1.3.2',
    info: {
      title: 'txgossip',
      description: 'A transaction pool and its gossip, over JSON-RPC 2.0 as Ethereum nodes speak it.',
      version: packageVersion,
      license: { name: 'Apache-2.0 OR MIT' },
    },
    methods: [...methods].map(([name, method]) => describe(name, method)),
  };
}

function describe(name: string, { description, params, result }: Method): z.infer<typeof methodDescription> {
  const required = requiredCount(params);
  return {
    name,
    description,
    paramStructure: 'by-position',
    params: params.def.items.map((item, index) => parameter(item, index < required)),
    result: { name: 'result', required: true, schema: jsonSchema(result) },
  };
}

function parameter(item: z.core.$ZodType, required: boolean): z.infer<typeof contentDescriptor> {
  const { title: _title, description, ...schema } = jsonSchema(item);
  return {
    name: parameterName(item),
    ...(typeof description === 'string' && { description }),
    required,
    schema,
  };
}

/** Of what goes over the wire: what is taken before it is transformed. */
function jsonSchema(schema: z.core.$ZodType): z.infer<typeof jsonSchemaText> {
  const { $schema: _$schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest;
}
