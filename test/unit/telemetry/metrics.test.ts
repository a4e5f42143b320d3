import assert from 'node:assert/strict';
import { noBytes, noCounters } from '../../../src/telemetry/counters.ts';
import { createMetrics, type MetricsView } from '../../../src/telemetry/metrics.ts';
import { parsePrometheus } from '../../helpers/prometheus.ts';

function viewOf(changes: Partial<MetricsView> = {}): MetricsView {
  return {
    clientVersion: 'txgossip/v0',
    nodeInfo: () => ({ id: 'me' }),
    members: () => ({ incarnation: 2, localHealth: 3, probes: { begun: 9, failed: 4 }, members: [] }),
    peers: () => [],
    gossip: () => ({ mesh: [], subscribers: [] }),
    knownPeers: () => ({ peers: [] }),
    pool: { counts: { pending: 5, queued: 6 } as MetricsView['pool']['counts'] },
    unbroadcast: 7,
    propagation: { unsettled: 8, fetching: 3, rejected: 1 },
    counters: noCounters,
    ...changes,
  };
}

describe('metrics', () => {
  it('show what the node counts at the moment they are read', async () => {
    const members: { state: 'alive' | 'dead' }[] = [{ state: 'alive' }];
    let begun = 9;
    const registry = createMetrics(
      viewOf({ members: () => ({ incarnation: 2, localHealth: 3, probes: { begun, failed: 4 }, members }) }),
    );
    const first = parsePrometheus(await registry.metrics());
    assert.equal(first.get('txgossip_members{state="alive"}'), 1);
    assert.equal(first.get('txgossip_members{state="dead"}'), 0);
    assert.equal(first.get('txgossip_members_incarnation'), 2);
    assert.equal(first.get('txgossip_members_local_health'), 3);
    assert.equal(first.get('txgossip_members_probes_total'), 9);
    assert.equal(first.get('txgossip_pool_transactions{status="queued"}'), 6);
    assert.equal(first.get('txgossip_validation_waiting_messages'), 8);
    assert.equal(first.get('txgossip_fetching_transactions'), 3);
    assert.equal(first.get('txgossip_gossip_rejected_messages_total'), 1);
    members[0] = { state: 'dead' };
    begun = 12;
    const second = parsePrometheus(await registry.metrics());
    assert.equal(second.get('txgossip_members{state="alive"}'), 0);
    assert.equal(second.get('txgossip_members{state="dead"}'), 1);
    assert.equal(second.get('txgossip_members_probes_total'), 12);
  });

  it('count up only: a count that is behind for a moment is no restart', async () => {
    const seen: (number | undefined)[] = [];
    let other = -20;
    const registry = createMetrics(
      viewOf({ counters: () => ({ ...noCounters(), sent: { ...noBytes(), message: 1, other } }) }),
    );
    for (other of [-20, 50, 30, 60]) {
      const scrape = parsePrometheus(await registry.metrics());
      assert.equal(scrape.get('txgossip_sent_bytes_total{kind="message"}'), 1);
      seen.push(scrape.get('txgossip_sent_bytes_total{kind="other"}'));
    }
    assert.deepEqual(seen, [0, 50, 50, 60]);
  });

  it('of two nodes in a process do not mix', async () => {
    const [a, b] = [createMetrics(viewOf({ unbroadcast: 1 })), createMetrics(viewOf({ unbroadcast: 2 }))];
    assert.equal(parsePrometheus(await a.metrics()).get('txgossip_unbroadcast_transactions'), 1);
    assert.equal(parsePrometheus(await b.metrics()).get('txgossip_unbroadcast_transactions'), 2);
  });
});
