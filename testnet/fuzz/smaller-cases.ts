/**
 * How a case can be smaller: fewer submissions, faults, nodes and links, options back to their defaults, shorter,
 * rounder. What makes no sense (a graph in parts, options that contradict) is left out.
 */
import type { Edge } from '../networks/network.ts';
import { isDeath, isOfLink } from './faults.ts';
import type { Fault } from './faults.ts';
import { CaseError, resolveCase } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { withoutSome } from './shrink.ts';
import type { Submission } from './submission.ts';

type Fields = Record<string, unknown>;

export const CASE_PASSES: readonly ((current: FuzzCase) => Iterable<FuzzCase>)[] = [
  farFewerSubmissions,
  fewerFaults,
  fewerNodes,
  fewerLinks,
  defaultOptions,
  defaultFields,
  fewerSubmissions,
  simplerSubmissions,
  shorter,
  rounder,
].map((pass) => (current: FuzzCase) => sensible(pass(current)));

function* sensible(candidates: Iterable<FuzzCase>): Generator<FuzzCase> {
  for (const candidate of candidates) {
    try {
      resolveCase(candidate);
    } catch (error) {
      if (error instanceof CaseError) continue;
      throw error;
    }
    yield candidate;
  }
}

/** In large parts: of a case with a thousand the rest of it is made smaller before each of them is tried. */
function* farFewerSubmissions(current: FuzzCase): Generator<FuzzCase> {
  const { submissions } = current;
  for (const fewer of withoutSome(submissions, Math.max(1, Math.ceil(submissions.length / 16)))) {
    yield { ...current, submissions: fewer };
  }
}

function* fewerSubmissions(current: FuzzCase): Generator<FuzzCase> {
  for (const submissions of withoutSome(current.submissions)) yield { ...current, submissions };
}

function* fewerFaults(current: FuzzCase): Generator<FuzzCase> {
  for (const faults of withoutSome(current.faults)) yield { ...current, faults };
}

/** Without one node, its neighbours left as they are or joined in its place; what happened there happens at the next. */
function* fewerNodes(current: FuzzCase): Generator<FuzzCase> {
  const { edges, scenario } = resolveCase(current);
  const { count } = scenario.nodes;
  for (let gone = count - 1; gone >= 0 && count > 2; gone--) {
    const index = (node: number): number => (node > gone ? node - 1 : Math.min(node, count - 2));
    const kept = edges.filter((edge) => !edge.includes(gone));
    const around = edges.flatMap(([a, b]) => (a === gone ? [b] : b === gone ? [a] : []));
    const joined = around.slice(1).map((other): Edge => [around[0]!, other]);
    for (const graph of [kept, [...kept, ...joined]]) {
      const renumbered = unique(graph.map(([a, b]): Edge => [index(a), index(b)]));
      yield {
        scenario: withGraph(current.scenario, count - 1, renumbered),
        submissions: current.submissions.map((each) => ({ ...each, node: index(each.node) })),
        faults: current.faults.flatMap((fault) => moved(fault, gone, index)),
      };
    }
  }
}

function moved(fault: Fault, gone: number, index: (node: number) => number): Fault[] {
  if (!isOfLink(fault)) {
    return isDeath(fault) && fault.node === gone ? [] : [{ ...fault, node: index(fault.node) }];
  }
  const [a, b] = fault.between;
  return a === gone || b === gone ? [] : [{ ...fault, between: [index(a), index(b)] }];
}

function* fewerLinks(current: FuzzCase): Generator<FuzzCase> {
  const { edges, scenario } = resolveCase(current);
  for (const fewer of withoutSome(edges)) {
    yield { ...current, scenario: withGraph(current.scenario, scenario.nodes.count, fewer) };
  }
}

function withGraph(scenario: Fields, count: number, edges: readonly Edge[]): Fields {
  return {
    ...scenario,
    nodes: { ...(scenario['nodes'] as Fields), count },
    topology: { kind: 'edges', edges },
  };
}

function unique(edges: readonly Edge[]): Edge[] {
  const sorted = edges.filter(([a, b]) => a !== b).map(([a, b]): Edge => (a < b ? [a, b] : [b, a]));
  return [...new Map(sorted.map((edge) => [edge.join('-'), edge])).values()].sort(
    ([a, b], [c, d]) => a - c || b - d,
  );
}

