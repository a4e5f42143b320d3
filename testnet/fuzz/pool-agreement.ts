/** Whether nodes that can still reach each other hold the same executable transactions. */
import { MEMPOOL_PRESETS } from '../../src/mempool/options.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import type { NodeObservation, Pooled } from './observation.ts';
import { signSubmission } from './submission.ts';
import type { Submission } from './submission.ts';

type Pool = Pick<NodeObservation, 'up' | 'pending'>;

/** The first disagreement between two live neighbours, in words; null when there is none. */
export function poolsDiffer(resolved: ResolvedCase, nodes: readonly Pool[]): string | null {
  const contested = contestedSlots(resolved);
  const nameOf = ({ hash, sender, nonce }: Pooled): string => {
    const slot = `${sender}/${nonce}`;
    return contested.has(slot) ? slot : hash;
  };
  const named = nodes.map(({ pending }) => new Map(pending.map((pooled) => [nameOf(pooled), pooled])));
  for (const [low, high] of resolved.edges) {
    if (!nodes[low]!.up || !nodes[high]!.up) continue;
    for (const [a, b] of [
      [low, high],
      [high, low],
    ] as const) {
      for (const [name, { hash, sender, nonce }] of named[a]!) {
        if (named[b]!.has(name)) continue;
        const { size } = named[b]!;
        return `node ${a} has ${hash} (nonce ${nonce} of ${sender}) pending, its neighbour ${b} has not (${named[a]!.size} and ${size} pending)`;
      }
    }
  }
  return null;
}

/**
 * Places (sender and nonce) where which transaction a node holds depends on which came first: two were submitted, and
 * neither pays enough more to replace the other.
 */
function contestedSlots({ submissions, scenario }: ResolvedCase): Set<string> {
  const bumpPercent = Number(
    scenario.nodes.options['txpool.pricebump'] ?? MEMPOOL_PRESETS.default.replacementBumpPercent,
  );
  const bySlot = new Map<string, Submission[]>();
  for (const submission of submissions) {
    if (submission.flaw !== undefined) continue;
    const slot = `${signSubmission(submission).sender}/${submission.nonce}`;
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), submission]);
  }
  const contested = new Set<string>();
  for (const [slot, rivals] of bySlot) {
    const pays = ({ feePercent = 100 }: Submission): number => feePercent;
    const sorted = [...rivals].sort((a, b) => pays(a) - pays(b));
    const unclear = sorted.some((cheaper, index) => {
      const dearer = sorted[index + 1];
      if (dearer === undefined) return false;
      if (signSubmission(dearer).hash === signSubmission(cheaper).hash) return false;
      return pays(dearer) === pays(cheaper) || pays(dearer) * 100 < pays(cheaper) * (100 + bumpPercent);
    });
    if (unclear) contested.add(slot);
  }
  return contested;
}
