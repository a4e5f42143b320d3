/**
 * What one message may hold, the same on every node: a node takes as much of a peer whatever it sends itself, for what
 * one honest node sends another must not punish. Options of what is sent are bounded by these.
 */

/** Of one message: what decoding it can make us allocate, and the signatures of one verdict, 80 ms of a core. The verifier takes four at once. */
export const MAX_BATCH_TRANSACTIONS = 1_024;
/** Of one message, unless a single transaction is larger. Some 250 bytes for each of the most transactions. */
export const MAX_BATCH_BYTES = 256 * 1024;
