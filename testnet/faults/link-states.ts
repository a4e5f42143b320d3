/** What the plan so far has made of the links: which entries of the timeline hold each. */
import { linkKey } from './choose-links.ts';
import type { FaultAction, LinkChange, LinkPair } from './fault.ts';

interface Cut {
  name: string | undefined;
  links: readonly LinkPair[];
}

interface Change extends Cut {
  change: LinkChange;
}

/**
 * Cuts overlap: a link heals with the last that holds it. Changes lie over each other: when one ends, the link is as
 * the others have it, in the order they came.
 */
export class LinkStates {
  readonly #cuts = new Map<number, Cut>();
  readonly #changes = new Map<number, Change>();
  readonly #holds = new Map<string, number>();

  cut(by: number, name: string | undefined, links: readonly LinkPair[]): FaultAction[] {
    this.#cuts.set(by, { name, links });
    const silenced = links.filter((link) => this.#hold(link, 1) === 1);
    return silenced.length === 0 ? [] : [{ kind: 'cut', links: silenced }];
  }

  /** Nothing when it was healed before. */
  heal(by: number): FaultAction[] {
    const cut = this.#cuts.get(by);
    if (cut === undefined) return [];
    this.#cuts.delete(by);
    const freed = cut.links.filter((link) => this.#hold(link, -1) === 0);
    return freed.length === 0 ? [] : [{ kind: 'heal', links: freed }];
  }

  change(
    by: number,
    name: string | undefined,
    links: readonly LinkPair[],
    change: LinkChange,
  ): FaultAction[] {
    this.#changes.set(by, { name, links, change });
    return [{ kind: 'change', links, change }];
  }

  restore(by: number): FaultAction[] {
    const ended = this.#changes.get(by);
    if (ended === undefined) return [];
    this.#changes.delete(by);
    const again = [...this.#changes.values()].flatMap(({ links, change }): FaultAction[] => {
      const keys = new Set(links.map(linkKey));
      const both = ended.links.filter((link) => keys.has(linkKey(link)));
      return both.length === 0 ? [] : [{ kind: 'change', links: both, change }];
    });
    return [{ kind: 'restore', links: ended.links }, ...again];
  }

  isCut(key: string): boolean {
    return (this.#holds.get(key) ?? 0) > 0;
  }

  /** Entries whose cuts are in force; all, or the one of that name. */
  cutsNamed(name: string): number[] {
    return named(this.#cuts, name);
  }

  changesNamed(name: string): number[] {
    return named(this.#changes, name);
  }

  #hold(link: LinkPair, by: 1 | -1): number {
    const key = linkKey(link);
    const held = (this.#holds.get(key) ?? 0) + by;
    this.#holds.set(key, held);
    return held;
  }
}

function named(entries: ReadonlyMap<number, Cut>, name: string): number[] {
  return [...entries].flatMap(([by, entry]) => (name === 'all' || entry.name === name ? [by] : []));
}
