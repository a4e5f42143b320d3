import assert from 'node:assert/strict';
import {
  addressOf,
  MAX_KERNEL_NODES,
  setLink,
  setUp,
  tearDown,
} from '../../../../../testnet/networks/local/kernel-commands.ts';

const STATE = { latencyMs: 40, jitterMs: 10, bandwidthMbps: 8.5, lossRate: 0.01 };

describe('kernel commands', () => {
  it('build a namespace a node, joined by a bridge, with a class and netem a peer', () => {
    const batches = setUp({
      id: 1234567,
      nodes: [
        { uplinkMbps: 20, downlinkMbps: 50 },
        { uplinkMbps: null, downlinkMbps: null },
      ],
      links: [
        { from: 0, to: 1, state: STATE },
        { from: 1, to: 0, state: { latencyMs: 5, jitterMs: 0, bandwidthMbps: null, lossRate: 0 } },
      ],
    });
    assert.deepEqual(
      batches.map(({ tool, netns, lines }) => [`${tool} ${netns ?? '-'}`, ...lines]),
      [
        [
          'ip -',
          'link add name t1234567b type bridge',
          'addr add 198.18.127.254/20 dev t1234567b',
          'link set t1234567b up',
          'netns add txgossip-1234567-0',
          'link add name t1234567n0 type veth peer name eth0 netns txgossip-1234567-0',
          'link set t1234567n0 master t1234567b',
          'link set t1234567n0 up',
          'netns add txgossip-1234567-1',
          'link add name t1234567n1 type veth peer name eth0 netns txgossip-1234567-1',
          'link set t1234567n1 master t1234567b',
          'link set t1234567n1 up',
        ],
        ['ip txgossip-1234567-0', 'addr add 198.18.112.1/20 dev eth0', 'link set eth0 up', 'link set lo up'],
        ['ip txgossip-1234567-1', 'addr add 198.18.112.2/20 dev eth0', 'link set eth0 up', 'link set lo up'],
        ['tc -', 'qdisc add dev t1234567n0 root tbf rate 50000000bit burst 32kb latency 10s'],
        [
          'tc txgossip-1234567-0',
          'qdisc add dev eth0 root handle 1: htb default 1',
          'class add dev eth0 parent 1: classid 1:1 htb rate 100gbit',
          'class add dev eth0 parent 1: classid 1:2 htb rate 20000000bit',
          'class add dev eth0 parent 1:2 classid 1:11 htb rate 8kbit ceil 8500000bit quantum 1514',
          'qdisc add dev eth0 parent 1:11 handle 11: netem limit 100000 delay 45ms 5ms loss 1%',
          'filter add dev eth0 parent 1: protocol ip u32 match ip dst 198.18.112.2/32 flowid 1:11',
        ],
        [
          'tc txgossip-1234567-1',
          'qdisc add dev eth0 root handle 1: htb default 1',
          'class add dev eth0 parent 1: classid 1:1 htb rate 100gbit',
          'class add dev eth0 parent 1: classid 1:2 htb rate 100gbit',
          'class add dev eth0 parent 1:2 classid 1:10 htb rate 8kbit ceil 100gbit quantum 1514',
          'qdisc add dev eth0 parent 1:10 handle 10: netem limit 100000 delay 5ms 0ms loss 0%',
          'filter add dev eth0 parent 1: protocol ip u32 match ip dst 198.18.112.1/32 flowid 1:10',
        ],
      ],
    );
  });

  it('change one direction, or cut it', () => {
    assert.deepEqual(setLink(7, 0, 20, STATE), {
      tool: 'tc',
      netns: 'txgossip-7-0',
      lines: [
        'class change dev eth0 parent 1:2 classid 1:24 htb rate 8kbit ceil 8500000bit quantum 1514',
        'qdisc change dev eth0 parent 1:24 handle 24: netem limit 100000 delay 45ms 5ms loss 1%',
      ],
    });
    assert.deepEqual(setLink(7, 0, 20, null).lines, [
      'qdisc change dev eth0 parent 1:24 handle 24: netem loss 100%',
    ]);
  });

  it('leave nothing', () => {
    const nodes = [
      { uplinkMbps: null, downlinkMbps: null },
      { uplinkMbps: null, downlinkMbps: null },
    ];
    assert.deepEqual(tearDown({ id: 7, nodes })[0]!.lines, [
      'netns delete txgossip-7-0',
      'netns delete txgossip-7-1',
      'link delete t7b',
    ]);
  });

  it('give each node an address of its own within the range set aside for benchmarks', () => {
    const seen = new Set<string>();
    for (let id = 0; id < 32; id++) {
      for (const node of [0, 254, 255, MAX_KERNEL_NODES - 1]) seen.add(addressOf(id, node));
    }
    assert.equal(seen.size, 32 * 4);
    for (const address of seen) assert.match(address, /^198\.1[89]\.\d{1,3}\.\d{1,3}$/);
    assert.equal(addressOf(32, 0), addressOf(0, 0));
  });
});
