/** How a node looks after what was submitted to it. */

export interface LocalOptions {
  /** What the pool refused at the start for a passing reason is tried again so often, ms. */
  retryMs: number;
}

export const defaultLocalOptions: LocalOptions = { retryMs: 60_000 };
