/** Tells with each step of an experiment where it stands: in the network's time, and how much has arrived so far. */
import type { Agenda } from './agenda.ts';
import type { Network, NodeStatus, Progress } from './networks/network.ts';

/** Between two looks at the nodes: each asks all of them. */
const LOOK_MS = 1000;

/**
 * `progress` with `now` on every call, and called again with the phase under way at every look. `submitted` is how many
 * transactions a node should have by now.
 */
export function withProgressNow(
  network: Pick<Network, 'clock' | 'status'>,
  agenda: Pick<Agenda, 'repeat'>,
  before: readonly NodeStatus[],
  endsMs: number,
  submitted: () => number,
  progress: Progress,
): Progress {
  const { clock } = network;
  const beganAtMs = clock.nowMs();
  let coverage: number | null = null;
  let last: [phase: string, done: number, total: number] | undefined;
  const tell = (): void => {
    if (last !== undefined) progress(...last, { sinceMs: clock.nowMs() - beganAtMs, endsMs, coverage });
  };
  agenda.repeat(beganAtMs + LOOK_MS, LOOK_MS, () => {
    const wanted = submitted();
    network.status().then(
      (status) => {
        coverage = coverageSoFar(status, before, wanted);
        tell();
      },
      // A node that dies while it is asked: whoever watches the network hears of it.
      () => undefined,
    );
  });
  return (phase, done, total) => {
    last = [phase, done, total];
    tell();
  };
}

function coverageSoFar(
  status: readonly NodeStatus[],
  before: readonly NodeStatus[],
  wanted: number,
): number | null {
  let reached = 0;
  let pairs = 0;
  for (const [node, { up, arrivals }] of status.entries()) {
    if (!up) continue;
    reached += Math.min(wanted, Math.max(0, arrivals - before[node]!.arrivals));
    pairs += wanted;
  }
  return pairs === 0 ? null : reached / pairs;
}
