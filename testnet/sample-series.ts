/** Looks at every node again and again while an experiment runs, for the series the scenario asks for. */
import type { Agenda } from './agenda.ts';
import { seriesOf, type Look, type Series, type SeriesKey } from './measure/series.ts';
import type { Network, NodeStatus } from './networks/network.ts';
import type { SeriesName } from './scenario/measure-fields.ts';
import type { Scenario } from './scenario/scenario.ts';

const KEYS: Record<SeriesName, readonly SeriesKey[]> = {
  mesh: ['mesh'],
  peers: ['peers'],
  pool: ['pending', 'queued'],
  unsettled: ['unsettled'],
  scores: ['scoreLowest', 'scoreMean'],
};

/** @returns what gives the series so far; null when none was asked for. Looks that were not answered are left out. */
export function sampleSeries(
  network: Pick<Network, 'clock' | 'status'>,
  agenda: Pick<Agenda, 'repeat'>,
  { everyMs, of }: Scenario['measure']['series'],
): () => Series | null {
  if (of.length === 0) return () => null;
  const looks: { atMs: number; nodes: Look[] }[] = [];
  agenda.repeat(network.clock.nowMs(), everyMs, () => {
    const atMs = network.clock.nowMs();
    network.status().then(
      (status) => looks.push({ atMs, nodes: status.map(lookAt) }),
      // A node that dies while it is asked: whoever watches the network hears of it.
      () => undefined,
    );
  });
  const keys = [...new Set(of)].flatMap((name) => KEYS[name]);
  return () =>
    seriesOf(
      [...looks].sort((a, b) => a.atMs - b.atMs),
      keys,
    );
}

function lookAt({ up, mesh, peers, pending, queued, unsettled, scores }: NodeStatus): Look {
  const known = <T>(value: T): T | null => (up ? value : null);
  return {
    mesh: known(mesh),
    peers: known(peers),
    pending: known(pending),
    queued: known(queued),
    unsettled: known(unsettled),
    scoreLowest: known(scores?.lowest ?? null),
    scoreMean: known(scores?.mean ?? null),
  };
}
