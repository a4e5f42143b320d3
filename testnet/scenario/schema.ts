/**
 * The scenario file: every field once, with its unit in its name, its default and what it is for. Defaults are
 * those of the default scenario. `Scenario` (scenario.ts) is what comes out; contradictions between fields are in
 * contradictions.ts.
 */
import { z } from 'zod';

import { flattenOptions } from '../../src/config.ts';
import { defaultDegree } from '../topology/degree.ts';
import { contradictions } from './contradictions.ts';
import { AN_EXPECTATION, COMPARISON } from './expect.ts';
import { faultsFields } from './faults-fields.ts';
import { withTimesInMs } from './fault-times.ts';
import { linksFields } from './links-fields.ts';
import { measureFields } from './measure-fields.ts';
import { nodesFields } from './nodes-fields.ts';
import { sweepFields } from './sweep-fields.ts';
import { DEFAULT_BOOTSTRAPS, topologyFields } from './topology-fields.ts';
import { withTransactions, workload as workloadFields } from './workload-fields.ts';

/** The file's sections and fields, before defaults that depend on other fields. */
export const scenarioFields = z.strictObject({
  name: z.string().min(1).default('default').describe('Names the run and its folder.'),
  description: z.string().default('').describe('What the experiment is for.'),
  seed: z
    .int()
    .min(0)
    .default(1)
    .describe(
      'All randomness of the run follows from it: topology, latencies, workload, faults, simulated nodes.',
    ),
  nodes: nodesFields.prefault({}).describe('The nodes.'),
  topology: topologyFields.prefault({}).describe('The graph of connections.'),
  links: linksFields.prefault({}).describe('What the connections are like.'),
  workload: workloadFields
    .prefault({})
    .describe('Who submits what, when and where. Open loop: the schedule never waits for answers.'),
  faults: faultsFields.prefault({}).describe('What breaks, and when.'),
  measure: measureFields.prefault({}).describe('When measuring starts and ends.'),
  expect: z
    .record(
      z.string().min(1),
      z.union([z.number(), z.boolean(), z.string().regex(COMPARISON, `expected ${AN_EXPECTATION}`)]),
    )
    .default({ 'coverage.min': 1 })
    .describe(
      'What must hold of the summary: dotted path -> a number or true/false it must equal, or a comparison such as "< 800". Written out, it replaces the default.',
    ),
  sweep: sweepFields
    .nullable()
    .default(null)
    .describe('The same experiment many times, with something changed; null is a single run.'),
});

export const scenarioSchema = scenarioFields
  .superRefine((fields, context) => {
    // What is out of its own bounds is said first: together with others it would mean nothing.
    if (context.issues.length > 0) return;
    for (const { path, message } of contradictions(fields)) {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .transform(({ name, description, seed, nodes, topology, links, workload, faults, ...rest }) => {
    const groups = nodes.groups.map((group) => ({ ...group, options: flattenOptions(group.options) }));
    return {
      name,
      description,
      seed,
      nodes: { ...nodes, options: flattenOptions(nodes.options), groups },
      topology: withDefaults(topology, nodes.count),
      links,
      workload: withTransactions(workload),
      faults: withTimesInMs(faults),
      ...rest,
    };
  });

/** A graph has a degree, a network that finds itself has nodes to begin from; neither has both. */
function withDefaults(
  { kind, degree, bootstraps, ...parameters }: z.output<typeof topologyFields>,
  nodes: number,
): typeof parameters & { kind: typeof kind; degree?: number; bootstraps?: number } {
  if (kind === 'discovered') return { kind, bootstraps: bootstraps ?? DEFAULT_BOOTSTRAPS, ...parameters };
  return { kind, degree: degree ?? defaultDegree(kind, nodes, parameters.clusters), ...parameters };
}
