/**
 * A case: everything that happens in one run, as data. What is submitted stands there one by one, so that a case can
 * lose any of it when it is shrunk and still be read. Its file is JSON:
 *
 *   { "scenario": { "seed": 7, "nodes": { "count": 3 }, ... },      as in a scenario file
 *     "submissions": [{ "atMs": 0, "node": 1, "account": 0, "nonce": 0 }, ...],
 *     "faults": [{ "kind": "isolate", "node": 2, "atMs": 100, "forMs": 400 }, ...] }
 *
 * Times are counted from the moment the mesh stands.
 */
import { z } from 'zod';

import type { Edge } from '../networks/network.ts';
import { edgesOf } from '../run.ts';
import { scenarioSchema } from '../scenario/schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { faultSchema, isOfLink } from './faults.ts';
import { submissionSchema } from './submission.ts';

const caseSchema = z.strictObject({
  scenario: z.record(z.string(), z.unknown()),
  submissions: z.array(submissionSchema),
  faults: z.array(faultSchema),
});

export type FuzzCase = z.infer<typeof caseSchema>;

/** A case whose scenario was resolved and whose graph was drawn. */
export interface ResolvedCase extends Omit<FuzzCase, 'scenario'> {
  scenario: Scenario;
  edges: readonly Edge[];
}

/** The case makes no sense; `message` says what and where. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/** @throws {CaseError} when `text` is no case. */
export function parseCase(text: string, file: string): FuzzCase {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new CaseError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = caseSchema.safeParse(data);
  if (!result.success) throw new CaseError(`${file} is not a case: ${problem(result.error)}`);
  resolveCase(result.data);
  return result.data;
}

/** @throws {CaseError} when the scenario is wrong, has no graph, or something happens at a node that is not there. */
export function resolveCase({ scenario: fields, submissions, faults }: FuzzCase): ResolvedCase {
  const result = scenarioSchema.safeParse(fields);
  if (!result.success) throw new CaseError(`scenario.${problem(result.error)}`);
  const scenario = result.data;
  let edges: Edge[];
  try {
    edges = edgesOf(scenario);
  } catch (error) {
    throw new CaseError(`scenario.topology: ${(error as Error).message}`);
  }
  const { count } = scenario.nodes;
  for (const [index, { node, account }] of submissions.entries()) {
    if (node >= count) throw new CaseError(`submissions.${index}: there is no node ${node} among ${count}`);
    if (account >= scenario.workload.senders) {
      throw new CaseError(
        `submissions.${index}: account ${account} has no money; raise scenario.workload.senders above it`,
      );
    }
  }
  for (const [index, fault] of faults.entries()) {
    const nodes = isOfLink(fault) ? fault.between : [fault.node];
    const absent = nodes.find((node) => node >= count);
    if (absent !== undefined) {
      throw new CaseError(`faults.${index}: there is no node ${absent} among ${count}`);
    }
  }
  return { scenario, edges, submissions, faults };
}

/** One line for each submission and fault, so that a case can be read and a change to it seen. */
export function caseToJson({ scenario, submissions, faults }: FuzzCase): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${spaced(item)}`).join(',\n')}\n  ]`;
  const fields = JSON.stringify(scenario, null, 2)
    .replaceAll(/\[\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2]')
    .replaceAll('\n', '\n  ');
  return `{\n  "scenario": ${fields},\n  "submissions": ${lines(submissions)},\n  "faults": ${lines(faults)}\n}\n`;
}

function spaced(item: unknown): string {
  const given = Object.entries(item as object).filter(([, value]) => value !== undefined);
  const members = given.map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value).replaceAll(',', ', ')}`,
  );
  return `{ ${members.join(', ')} }`;
}

function problem(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return `${path.join('.')}: ${message}`;
}
