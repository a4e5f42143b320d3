/** The links of the nodes of one process: the scenario's, and what faults have made of them. */
import { linkState, type LinkModel, type LinkState } from '../../topology/link-model.ts';
import type { LinkChange, LinkPair } from '../../faults/fault.ts';
import type { LinkConditions } from '../link-conditions.ts';
import { conditionsOf } from '../scenario-links.ts';
import { Link } from './link.ts';
import type { LinkLateness } from './protocol.ts';

/** The faults of links, as planned. */
export type LinkFault =
  | { kind: 'cut' | 'heal' | 'restore'; links: readonly LinkPair[] }
  | { kind: 'change'; links: readonly LinkPair[]; change: LinkChange };

export class LinkTable {
  readonly #model: LinkModel;
  readonly #links = new Map<string, Link>();
  /** What directions that were changed are like now. */
  readonly #changed = new Map<string, LinkState>();

  #countsLateness = true;

  constructor(model: LinkModel) {
    this.#model = model;
  }

  /** What node `self` meets on its way to `peer` and back; one object for ever. */
  between(self: number, peer: number): Link {
    const key = keyOf(self, peer);
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new Link(this.#conditions(self, peer), this.#conditions(peer, self));
      countOf(link, this.#countsLateness);
      this.#links.set(key, link);
    }
    return link;
  }

  /** Both directions of each link alike. @returns whether anything is other than it was. */
  apply(fault: LinkFault): boolean {
    let hit = false;
    for (const [a, b] of fault.links) {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        if (this.#applyTo(from, to, fault)) hit = true;
      }
    }
    return hit;
  }

  /** One direction. Null: it is cut. */
  stateOf(from: number, to: number): LinkState | null {
    return this.between(from, to).isCut ? null : this.#uncut(from, to);
  }

  /** How true the links are so far; of those on which something has come out. */
  lateness(): LinkLateness[] {
    return [...this.#links].flatMap(([key, link]) => {
      const [self, peer] = key.split('>').map(Number) as [number, number];
      return [
        { from: self, to: peer, ...link.there.lateness },
        { from: peer, to: self, ...link.back.lateness },
      ].flatMap(({ from, to, messages, lateMs }) =>
        messages === 0 ? [] : [{ from, to, messages, meanLateMs: lateMs / messages }],
      );
    });
  }

  forgetLateness(): void {
    for (const { there, back } of this.#links.values()) {
      there.forgetLateness();
      back.forgetLateness();
    }
  }

  countLateness(count: boolean): void {
    this.#countsLateness = count;
    for (const link of this.#links.values()) countOf(link, count);
  }

  /** Mends all that is cut: for a process that ends, and has goodbyes to say. */
  healAll(): void {
    for (const link of this.#links.values()) link.heal();
  }

  #applyTo(from: number, to: number, fault: LinkFault): boolean {
    switch (fault.kind) {
      case 'cut':
        return this.between(from, to).cut();
      case 'heal':
        return this.between(from, to).heal();
      case 'change': {
        const before = this.#uncut(from, to);
        const state = { ...before, ...fault.change };
        const fields = ['latencyMs', 'jitterMs', 'bandwidthMbps', 'lossRate'] as const;
        if (fields.every((field) => state[field] === before[field])) return false;
        this.#changed.set(keyOf(from, to), state);
        break;
      }
      case 'restore':
        if (!this.#changed.delete(keyOf(from, to))) return false;
    }
    const conditions = this.#conditions(from, to);
    this.between(from, to).change(conditions, undefined);
    this.between(to, from).change(undefined, conditions);
    return true;
  }

  #conditions(from: number, to: number): LinkConditions {
    return conditionsOf(from, to, this.#model, this.#uncut(from, to));
  }

  #uncut(from: number, to: number): LinkState {
    return this.#changed.get(keyOf(from, to)) ?? linkState(from, to, this.#model);
  }
}

function keyOf(from: number, to: number): string {
  return `${from}>${to}`;
}

function countOf({ there, back }: Link, count: boolean): void {
  there.countsLateness = back.countsLateness = count;
}
