/** What becomes of a message when its validation fails by our own fault, as when the thread of a verifier dies. */
import assert from 'node:assert/strict';
import type { NodeOptions } from '../../../src/config.ts';
import { launchNode } from '../../../src/launch.ts';
import { Admission } from '../../../src/propagation/admission.ts';
import type { TransactionNotes } from '../../../src/telemetry/trace.ts';
import { eventually } from '../../helpers/poll.ts';
import { stopAll, transfer, type TestNode } from '../../helpers/real-nodes.ts';

describe('a message whose validation fails', () => {
  const { admitWhole } = Admission.prototype;
  let nodes: TestNode[] = [];
  let verdicts: string[] = [];
  let failures = 0;

  /** Two connected ones; the first to validate a message fails at it. */
  async function startPair(options: Partial<NodeOptions>): Promise<[TestNode, TestNode]> {
    const notes: TransactionNotes = {
      refused: () => undefined,
      message: () => undefined,
      copy: () => undefined,
      verdict: (_, verdict) => void verdicts.push(verdict),
    };
    for (let k = 0; k < 2; k++) {
      const trace = { record: () => undefined, notes };
      const common = { 'http.port': 0, verbosity: 0, 'explain.transactions': 0, sync: false };
      nodes.push({ ...(await launchNode({ ...common, ...options }, { trace })), events: [] });
    }
    const [first, second] = nodes as [TestNode, TestNode];
    await second.node.addPeer(first.multiaddrs[0]!);
    await eventually('the two to exchange transactions', () =>
      nodes.every(({ node }) => node.propagation.meshPeers().length === 1),
    );
    Admission.prototype.admitWhole = () => {
      failures++;
      Admission.prototype.admitWhole = admitWhole;
      return Promise.reject(new Error('the thread died'));
    };
    return [first, second];
  }

  beforeEach(() => {
    failures = 0;
    verdicts = [];
  });
  afterEach(async () => {
    Admission.prototype.admitWhole = admitWhole;
    await stopAll(nodes);
    nodes = [];
  });

  it('is ignored by gossip, and nobody is punished', async () => {
    const [first, second] = await startPair({ 'gossip.heartbeat': 200, 'gossip.history': 30 });
    assert.equal((await first.node.submit(transfer(0, 0))).status, 'pending');
    await eventually('a verdict', () => verdicts.length > 0);
    assert.deepEqual([failures, verdicts], [1, ['ignore']]);
    assert.equal(second.node.propagation.rejected, 0);
    assert.equal(second.node.propagation.unsettled, 0);
  });

  it('is fetched by a baseline when it is announced again', async () => {
    const [first, second] = await startPair({ propagation: 'eth' });
    assert.equal((await first.node.submit(transfer(0, 0))).status, 'pending');
    await eventually('the failure', () => failures === 1);
    // Whoever comes is told of all that is pending.
    await second.node.host.disconnect(first.node.peerId);
    await eventually('it to be there', () => second.node.pool.counts.pending === 1);
    assert.equal(failures, 1);
  });
});
