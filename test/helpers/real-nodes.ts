import { launchNode, type RunningNode } from '../../src/launch.ts';
import type { NodeOptions } from '../../src/config.ts';
import type { TraceEvent } from '../../src/telemetry/trace.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { eventually } from './poll.ts';

export interface TestNode extends RunningNode {
  events: TraceEvent[];
}

/** Nodes on loopback in this process, each connected to the next and meshed with it; ended by `stopAll`. */
export async function startLine(count: number, options: Partial<NodeOptions> = {}): Promise<TestNode[]> {
  const nodes: TestNode[] = [];
  for (let k = 0; k < count; k++) {
    const events: TraceEvent[] = [];
    const running = await launchNode(
      { 'http.port': 0, verbosity: 1, 'gossip.heartbeat': 200, 'gossip.history': 30, ...options },
      { trace: { record: (event) => void events.push(event) } },
    );
    nodes.push({ ...running, events });
  }
  for (let k = 1; k < count; k++) await nodes[k]!.node.addPeer(nodes[k - 1]!.multiaddrs[0]!);
  await eventually('every node to mesh with its neighbours', () =>
    nodes.every(
      ({ node }, k) =>
        node.propagation.meshPeers().length === (k === 0 || k === count - 1 ? Math.min(1, count - 1) : 2),
    ),
  );
  return nodes;
}

export async function stopAll(nodes: readonly RunningNode[]): Promise<void> {
  await Promise.all(nodes.map(async ({ stop }) => stop()));
}

const accounts = deriveAccounts(10);

/** A transfer from one development account to itself. */
export function transfer(
  account: number,
  nonce: bigint | number,
  overrides: { tipCap?: bigint; value?: bigint } = {},
): Uint8Array {
  const { address, privateKey } = accounts[account]!;
  return signTransaction(
    {
      type: 2,
      chainId: TESTNET_CHAIN_ID,
      nonce: BigInt(nonce),
      gasLimit: 21_000n,
      feeCap: 20n * 10n ** 9n,
      tipCap: overrides.tipCap ?? 10n ** 9n,
      to: address,
      value: overrides.value ?? 1n,
      data: new Uint8Array(),
    },
    privateKey,
  );
}
