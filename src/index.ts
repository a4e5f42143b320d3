/** Launch one node from a script of your own. For networks of them: `txgossip/testnet`. */
export { launchNode, type LaunchExtras, type RunningNode } from './launch.ts';
export { ConfigError, OPTIONS, resolveOptions, type NodeOptions } from './config.ts';
export { Node, type NodeInit } from './node.ts';
export { Mempool } from './mempool/mempool.ts';
export { MEMPOOL_PRESETS, type MempoolOptions } from './mempool/options.ts';
export type { Outcome, RefusalCode } from './mempool/outcome.ts';
export { decodeTransaction } from './transaction/decode.ts';
export { signTransaction } from './transaction/sign.ts';
export type { Transaction, DecodedTransaction } from './transaction/transaction.ts';
export type { TraceEvent, TraceSink } from './telemetry/trace.ts';
export type { Hex } from './bytes.ts';
export type { Host } from './host/host.ts';
export type { Clock, Environment, Random } from './environment.ts';
