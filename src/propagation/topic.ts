/** Version of what travels on the topic: an RLP list of raw transactions. */
const TOPIC_VERSION = 1;

/** One topic a chain: transactions of another chain are refused by everybody, so they never share a mesh. */
export function transactionTopic(chainId: bigint): string {
  return `/txgossip/${chainId.toString()}/transactions/${TOPIC_VERSION}`;
}
