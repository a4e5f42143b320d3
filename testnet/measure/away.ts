/** When nodes were of no use to anybody: down, not there yet, or standing still. What really was, whatever nodes held. */
import type { Downtime, ExperimentRecord } from './record.ts';

/** A node that ended without a word or stood still. `untilMs` is Infinity when it did not come back. */
export interface Death {
  node: number;
  how: 'kill' | 'freeze';
  fromMs: number;
  untilMs: number;
}

export class Away {
  readonly #spells: Map<number, { fromMs: number; untilMs: number }[]>;

  constructor({ downtimes = [], freezes = [] }: Pick<ExperimentRecord, 'downtimes' | 'freezes'>) {
    this.#spells = new Map();
    for (const { node, fromMs, untilMs } of [...downtimes, ...freezes]) {
      const spells = this.#spells.get(node) ?? [];
      spells.push({ fromMs, untilMs: untilMs ?? Infinity });
      this.#spells.set(node, spells);
    }
  }

  /** Whether the node was away at any moment from `fromMs` to `untilMs`, both included. */
  between(node: number, fromMs: number, untilMs: number): boolean {
    return (this.#spells.get(node) ?? []).some((spell) => spell.fromMs <= untilMs && spell.untilMs >= fromMs);
  }

  at(node: number, atMs: number): boolean {
    return (this.#spells.get(node) ?? []).some((spell) => spell.fromMs <= atMs && spell.untilMs > atMs);
  }

  /** How long it lived of the time given. */
  livedMs(node: number, fromMs: number, untilMs: number): number {
    const spells = [...(this.#spells.get(node) ?? [])].sort((a, b) => a.fromMs - b.fromMs);
    let lived = 0;
    let atMs = fromMs;
    for (const spell of spells) {
      lived += Math.max(0, Math.min(spell.fromMs, untilMs) - atMs);
      atMs = Math.max(atMs, Math.min(spell.untilMs, untilMs));
    }
    return lived + Math.max(0, untilMs - atMs);
  }
}

/** Those of the time measured, in the order they happened. */
export function deathsOf({
  faults = [],
  downtimes = [],
  freezes = [],
  endedAtMs,
}: Pick<ExperimentRecord, 'faults' | 'downtimes' | 'freezes' | 'endedAtMs'>): Death[] {
  // A kill takes a moment, in which others may know already: it begins where the downtime does.
  const spellOf = (spells: readonly Downtime[], node: number, atMs: number): Downtime | undefined =>
    spells
      .filter((spell) => spell.node === node && spell.fromMs <= atMs)
      .reduce<Downtime | undefined>(
        (last, spell) => (spell.fromMs >= (last?.fromMs ?? -Infinity) ? spell : last),
        undefined,
      );
  return faults.flatMap(({ action, appliedAtMs, missed }): Death[] => {
    if (missed !== null || appliedAtMs > endedAtMs) return [];
    if (action.kind !== 'kill' && action.kind !== 'freeze') return [];
    const { node, kind: how } = action;
    const spell = spellOf(how === 'kill' ? downtimes : freezes, node, appliedAtMs);
    return spell === undefined
      ? []
      : [{ node, how, fromMs: spell.fromMs, untilMs: spell.untilMs ?? Infinity }];
  });
}
