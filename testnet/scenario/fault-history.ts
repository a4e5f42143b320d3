/** The timeline read in its order: what was never broken cannot be mended. */
import type { Contradiction } from './contradictions.ts';
import { kindsOf, lastingMs } from './fault-entry.ts';
import type { WrittenEntry } from './fault-entry.ts';
import { timeOf } from './fault-times.ts';
import type { ScenarioFields } from './scenario.ts';

/** What one pair of kinds has done to nodes so far: kill and restart, freeze and thaw. */
class NodeHistory {
  /** Listed node -> until when; Infinity until somebody says so. */
  readonly #held = new Map<number, number>();
  /** When the last that was chosen by the seed, and so may be any, comes back by itself. */
  #someUntilMs = -Infinity;

  begin(nodes: readonly number[] | null, untilMs: number): void {
    if (nodes === null) this.#someUntilMs = Math.max(this.#someUntilMs, untilMs);
    for (const node of nodes ?? []) this.#held.set(node, untilMs);
  }

  end(nodes: readonly number[] | null): void {
    for (const node of nodes ?? []) this.#held.delete(node);
  }

  endAll(): void {
    this.#held.clear();
    this.#someUntilMs = -Infinity;
  }

  /** The first of the listed nodes that is surely held already. */
  heldOf(nodes: readonly number[] | null, atMs: number): number | undefined {
    return nodes?.find((node) => (this.#held.get(node) ?? -Infinity) > atMs);
  }

  /** The first of the listed nodes that is surely not held. */
  freeOf(nodes: readonly number[] | null, atMs: number): number | undefined {
    if (this.#someUntilMs > atMs) return undefined;
    return nodes?.find((node) => !((this.#held.get(node) ?? -Infinity) > atMs));
  }

  holdsAny(atMs: number): boolean {
    return this.#someUntilMs > atMs || [...this.#held.values()].some((untilMs) => untilMs > atMs);
  }
}

interface Named {
  name: string | undefined;
  untilMs: number;
}

export function historyProblems({ faults }: ScenarioFields): Contradiction[] {
  const down = new NodeHistory();
  const frozen = new NodeHistory();
  const cuts: Named[] = [];
  const changes: Named[] = [];
  const inOrder = faults.timeline
    .map((entry, index) => ({ entry, index, atMs: timeOf(entry) }))
    .sort((a, b) => a.atMs - b.atMs || a.index - b.index);

  return inOrder.flatMap(({ entry, index, atMs }): Contradiction[] => {
    const kind = kindsOf(entry)[0]!;
    const untilMs = atMs + (lastingMs(entry) ?? Infinity);
    const refuse = (message: string | null, field: string = kind): Contradiction[] =>
      message === null ? [] : [{ path: ['faults', 'timeline', index, field], message }];
    switch (kind) {
      case 'kill':
      case 'stop': {
        const absent = notYetThere(faults, listed(entry[kind]), atMs);
        return refuse(absent ?? begin(down, listed(entry[kind]), atMs, untilMs, 'down'));
      }
      case 'restart':
        return refuse(end(down, entry.restart!, atMs, 'killed or stopped', 'down'));
      case 'freeze': {
        const absent = notYetThere(faults, listed(entry.freeze), atMs);
        return refuse(absent ?? begin(frozen, listed(entry.freeze), atMs, untilMs, 'frozen'));
      }
      case 'thaw':
        return refuse(end(frozen, entry.thaw!, atMs, 'frozen', 'frozen'));
      case 'slow':
        return refuse(notYetThere(faults, listed(entry.slow), atMs));
      case 'partition':
      case 'cut':
        return refuse(open(cuts, entry.name, untilMs), 'name');
      case 'heal':
        return refuse(close(cuts, entry.heal!, atMs, 'cut'));
      case 'change':
        return refuse(open(changes, entry.name, untilMs), 'name');
      case 'restore':
        return refuse(close(changes, entry.restore!, atMs, 'changed'));
    }
  });
}

/** Null: chosen by the seed, or all. */
function listed(choice: WrittenEntry['restart']): readonly number[] | null {
  return Array.isArray(choice) ? choice : null;
}

function begin(
  history: NodeHistory,
  nodes: readonly number[] | null,
  atMs: number,
  untilMs: number,
  state: string,
): string | null {
  const held = history.heldOf(nodes, atMs);
  if (held !== undefined)
    return `node ${held} is ${state} at ${atMs} ms already: leave it out, or at a later time`;
  history.begin(nodes, untilMs);
  return null;
}

function end(
  history: NodeHistory,
  choice: NonNullable<WrittenEntry['restart']>,
  atMs: number,
  done: string,
  state: string,
): string | null {
  const nodes = listed(choice);
  if (!history.holdsAny(atMs)) {
    return `nobody is ${state} at ${atMs} ms: none was ${done} before, or it is back by itself`;
  }
  const free = history.freeOf(nodes, atMs);
  if (free !== undefined) {
    return `node ${free} is not ${state} at ${atMs} ms: it was not ${done} before, or it is back by itself`;
  }
  if (choice === 'all') history.endAll();
  else history.end(nodes);
  return null;
}

function open(entries: Named[], name: string | undefined, untilMs: number): string | null {
  if (name !== undefined && entries.some((entry) => entry.name === name)) {
    return `the name "${name}" is taken: each needs its own`;
  }
  entries.push({ name, untilMs });
  return null;
}

function close(entries: readonly Named[], name: string, atMs: number, done: string): string | null {
  const open = entries.filter(({ untilMs }) => untilMs > atMs);
  const concerned = open.filter((entry) => name === 'all' || entry.name === name);
  if (concerned.length > 0) {
    for (const entry of concerned) entry.untilMs = atMs;
    return null;
  }
  if (open.length === 0) return `nothing is ${done} at ${atMs} ms: nothing was before, or it is over already`;
  const names = open.flatMap((entry) => (entry.name === undefined ? [] : [entry.name]));
  return `nothing named "${name}" is ${done} at ${atMs} ms; write ${['all', ...names].join(' or ')}`;
}

function notYetThere(
  { lateJoiners }: ScenarioFields['faults'],
  nodes: readonly number[] | null,
  atMs: number,
): string | null {
  const joinMs = lateJoiners === null ? -Infinity : timeOf(lateJoiners);
  const absent = nodes?.find((node) => lateJoiners?.nodes?.includes(node) === true && atMs < joinMs);
  return absent === undefined
    ? null
    : `node ${absent} joins at ${joinMs} ms only: leave it out, or at a later time`;
}
