import type { NodeOptions } from '../../src/config.ts';

/**
 * What a node of a testnet does not do unless the scenario asks.
 *
 * Nobody asks it about single transactions: what is measured is in the trace. Membership is for those who study it
 * (`members: true`): every node learns of every other, at 1,000 nodes a million records before the experiment begins;
 * and a run about propagation should neither measure pings nor have faults noticed earlier than connections do.
 */
export const TESTNET_DEFAULTS: Partial<NodeOptions> = { 'explain.transactions': 0, members: false };