/** All options of the nodes at once, then one by one. */
function* defaultOptions(current: FuzzCase): Generator<FuzzCase> {
  const nodes = current.scenario['nodes'] as Fields;
  const options = Object.entries((nodes['options'] ?? {}) as Fields);
  for (const fewer of withoutSome(options)) {
    const scenario = { ...current.scenario, nodes: { ...nodes, options: Object.fromEntries(fewer) } };
    yield { ...current, scenario };
  }
}

/** What the scenario says of lines, processors and links, section by section and field by field. */
function* defaultFields(current: FuzzCase): Generator<FuzzCase> {
  const { scenario } = current;
  for (const section of ['links', 'nodes']) {
    const fields = (scenario[section] ?? {}) as Fields;
    const given = Object.keys(fields).filter((name) => name !== 'count' && name !== 'options');
    for (const names of [given, ...given.map((name) => [name]), ['latencyDistribution', 'latencySpreadMs']]) {
      const left = Object.entries(fields).filter(([name]) => !names.includes(name));
      if (left.length === Object.keys(fields).length) continue;
      yield { ...current, scenario: { ...scenario, [section]: Object.fromEntries(left) } };
    }
  }
  const { senders } = resolveCase(current).scenario.workload;
  const needed = Math.max(0, ...current.submissions.map(({ account }) => account)) + 1;
  if (needed < senders) yield { ...current, scenario: { ...scenario, workload: { senders: needed } } };
}

function* simplerSubmissions(current: FuzzCase): Generator<FuzzCase> {
  for (const name of ['dataBytes', 'feePercent', 'flaw'] as const) {
    if (!current.submissions.some((each) => each[name] !== undefined)) continue;
    yield { ...current, submissions: current.submissions.map((each) => without(each, name)) };
    for (const [index, each] of current.submissions.entries()) {
      if (each[name] === undefined) continue;
      yield { ...current, submissions: current.submissions.with(index, without(each, name)) };
    }
  }
  // Fewer accounts, each numbered from the first nonce there is.
  const accounts = [...new Set(current.submissions.map(({ account }) => account))].sort((a, b) => a - b);
  if (accounts.some((account, index) => account !== index)) {
    const submissions = current.submissions.map((each) => ({
      ...each,
      account: accounts.indexOf(each.account),
    }));
    yield { ...current, submissions };
  }
}

function without(submission: Submission, name: 'dataBytes' | 'feePercent' | 'flaw'): Submission {
  const { [name]: _, ...rest } = submission;
  return rest;
}

/** Everything in less time, and each fault for less. */
function* shorter(current: FuzzCase): Generator<FuzzCase> {
  const { submissions, faults } = current;
  const times = [...submissions, ...faults].map(({ atMs }) => atMs);
  const first = Math.min(...times);
  if (times.length > 0 && first > 0) yield retimed(current, (atMs) => atMs - first);
  if (Math.max(0, ...times) >= 1) yield retimed(current, (atMs) => Math.floor(atMs / 2));
  for (const [index, fault] of faults.entries()) {
    if (isDeath(fault) || fault.forMs < 2) continue;
    yield { ...current, faults: faults.with(index, { ...fault, forMs: Math.floor(fault.forMs / 2) }) };
  }
}

/** Times as whole tens of milliseconds, all at once or one by one. */
function* rounder(current: FuzzCase): Generator<FuzzCase> {
  const round = (atMs: number): number => Math.round(atMs / 10) * 10;
  const { submissions, faults } = current;
  if ([...submissions, ...faults].some(({ atMs }) => atMs !== round(atMs))) yield retimed(current, round);
  for (const [index, each] of submissions.entries()) {
    if (each.atMs === round(each.atMs)) continue;
    yield { ...current, submissions: submissions.with(index, { ...each, atMs: round(each.atMs) }) };
  }
}

function retimed(current: FuzzCase, change: (atMs: number) => number): FuzzCase {
  return {
    ...current,
    submissions: current.submissions.map((each) => ({ ...each, atMs: change(each.atMs) })),
    faults: current.faults.map((each) => ({ ...each, atMs: change(each.atMs) })),
  };
}
