/** The scenario's `faults` made concrete by the seed: which node, which link, when. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { streamOf } from '../random.ts';
import type { TimelineEntry } from '../scenario/fault-times.ts';
import { kindsOf } from '../scenario/fault-entry.ts';
import type { FaultKind } from '../scenario/faults-fields.ts';
import { lateJoiners } from '../scenario/late-joiners.ts';
import { placesOf } from '../scenario/node-settings.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodesOf, pick, wantedOf } from '../scenario/select-nodes.ts';
import type { NodeChoice, Place } from '../scenario/select-nodes.ts';
import type { FaultAction, PlannedFault } from './fault.ts';
import { isOfLinks, LinkFaults } from './link-faults.ts';
import { NodeStates } from './node-states.ts';
import { planChurn } from './plan-churn.ts';

/**
 * In the order they happen. `spanMs`: from the first scheduled submission to the last; faults may come until the
 * drain after it is over. Each entry of the timeline draws from dice of its own.
 * @throws {RangeError} when an entry has nobody to hit, is about links that are not there, or comes after the end;
 * what can be known of that without the graph is refused with the scenario already.
 */
export function planFaults(scenario: Scenario, edges: readonly Edge[], spanMs: number): PlannedFault[] {
  const endMs = spanMs + scenario.measure.drainMs;
  const timeline = new Timeline(scenario, edges, endMs);
  const planned = timeline.plan();
  return [...planned, ...planChurn(scenario, timeline.nodes, spanMs, endMs)].sort((a, b) => a.atMs - b.atMs);
}

/** Something to be done when its time has come. At one instant what ends goes before what begins. */
interface Due {
  atMs: number;
  ends: boolean;
  run: () => void;
}

class Timeline {
  readonly nodes: NodeStates;
  readonly #links: LinkFaults;
  readonly #scenario: Scenario;
  readonly #edges: readonly Edge[];
  readonly #places: readonly Place[];
  readonly #endMs: number;
  readonly #agenda: Due[] = [];
  readonly #planned: PlannedFault[] = [];

  constructor(scenario: Scenario, edges: readonly Edge[], endMs: number) {
    this.#scenario = scenario;
    this.#edges = edges;
    this.#places = placesOf(scenario);
    this.#links = new LinkFaults(scenario);
    this.#endMs = endMs;
    this.nodes = new NodeStates(scenario.nodes.count);
  }

