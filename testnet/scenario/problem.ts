/** One thing wrong with a scenario. */
export interface Problem {
  /** Where the user wrote it: `file:line:column`, or the `--set` option as it was given. */
  where: string;
  /** Dotted path of the field; empty when it concerns the file as a whole. */
  path: string;
  /** What is wrong and what to do about it. */
  message: string;
}

/** The scenario cannot be used. `message` has one line for each problem. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      problems
        .map(({ where, path, message }) => [where, path, message].filter((part) => part !== '').join(': '))
        .join('\n'),
    );
    this.problems = problems;
  }
}
