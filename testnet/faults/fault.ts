/** What breaks, as planned: concrete nodes and links, each with its moment. The plan is data; networks carry it out. */

/** Milliseconds after the first scheduled submission; what is to happen before any is at 0. */
interface Planned {
  atMs: number;
}

/** Undirected, over node indices. */
export type LinkPair = readonly [number, number];

/** What can be changed of a link while it is in use; what is left out stays as it is. Both directions alike. */
export interface LinkChange {
  latencyMs?: number;
  jitterMs?: number;
  /** Mbit/s; null is unlimited. */
  bandwidthMbps?: number | null;
  /** Share of packets lost, [0, 1). */
  lossRate?: number;
}

export type FaultAction =
  /** The process ends at once, without a word (SIGKILL). */
  | { kind: 'kill'; node: number }
  /** It says goodbye, writes what is to be kept and ends (SIGTERM). Comes back by `restart` as after a kill. */
  | { kind: 'stop'; node: number }
  /**
   * It comes up again under the same identity and address, neither frozen nor slow; `disk` says whether its data
   * directory is still there.
   */
  | { kind: 'restart'; node: number; disk: 'kept' | 'lost' }
  /** A node that was not there before joins. */
  | { kind: 'join'; node: number }
  /** Stops computing, its sockets stay open (SIGSTOP), and goes on (SIGCONT). */
  | { kind: 'freeze'; node: number }
  | { kind: 'thaw'; node: number }
  /** Computes `factor` times slower from here on; 1 is full speed. */
  | { kind: 'slow'; node: number; factor: number }
  /** Nothing passes between the two, in both directions; nobody is told. */
  | { kind: 'cut'; links: readonly LinkPair[] }
  | { kind: 'heal'; links: readonly LinkPair[] }
  | { kind: 'change'; links: readonly LinkPair[]; change: LinkChange }
  /** Undoes every change: each direction is again as the scenario has it. A cut link stays cut. */
  | { kind: 'restore'; links: readonly LinkPair[] };

/** On links that are only known when its time has come: what that entry of the timeline begins, or what ends it. */
export interface LaterFault {
  kind: 'links';
  entry: number;
  phase: 'begin' | 'end';
}

export type PlannedFault = Planned & {
  action: FaultAction | LaterFault;
  /** Why, in the scenario's words: for the report. */ cause: string;
};

/** What came of it. `missed`: it had nobody to hit, as a kill of a node that was already down. */
export interface AppliedFault extends PlannedFault {
  action: FaultAction;
  /** Network time. */
  appliedAtMs: number;
  missed: string | null;
}