  /** Who is connected to whom shows only when it runs. */
  get #isLater(): boolean {
    return this.#scenario.topology.kind === 'discovered';
  }

  plan(): PlannedFault[] {
    const { timeline, lateJoiners: late } = this.#scenario.faults;
    if (late !== null) this.#joinLate(late.atMs);
    for (const [index, entry] of timeline.entries()) {
      this.#inTime(entry.atMs, `faults.timeline.${index}`);
      this.#at(entry.atMs, false, () => this.#begin(entry, index));
    }
    for (let due = this.#agenda.shift(); due !== undefined; due = this.#agenda.shift()) due.run();
    return this.#planned;
  }

  #joinLate(atMs: number): void {
    this.#inTime(atMs, 'faults.lateJoiners');
    for (const node of lateJoiners(this.#scenario, this.#places)) {
      this.nodes.absentUntil(node, atMs);
      this.#at(atMs, true, () => {
        this.nodes.join(node);
        this.#push(atMs, 'late joiner', { kind: 'join', node });
      });
    }
  }

  #begin(entry: TimelineEntry, index: number): void {
    const { atMs, forMs } = entry;
    const kind = kindsOf(entry)[0]!;
    const cause = causeOf(entry, kind);
    try {
      for (const action of this.#actions(entry, kind, index)) this.#push(atMs, cause, action);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`faults.timeline.${index}.${kind}: ${error.message}`, { cause: error });
    }
    if (forMs === undefined || atMs + forMs > this.#endMs) return;
    this.#at(atMs + forMs, true, () => {
      for (const action of this.#ends(entry, index, atMs + forMs)) {
        this.#push(atMs + forMs, `${cause}, over`, action);
      }
    });
  }

  #actions(entry: TimelineEntry, kind: FaultKind, index: number): PlannedFault['action'][] {
    const { atMs, factor = 1, disk = 'kept' } = entry;
    const dice = streamOf(this.#scenario.seed, 'fault', index);
    // A listed node may be in another state, by the dice of an earlier entry: it is planned all the same, and the
    // network says that it hit nobody.
    switch (kind) {
      case 'kill':
      case 'stop':
        return this.#choose(entry[kind]!, dice, 'up').map((node) => {
          if (this.nodes.isUp(node)) this.nodes.end(node, index, atMs);
          return { kind, node };
        });
      case 'restart':
        return this.#choose(entry.restart!, dice, 'down').map((node) => {
          if (this.nodes.down().has(node)) this.nodes.restart(node, atMs);
          return { kind, node, disk };
        });
      case 'freeze':
        return this.#choose(entry.freeze!, dice, 'up').map((node) => {
          if (this.nodes.well().has(node)) this.nodes.freeze(node, index, atMs);
          return { kind, node };
        });
      case 'thaw':
        return this.#choose(entry.thaw!, dice, 'frozen').map((node) => {
          if (this.nodes.frozen().has(node)) this.nodes.thaw(node, atMs);
          return { kind, node };
        });
      case 'slow':
        return this.#choose(entry.slow!, dice, 'up').map((node) => {
          if (factor === 1) this.nodes.quicken(node, atMs);
          else if (this.nodes.isUp(node)) this.nodes.slow(node, index, atMs);
          return { kind, node, factor };
        });
      default:
        if (this.#isLater) return [{ kind: 'links', entry: index, phase: 'begin' }];
        return this.#links.begin(index, { all: this.#edges, open: this.#edges });
    }
  }

  /** What undoes entry `index` after its time, for whom it still holds. */
  #ends(entry: TimelineEntry, index: number, atMs: number): PlannedFault['action'][] {
    const { disk = 'kept' } = entry;
    const restarts = [...this.nodes.down(index)].map((node): FaultAction => {
      this.nodes.restart(node, atMs);
      return { kind: 'restart', node, disk };
    });
    const thaws = [...this.nodes.frozen(index)].map((node): FaultAction => {
      this.nodes.thaw(node, atMs);
      return { kind: 'thaw', node };
    });
    const quickens = [...this.nodes.slowed(index)].map((node): FaultAction => {
      this.nodes.quicken(node, atMs);
      return { kind: 'slow', node, factor: 1 };
    });
    const links: PlannedFault['action'][] =
      this.#isLater && isOfLinks(kindsOf(entry)[0]!)
        ? [{ kind: 'links', entry: index, phase: 'end' }]
        : this.#links.end(index);
    return [...restarts, ...thaws, ...quickens, ...links];
  }

  /**
   * Listed nodes as they are listed; a choice falls on those in the state wanted. A share is of all there are, and of
   * what an earlier entry made down or frozen, of these.
   */
  #choose(
    choice: 'all' | readonly number[] | NodeChoice,
    dice: Random,
    state: 'up' | 'down' | 'frozen',
  ): number[] {
    if (isList(choice)) return [...choice];
    const wanted: NodeChoice = choice === 'all' ? {} : choice;
    const all = nodesOf(wanted, this.#places);
    const isIn = { up: this.nodes.well(), down: this.nodes.down(), frozen: this.nodes.frozen() }[state];
    const candidates = all.filter((node) => isIn.has(node));
    const count = wantedOf(wanted, state === 'up' ? all.length : candidates.length);
    const chosen = pick(candidates, count, dice);
    if (chosen.length >= (wanted.count ?? 1)) return chosen;
    const found = chosen.length === 0 ? 'none of them is' : `only ${chosen.length} of them are`;
    throw new RangeError(`${found} ${state} then: ask for fewer or others, or at another time`);
  }

  #inTime(atMs: number, path: string): void {
    if (atMs <= this.#endMs) return;
    throw new RangeError(
      `${path}: at ${atMs} ms all is over, the drain ends ${Math.round(this.#endMs)} ms after the first submission: bring it forward, or submit longer`,
    );
  }

  #at(atMs: number, ends: boolean, run: () => void): void {
    const due = { atMs, ends, run };
    const later = this.#agenda.findIndex(
      (other) => other.atMs > atMs || (other.atMs === atMs && ends && !other.ends),
    );
    if (later < 0) this.#agenda.push(due);
    else this.#agenda.splice(later, 0, due);
  }

  #push(atMs: number, cause: string, action: PlannedFault['action']): void {
    this.#planned.push({ atMs, action, cause });
  }
}

function isList(choice: 'all' | readonly number[] | NodeChoice): choice is readonly number[] {
  return Array.isArray(choice);
}

/** In the scenario's words: `kill {share: 0.1} for 5000 ms`. */
function causeOf(entry: TimelineEntry, kind: FaultKind): string {
  const what = entry[kind];
  const words =
    typeof what === 'string'
      ? what
      : JSON.stringify(what)
          .replaceAll('"', '')
          .replaceAll(/([,:])/g, '$1 ');
  const called = entry.name === undefined ? '' : ` "${entry.name}"`;
  return `${kind}${called} ${words}${entry.forMs === undefined ? '' : ` for ${entry.forMs} ms`}`;
}
