/**
 * Entries of the timeline that are about links: which they hit, and what undoes them. On a graph they are planned with
 * the rest; where nodes find each other themselves they are worked out when their time has come.
 */
import { streamOf } from '../random.ts';
import type { Edge } from '../networks/network.ts';
import { kindsOf } from '../scenario/fault-entry.ts';
import type { FaultKind } from '../scenario/faults-fields.ts';
import { placesOf } from '../scenario/node-settings.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Place } from '../scenario/select-nodes.ts';
import { chooseLinks, linkKey, type LinkChoice } from './choose-links.ts';
import type { FaultAction, LinkPair } from './fault.ts';
import { LinkStates } from './link-states.ts';
import { crossing, sidesOf } from './sides.ts';

const KINDS = ['partition', 'cut', 'heal', 'change', 'restore'] as const satisfies readonly FaultKind[];
type LinkKind = (typeof KINDS)[number];

/** What there is to choose from. */
export interface Links {
  /** Pairs that may be connected: the edges of the graph, or any two nodes. */
  all: readonly Edge[];
  /** Those connected now. */
  open: readonly Edge[];
}

export function isOfLinks(kind: FaultKind): kind is LinkKind {
  return (KINDS as readonly FaultKind[]).includes(kind);
}

export class LinkFaults {
  readonly #scenario: Pick<Scenario, 'seed' | 'faults'>;
  readonly #places: readonly Place[];
  readonly #states = new LinkStates();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#places = placesOf(scenario);
  }

  /**
   * What entry `index` does. Who says how many takes them of those connected; else of all.
   * @throws {RangeError} when there are none such.
   */
  begin(index: number, links: Links): FaultAction[] {
    const entry = this.#scenario.faults.timeline[index]!;
    const kind = kindsOf(entry)[0]!;
    const { name } = entry;
    const dice = streamOf(this.#scenario.seed, 'fault', index);
    const choose = (choice: LinkChoice): LinkPair[] =>
      chooseLinks(choice, saysHowMany(choice) ? links.open : links.all, this.#places, dice);
    switch (kind) {
      case 'partition': {
        const between = crossing(links.all, sidesOf(entry.partition!, this.#places, dice));
        if (between.length === 0) throw new RangeError('no link leads from side to side: nothing is cut');
        return this.#states.cut(index, name, between);
      }
      case 'cut':
        return this.#states.cut(index, name, choose(entry.cut!));
      case 'heal':
        return this.#states.cutsNamed(entry.heal!).flatMap((by) => this.#states.heal(by));
      case 'change':
        return this.#states.change(index, name, choose(entry.change!), given(entry.to ?? {}));
      case 'restore':
        return this.#states.changesNamed(entry.restore!).flatMap((by) => this.#states.restore(by));
      default:
        throw new Error(`${kind} is not about links`);
    }
  }

  /** What undoes entry `index` after its time; nothing when it was undone before. */
  end(index: number): FaultAction[] {
    return [...this.#states.heal(index), ...this.#states.restore(index)];
  }

  /** Whether a cut holds it. */
  isCut(link: LinkPair): boolean {
    return this.#states.isCut(linkKey(link));
  }
}

function saysHowMany(choice: LinkChoice): boolean {
  return typeof choice === 'object' && ('count' in choice || 'share' in choice);
}

/** Without what is left out. */
function given<T extends object>(change: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
