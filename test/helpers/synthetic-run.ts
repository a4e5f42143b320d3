/** Run folders of synthetic records: whole, with no network behind them. */
import { summarize } from '../../testnet/measure/summarize.ts';
import { writeRun } from '../../testnet/report/run-folder.ts';
import { checkExpectations } from '../../testnet/scenario/expect.ts';
import { resolveScenario, scenarioToYaml } from '../../testnet/scenario/resolve.ts';
import { META } from './report-input.ts';
import { syntheticRecord, type SyntheticOptions } from './synthetic-record.ts';

export interface SyntheticRunOptions extends SyntheticOptions {
  /** As `--set` takes them. */
  set?: string[];
}

/** @returns the path of the folder. */
export async function writeSyntheticRun(
  directory: string,
  { set = [], ...options }: SyntheticRunOptions = {},
): Promise<string> {
  const record = syntheticRecord(options);
  const overrides = [`seed=${record.seed}`, `nodes.count=${record.traces.length}`, ...set];
  const scenario = resolveScenario('name: synthetic', overrides);
  const written = await writeRun(
    directory,
    { scenario, scenarioYaml: scenarioToYaml(scenario), record, meta: META },
    () => {
      const figures = summarize(record);
      return { ...figures, expectations: checkExpectations(scenario.expect, figures.summary) };
    },
  );
  return written.directory;
}
