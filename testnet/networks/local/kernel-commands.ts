/**
 * Emulated links made by the Linux kernel, as the commands that make them: a network namespace a node, joined by a
 * bridge; in each namespace a class a peer under the node's uplink, with netem at its end.
 *
 *   node ── eth0: htb uplink ─ htb link ─ netem ── bridge ── veth: tbf downlink ── the other node
 *
 * What goes to the bridge itself, where the controller is, is not shaped. Options are those of tc-htb(8), tc-tbf(8)
 * and tc-netem(8). Pure: nothing here runs anything.
 */
import type { LinkState } from '../../topology/link-model.ts';

export interface KernelPlan {
  /** Makes the names of this network unlike those of others on the machine: its controller's process id. */
  id: number;
  nodes: readonly { uplinkMbps: number | null; downlinkMbps: number | null }[];
  /** One direction each. */
  links: readonly { from: number; to: number; state: LinkState }[];
}

/** Lines for `ip -batch -` or `tc -batch -`, run in a namespace or, where it is null, in our own. */
export interface Batch {
  tool: 'ip' | 'tc';
  netns: string | null;
  lines: string[];
}

/** Nodes one network can have: the addresses of a /20 less its ends and the bridge. */
export const MAX_KERNEL_NODES = 4093;

/** Classes of a node: 1 unshaped, 2 the uplink, then its peers. */
const FIRST_PEER_CLASS = 16;
/** Packets netem holds: its default of 1,000 would drop on a long, fast link. */
const NETEM_LIMIT = 100_000;
const UNLIMITED = '100gbit';

export const netnsOf = (id: number, node: number): string => `txgossip-${id}-${node}`;
const bridgeOf = (id: number): string => `t${id}b`;
/** At most 15 characters, as the kernel wants. */
const vethOf = (id: number, node: number): string => `t${id}n${node}`;

/** Of 198.18.0.0/15, set aside for benchmarks (RFC 2544), a /20 a network: nothing real is there. */
export function addressOf(id: number, node: number): string {
  return inSubnet(id, node + 1);
}

const bridgeAddressOf = (id: number): string => inSubnet(id, MAX_KERNEL_NODES + 1);

function inSubnet(id: number, host: number): string {
  const address = ((id % 32) << 12) + host;
  return `198.${18 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}`;
}

export function setUp({ id, nodes, links }: KernelPlan): Batch[] {
  const bridge = bridgeOf(id);
  const indices = [...nodes.keys()];
  return [
    {
      tool: 'ip',
      netns: null,
      lines: [
        `link add name ${bridge} type bridge`,
        `addr add ${bridgeAddressOf(id)}/20 dev ${bridge}`,
        `link set ${bridge} up`,
        ...indices.flatMap((node) => [
          `netns add ${netnsOf(id, node)}`,
          `link add name ${vethOf(id, node)} type veth peer name eth0 netns ${netnsOf(id, node)}`,
          `link set ${vethOf(id, node)} master ${bridge}`,
          `link set ${vethOf(id, node)} up`,
        ]),
      ],
    },
    ...indices.map((node): Batch => ({
      tool: 'ip',
      netns: netnsOf(id, node),
      lines: [`addr add ${addressOf(id, node)}/20 dev eth0`, 'link set eth0 up', 'link set lo up'],
    })),
    {
      tool: 'tc',
      netns: null,
      lines: nodes.flatMap(({ downlinkMbps }, node) =>
        downlinkMbps === null
          ? []
          : [`qdisc add dev ${vethOf(id, node)} root tbf rate ${rate(downlinkMbps)} burst 32kb latency 10s`],
      ),
    },
    ...indices.map((node): Batch => ({
      tool: 'tc',
      netns: netnsOf(id, node),
      lines: [
        'qdisc add dev eth0 root handle 1: htb default 1',
        `class add dev eth0 parent 1: classid 1:1 htb rate ${UNLIMITED}`,
        `class add dev eth0 parent 1: classid 1:2 htb rate ${rate(nodes[node]!.uplinkMbps)}`,
        ...links
          .filter(({ from }) => from === node)
          .flatMap(({ to, state }) => [
            `class add dev eth0 ${classOf(to, state)}`,
            `qdisc add dev eth0 ${netemOf(to, state)}`,
            `filter add dev eth0 parent 1: protocol ip u32 match ip dst ${addressOf(id, to)}/32 flowid 1:${minorOf(to)}`,
          ]),
      ],
    })),
  ];
}

/** One direction, live. Null: cut. */
export function setLink(id: number, from: number, to: number, state: LinkState | null): Batch {
  const lines =
    state === null
      ? [`qdisc change dev eth0 parent 1:${minorOf(to)} handle ${minorOf(to)}: netem loss 100%`]
      : [`class change dev eth0 ${classOf(to, state)}`, `qdisc change dev eth0 ${netemOf(to, state)}`];
  return { tool: 'tc', netns: netnsOf(id, from), lines };
}

/** Deleting a namespace takes its end of the veth along, and so the other one. */
export function tearDown({ id, nodes }: Pick<KernelPlan, 'id' | 'nodes'>): Batch[] {
  const lines = [...nodes.keys()].map((node) => `netns delete ${netnsOf(id, node)}`);
  return [{ tool: 'ip', netns: null, lines: [...lines, `link delete ${bridgeOf(id)}`] }];
}

/**
 * A class may always send at its own `rate`, whatever its parent's; what lies between that and `ceil` it borrows from
 * the uplink. So next to nothing is its own. A packet at a time (`quantum`), so that peers take turns.
 */
function classOf(to: number, { bandwidthMbps }: LinkState): string {
  return `parent 1:2 classid 1:${minorOf(to)} htb rate 8kbit ceil ${rate(bandwidthMbps)} quantum 1514`;
}

/** Our jitter is 0 .. jitterMs on top, netem's is +- around the middle, uniform as well. */
function netemOf(to: number, { latencyMs, jitterMs, lossRate }: LinkState): string {
  const delay = `delay ${latencyMs + jitterMs / 2}ms ${jitterMs / 2}ms`;
  return `parent 1:${minorOf(to)} handle ${minorOf(to)}: netem limit ${NETEM_LIMIT} ${delay} loss ${Number((lossRate * 100).toFixed(6))}%`;
}

/** Hexadecimal, as tc reads it. */
function minorOf(peer: number): string {
  return (FIRST_PEER_CLASS + peer).toString(16);
}

function rate(mbps: number | null): string {
  return mbps === null ? UNLIMITED : `${Math.max(1, Math.round(mbps * 1e6))}bit`;
}
