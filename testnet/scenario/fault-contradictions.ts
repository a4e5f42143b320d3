/** Faults that cannot be, as far as the scenario alone tells: who is not there, what was never broken, what comes too late. */
import type { Contradiction } from './contradictions.ts';
import { latestSpanMs } from './latest-span.ts';
import { ChoiceCheck } from './fault-choices.ts';
import { kindsOf, lastingMs } from './fault-entry.ts';
import type { WrittenEntry } from './fault-entry.ts';
import { historyProblems } from './fault-history.ts';
import { timeOf } from './fault-times.ts';
import { FAULT_KINDS } from './faults-fields.ts';
import type { FaultKind } from './faults-fields.ts';
import type { ScenarioFields } from './scenario.ts';
import { DEFAULT_BOOTSTRAPS } from './topology-fields.ts';

/** Fields of an entry that go with some kinds only. */
const GOES_WITH: Readonly<Record<'forMs' | 'for' | 'name' | 'disk' | 'factor' | 'to', readonly FaultKind[]>> =
  {
    forMs: ['kill', 'stop', 'freeze', 'slow', 'partition', 'cut', 'change'],
    for: ['kill', 'stop', 'freeze', 'slow', 'partition', 'cut', 'change'],
    name: ['partition', 'cut', 'change'],
    disk: ['kill', 'stop', 'restart'],
    factor: ['slow'],
    to: ['change'],
  };

export function faultContradictions(scenario: ScenarioFields): Contradiction[] {
  const { timeline, lateJoiners } = scenario.faults;
  const choices = new ChoiceCheck(scenario);
  const spanMs = timeline.length > 0 || lateJoiners !== null ? latestSpanMs(scenario) : null;
  const endMs = spanMs === null ? Infinity : spanMs + scenario.measure.drainMs;
  const shapes = timeline.flatMap((entry, index) =>
    [...shapeProblems(entry), ...choices.ofEntry(entry), ...lateProblems(entry, endMs)].map((each) => {
      return { ...each, path: ['faults', 'timeline', index, ...each.path] };
    }),
  );
  return [
    ...shapes,
    // Only a timeline that reads well has a history.
    ...(shapes.length === 0 ? historyProblems(scenario) : []),
    ...churnProblems(scenario),
    ...joinerProblems(scenario, choices, endMs),
  ];
}

function shapeProblems(entry: WrittenEntry): Contradiction[] {
  const problems = timeProblems(entry);
  const kinds = kindsOf(entry);
  const [kind, second] = kinds;
  if (kind === undefined) {
    return [...problems, { path: [], message: `nothing happens: write one of ${FAULT_KINDS.join(', ')}` }];
  }
  if (second !== undefined) {
    return [
      ...problems,
      {
        path: [second],
        message: `an entry does one thing: make ${kinds.join(' and ')} entries of their own`,
      },
    ];
  }
  for (const [field, goesWith] of Object.entries(GOES_WITH) as [
    keyof typeof GOES_WITH,
    readonly FaultKind[],
  ][]) {
    if (entry[field] !== undefined && !goesWith.includes(kind)) {
      problems.push({
        path: [field],
        message: `${kind} does not use it; it goes with ${goesWith.join(', ')}`,
      });
    }
  }
  if (kind === 'slow' && entry.factor === undefined) {
    problems.push({ path: ['slow'], message: 'slow needs factor: 4 computes four times slower' });
  }
  if (kind === 'change' && Object.keys(entry.to ?? {}).length === 0) {
    problems.push({
      path: ['change'],
      message: 'nothing says what becomes of the links: write to, such as to: {latencyMs: 200}',
    });
  }
  if ((kind === 'kill' || kind === 'stop') && entry.disk !== undefined && lastingMs(entry) === undefined) {
    problems.push({
      path: ['disk'],
      message: `it does not come back by itself: write for, or disk at its restart`,
    });
  }
  if (entry.name === 'all') problems.push({ path: ['name'], message: 'all is every one: take another name' });
  return problems;
}

function timeProblems({ at, atMs, for: lasting, forMs }: WrittenEntry): Contradiction[] {
  const problems: Contradiction[] = [];
  if (at === undefined && atMs === undefined) {
    problems.push({ path: [], message: 'nothing says when: write at, such as at: 5s, or atMs' });
  }
  if (at !== undefined && atMs !== undefined) {
    problems.push({ path: ['atMs'], message: 'at says when already: keep one of them' });
  }
  if (lasting !== undefined && forMs !== undefined) {
    problems.push({ path: ['forMs'], message: 'for says how long already: keep one of them' });
  }
  return problems;
}

function lateProblems(
  entry: { at?: string | undefined; atMs?: number | undefined },
  endMs: number,
): Contradiction[] {
  if (timeOf(entry) <= endMs) return [];
  return [
    {
      path: [entry.at === undefined ? 'atMs' : 'at'],
      message: `all is over by then: submitting and draining take ${Math.round(endMs)} ms; bring it forward, or raise workload.transactions or measure.drainMs`,
    },
  ];
}

function churnProblems({ faults: { churn }, nodes }: ScenarioFields): Contradiction[] {
  if (churn === null) return [];
  const away = (churn.perMinute * churn.downMs) / 60_000;
  if (away < nodes.count) return [];
  return [
    {
      path: ['faults', 'churn', 'perMinute'],
      message: `${churn.perMinute} a minute, away for ${churn.downMs} ms each, are ${Math.round(away)} away at once, of ${nodes.count} nodes: lower it or downMs`,
    },
  ];
}

function joinerProblems(
  {
    faults: { lateJoiners },
    topology: { kind, bootstraps = DEFAULT_BOOTSTRAPS },
    nodes: { count },
  }: ScenarioFields,
  choices: ChoiceCheck,
  endMs: number,
): Contradiction[] {
  if (lateJoiners === null) return [];
  const { nodes, at, atMs, ...choice } = lateJoiners;
  const others = count - bootstraps;
  const early: Contradiction[] = [];
  if (kind === 'discovered') {
    const message = (node: number): string =>
      `node ${node} is one all others begin from: it must be there, name others than 0 to ${bootstraps - 1}`;
    early.push(
      ...(nodes ?? []).flatMap((node, at) =>
        node < bootstraps ? [{ path: ['nodes', at], message: message(node) }] : [],
      ),
    );
    if (choice.count !== undefined && choice.count > others) {
      early.push({
        path: ['count'],
        message: `there are only ${others} nodes beside the bootstraps, who must be there: lower it`,
      });
    }
  }
  const chosen = Object.keys(choice).length > 0;
  const who: Contradiction[] =
    nodes === undefined
      ? choices.nodes(choice, [])
      : chosen
        ? [{ path: ['nodes'], message: 'the nodes are listed: leave out by what else they are chosen' }]
        : choices.nodes(nodes, ['nodes']);
  const when = timeProblems({ at, atMs });
  return [...who, ...early, ...when, ...lateProblems({ at, atMs }, endMs)].map(({ path, message }) => {
    return { path: ['faults', 'lateJoiners', ...path], message };
  });
}
