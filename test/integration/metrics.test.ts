/** Metrics of real nodes, scraped as Prometheus does, against what JSON-RPC says of the same nodes. */
import assert from 'node:assert/strict';
import { toHex } from '../../src/bytes.ts';
import { ConfigError } from '../../src/config.ts';
import { launchNode } from '../../src/launch.ts';
import { eventually } from '../helpers/poll.ts';
import { parsePrometheus, type Scrape } from '../helpers/prometheus.ts';
import { startLine, stopAll, transfer, type TestNode } from '../helpers/real-nodes.ts';

/** Nobody dials of its own accord: peers stay who they are. */
const METRICS = { metrics: true, 'metrics.port': 0, discovery: false, 'members.verify': 0 };

describe('metrics of real nodes', () => {
  let nodes: TestNode[] = [];
  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
  });

  async function scrape(node: number, path = '/metrics'): Promise<Scrape> {
    const response = await fetch(nodes[node]!.metricsUrl! + path);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
    return parsePrometheus(await response.text());
  }
  async function result<T>(node: number, method: string, ...params: unknown[]): Promise<T> {
    const response = await fetch(nodes[node]!.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return ((await response.json()) as { result: T }).result;
  }

  interface MembersText {
    incarnation: number;
    probes: { begun: number; failed: number };
    members: { peer: string; state: string }[];
  }
  const membersOf = (node: number) => result<MembersText>(node, 'txgossip_members');
  const heldBy = ({ incarnation, members }: MembersText) => [
    incarnation,
    members.map(({ peer, state }) => `${peer} ${state}`).sort(),
  ];

  it('agree with JSON-RPC: peers, members, pool, mesh, traffic', async () => {
    nodes = await startLine(3, METRICS);
    const sent = [transfer(0, 0), transfer(1, 0), transfer(2, 0), transfer(3, 2)];
    for (const raw of sent) await result(0, 'eth_sendRawTransaction', toHex(raw));
    await eventually('all that is executable to be everywhere', () =>
      nodes.every(({ node }) => node.pool.counts.pending === 3),
    );
    await eventually('everybody to know everybody', () =>
      nodes.every(({ node }) => node.members().members.length === 2 && node.members().probes.begun > 0),
    );
    for (const k of [0, 1, 2]) {
      // Where time is short a neighbour may be late with an answer, and be held for something else the next moment.
      const { before, seen, after } = await eventually(
        'it to hold the same of all for a moment',
        async () => {
          const asked = await membersOf(k);
          const scraped = await scrape(k);
          const again = await membersOf(k);
          const isSame = JSON.stringify(heldBy(asked)) === JSON.stringify(heldBy(again));
          return isSame && { before: asked, seen: scraped, after: again };
        },
      );
      const value = (name: string): number => seen.get(`txgossip_${name}`)!;

      for (const state of ['alive', 'suspect', 'dead', 'left']) {
        const expected = after.members.filter((member) => member.state === state).length;
        assert.equal(value(`members{state="${state}"}`), expected, state);
      }
      assert.equal(value('members_incarnation'), after.incarnation);
      for (const [name, from, to] of [
        ['members_probes_total', before.probes.begun, after.probes.begun],
        ['members_probes_failed_total', before.probes.failed, after.probes.failed],
      ] as const) {
        assert.ok(from <= value(name) && value(name) <= to, `${name}: ${value(name)}, of ${from} to ${to}`);
      }

      const peers = Number(await result<string>(k, 'net_peerCount'));
      assert.equal(value('peers{direction="inbound"}') + value('peers{direction="outbound"}'), peers);
      assert.equal(peers, k === 1 ? 2 : 1);
      assert.equal(value('peers{direction="outbound"}'), k === 0 ? 0 : 1);
      const { mesh } = await result<{ mesh: unknown[] }>(k, 'txgossip_mesh');
      assert.equal(value('mesh_peers'), mesh.length);

      const status = await result<{ pending: string; queued: string }>(k, 'txpool_status');
      assert.equal(value('pool_transactions{status="pending"}'), Number(status.pending));
      assert.equal(value('pool_transactions{status="queued"}'), Number(status.queued));
      assert.equal(value('pool_transactions{status="queued"}'), k === 0 ? 1 : 0);
    }
    // What was gossiped came here, and its bytes with it.
    const far = await scrape(2);
    assert.ok(far.get('txgossip_gossip_messages_total')! >= 1);
    assert.ok(
      far.get('txgossip_copies_total{way="gossip"}')! + far.get('txgossip_copies_total{way="sync"}')! >= 3,
    );
    const payload = sent.slice(0, 3).reduce((sum, raw) => sum + raw.length, 0);
    assert.ok(far.get('txgossip_received_bytes_total{kind="message"}')! >= payload);
    assert.ok(far.get('txgossip_sent_bytes_total{kind="members"}')! > 0);
  });

  it('are at both paths, of the node alone and of its process, and end with it', async () => {
    nodes = await startLine(2, METRICS);
    const [first, second] = [await scrape(0), await scrape(1, '/debug/metrics/prometheus')];
    assert.deepEqual([...first.keys()].filter(isOfNode).length, [...second.keys()].filter(isOfNode).length);
    for (const [k, seen] of [first, second].entries()) {
      const info = [...seen.keys()].find((key) => key.startsWith('txgossip_node_info'))!;
      assert.ok(info.includes(nodes[k]!.node.peerId.toString()), info);
      assert.ok(seen.get('process_resident_memory_bytes')! > 1e6);
    }
    const elsewhere = await fetch(`${nodes[0]!.metricsUrl!}/`);
    assert.deepEqual(
      [elsewhere.status, await elsewhere.text()],
      [404, 'metrics are at /debug/metrics/prometheus and /metrics'],
    );
    await nodes[0]!.stop();
    await assert.rejects(fetch(`${nodes[0]!.metricsUrl!}/metrics`));
  });

  it('are off unless asked for, and a port that is taken is named with what to do', async () => {
    nodes = await startLine(1, METRICS);
    const { port } = new URL(nodes[0]!.metricsUrl!);
    await assert.rejects(
      launchNode({ 'http.port': 0, verbosity: 0, metrics: true, 'metrics.port': Number(port) }),
      (error) =>
        error instanceof ConfigError &&
        error.message ===
          `metrics cannot listen on 127.0.0.1:${port}: the address is already in use; choose another with --metrics.port, or 0 to have a free one picked`,
    );
    const silent = await launchNode({ 'http.port': 0, verbosity: 0 });
    assert.equal(silent.metricsUrl, undefined);
    await silent.stop();
  });
});

function isOfNode(key: string): boolean {
  return key.startsWith('txgossip_');
}
