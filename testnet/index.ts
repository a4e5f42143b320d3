/** Networks of nodes from a script of your own: launch, submit, wait, read the figures, stop. */
export { launchTestnet, Testnet, privateKeyHex, type TestnetOptions } from './testnet.ts';
export { runScenario, type Run, type RunOptions } from './run.ts';
export { calibrate, type CalibrateOptions, type CalibrationRun } from './calibrate.ts';
export { resolveScenario, scenarioToYaml } from './scenario/resolve.ts';
export type { Scenario } from './scenario/scenario.ts';
export type { Summary } from './measure/summary.ts';
export type { Network, NetworkNode, NodeStatus, SubmitResult } from './networks/network.ts';
export type { FundedAccount } from './workload/accounts.ts';
