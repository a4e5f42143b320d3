/** One point of a sweep, to be run by whoever takes it: a process beside us, or a worker on another machine. */
import type { Network } from '../networks/network.ts';

export interface PointOrder {
  /** Names the folder of its run. */
  name: string;
  /** The scenario as resolved, as YAML: it says all that the run depends on. */
  scenarioYaml: string;
  network: Network['kind'];
}

/** What came of it. A point that failed can be run again; one that is done is kept whatever it measured. */
export type PointOutcome =
  { status: 'done'; valid: boolean; held: boolean } | { status: 'failed'; message: string };
