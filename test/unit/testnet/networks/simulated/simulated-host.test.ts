import assert from 'node:assert/strict';

import type { Stream, Topology } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';

import type { SimulatedHost } from '../../../../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../../../../testnet/networks/simulated/simulated-key.ts';
import { streamOf } from '../../../../../testnet/random.ts';
import { simulatedPair } from '../../../../helpers/simulated-pair.ts';

const PROTOCOL = '/test/1';

function watch(host: SimulatedHost, log: string[], clock: { nowMs(): number }): void {
  host.subscribe({
    connect: ({ direction }) => log.push(`${host.owner} connect ${direction} ${clock.nowMs()}`),
    disconnect: () => log.push(`${host.owner} disconnect ${clock.nowMs()}`),
  });
}

async function connected(options = {}) {
  const pair = await simulatedPair({ latencyMs: 10, ...options });
  const log: string[] = [];
  for (const host of pair.hosts) watch(host, log, pair.clock);
  await pair.dial();
  log.length = 0;
  return { ...pair, log };
}

describe('SimulatedHost', () => {
  it('has the same identity for the same seed, and another for another', async () => {
    const id = async (seed: number): Promise<string> =>
      (await simulatedKey(streamOf(seed, 'k'))).publicKey.toString();
    assert.equal(await id(1), await id(1));
    assert.notEqual(await id(1), await id(2));
  });

  it('dials: usable after four round trips here, half a one later there', async () => {
    const { clock, hosts, dial } = await simulatedPair({ latencyMs: 10 });
    const log: string[] = [];
    for (const host of hosts) watch(host, log, clock);
    await dial();
    assert.deepEqual(log, ['0 connect outbound 80', '1 connect inbound 90']);
    const [row] = hosts[1].connections();
    assert.equal(row!.peerId.toString(), hosts[0].peerId.toString());
    assert.equal(row!.remoteAddress.toString(), hosts[0].address.toString());
    assert.equal(hosts[0].addresses()[0]!.toString(), `/memory/0/p2p/${hosts[0].peerId.toString()}`);
  });

  it('has one connection however often and from whichever side it is dialled later', async () => {
    const { clock, hosts, log } = await connected();
    await clock.perform(0, () => hosts[0].dial(hosts[1].address));
    await clock.perform(1, () => hosts[1].dial(hosts[0].address));
    assert.deepEqual(log, []);
    assert.equal(hosts[0].connections().length, 1);
  });

  it('tells of one connection when both dial at once, and of its end when both are gone', async () => {
    const { clock, hosts } = await simulatedPair({ latencyMs: 10 });
    const log: string[] = [];
    for (const host of hosts) watch(host, log, clock);
    const dials = [
      clock.perform(0, () => hosts[0].dial(hosts[1].address)),
      clock.perform(1, () => hosts[1].dial(hosts[0].address)),
    ];
    await Promise.all(dials);
    await clock.runUntil(200);
    assert.deepEqual(log, ['0 connect outbound 80', '1 connect outbound 80']);
    await clock.perform(0, () => hosts[0].disconnect(hosts[1].peerId));
    await clock.runUntil(300);
    assert.deepEqual(log.slice(2), ['0 disconnect 200', '1 disconnect 210']);
  });

  it('refuses addresses that lead nowhere, saying why', async () => {
    const { clock, hosts, create } = await simulatedPair();
    const dial = (address: string): Promise<unknown> =>
      clock.perform(0, () => hosts[0].dial(multiaddr(address)));
    const id = hosts[1].peerId.toString();
    await assert.rejects(dial('/ip4/127.0.0.1/tcp/1'), /dials \/memory\/<index>\/p2p\/<peer id>, not/);
    await assert.rejects(dial(`/memory/5/p2p/${id}`), { name: 'UnexpectedPeerError' });
    await assert.rejects(
      dial(`/memory/9/p2p/${(await create(9)).peerId.toString()}`),
      /nobody in this network/,
    );
    await assert.rejects(dial(hosts[0].address.toString()), /does not dial itself/);
    await hosts[1].stop();
    await assert.rejects(dial(hosts[1].address.toString()), /nobody listens/);
  });

  it('gives up a dial that is not answered', async () => {
    const { clock, network, hosts } = await simulatedPair({ dialTimeoutMs: 3000 });
    network.cut(1, 0);
    await assert.rejects(
      clock.perform(0, () => hosts[0].dial(hosts[1].address)),
      /did not answer within 3000 ms/,
    );
    assert.equal(clock.nowMs(), 3000);
    network.heal(1, 0);
    await clock.perform(0, () => hosts[0].dial(hosts[1].address));
    assert.equal(hosts[0].connections().length, 1);
  });

  it('opens a stream in one round trip, and fails where nobody handles the protocol', async () => {
    const { clock, hosts } = await connected();
    let accepted: [Stream, string] | undefined;
    await hosts[1].handle(PROTOCOL, (stream, peerId) => (accepted = [stream, peerId.toString()]));
    const start = clock.nowMs();
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    assert.equal(clock.nowMs() - start, 20);
    assert.deepEqual([stream.protocol, stream.direction], [PROTOCOL, 'outbound']);
    assert.equal(accepted![1], hosts[0].peerId.toString());
    const open = (protocol: string): Promise<Stream> =>
      clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, protocol));
    await assert.rejects(open('/other/1'), { name: 'UnsupportedProtocolError' });
    await hosts[1].unhandle(PROTOCOL);
    await assert.rejects(open(PROTOCOL), { name: 'UnsupportedProtocolError' });
    await clock.perform(0, () => hosts[0].disconnect(hosts[1].peerId));
    await assert.rejects(open(PROTOCOL), /not connected/);
  });

  it('gives up a stream that is not answered, is aborted, or whose connection closes', async () => {
    const { clock, network, hosts } = await connected();
    await hosts[1].handle(PROTOCOL, () => undefined);
    network.cut(0, 1);
    const open = (signal?: AbortSignal): Promise<Stream> =>
      hosts[0].openStream(hosts[1].peerId, PROTOCOL, { signal });
    const start = clock.nowMs();
    await assert.rejects(clock.perform(0, open), { name: 'TimeoutError' });
    assert.equal(clock.nowMs() - start, 10_000);
    const controller = new AbortController();
    clock.after(5, () => controller.abort());
    await assert.rejects(
      clock.perform(0, () => open(controller.signal)),
      { name: 'AbortError' },
    );
    clock.schedule(0, clock.nowMs() + 5, () => void hosts[0].disconnect(hosts[1].peerId));
    await assert.rejects(clock.perform(0, open), { name: 'ConnectionClosedError' });
  });

  it('resets the stream of a handler that fails', async () => {
    const { clock, hosts } = await connected();
    await hosts[1].handle(PROTOCOL, () => {
      throw new Error('broken handler');
    });
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    await clock.runUntil(clock.nowMs() + 50);
    assert.equal(stream.status, 'reset');
  });

  it('closes in order: data first, then the streams, then the connection', async () => {
    const { clock, hosts, log } = await connected();
    await hosts[1].handle(PROTOCOL, (stream) => {
      stream.addEventListener('message', ({ data }) => log.push(Buffer.from(data.subarray()).toString()));
      stream.addEventListener('close', ({ error }) => log.push(`stream ${error?.name ?? 'closed'}`));
    });
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    const start = clock.nowMs();
    await clock.perform(0, async () => {
      stream.send(new TextEncoder().encode('last words'));
      await hosts[0].stop();
      await hosts[0].stop();
    });
    assert.equal(stream.status, 'closed');
    await clock.runUntil(start + 50);
    assert.deepEqual(log, [
      `0 disconnect ${start}`,
      'last words',
      'stream closed',
      `1 disconnect ${start + 10}`,
    ]);
    assert.deepEqual(hosts[0].addresses(), []);
  });

  it('crashes: timers stop, peers are reset, bytes on their way to it are dropped', async () => {
    const { clock, network, hosts, log } = await connected();
    await hosts[1].handle(PROTOCOL, () => undefined);
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    let ticks = 0;
    clock.schedule(1, clock.nowMs() + 1, () => (ticks += 1));
    stream.send(new Uint8Array(100));
    hosts[1].kill('crash');
    const at = clock.nowMs();
    await clock.runUntil(at + 100);
    assert.equal(ticks, 0);
    assert.deepEqual(log, [`0 disconnect ${at + 10}`]);
    assert.equal(stream.status, 'reset');
    assert.deepEqual(network.bytes(), {
      sent: 100,
      received: 0,
      dropped: 100,
      underWay: 0,
      retransmitted: 0,
    });
  });

  it('stays dead when it dies while it dials, whatever the answer would have been', async () => {
    for (const listening of [true, false]) {
      const { clock, hosts } = await simulatedPair({ latencyMs: 10 });
      if (!listening) await clock.perform(1, () => hosts[1].stop());
      let woken = false;
      clock.schedule(0, 0, () => {
        hosts[0].dial(hosts[1].address).then(
          () => (woken = true),
          () => (woken = true),
        );
      });
      await clock.runUntil(15);
      hosts[0].kill('crash');
      await clock.runUntil(30_000);
      assert.equal(woken, false);
      assert.equal(clock.statistics.pending, 0);
      assert.equal(hosts[1].connections().length, 0);
    }
  });

  it('vanishes: what it sent still arrives, and its peers only notice when they give it up', async () => {
    const { clock, network, hosts, log } = await connected();
    let received = 0;
    await hosts[0].handle(PROTOCOL, (stream) =>
      stream.addEventListener('message', ({ data }) => (received += data.byteLength)),
    );
    const stream = await clock.perform(1, () => hosts[1].openStream(hosts[0].peerId, PROTOCOL));
    stream.send(new Uint8Array(7));
    hosts[1].kill('vanish');
    // Its peer pings every 10 s since its start, and waits 5 s for the answer.
    await clock.runUntil(14_999);
    assert.equal(received, 7);
    assert.deepEqual(log, []);
    await clock.runUntil(15_000);
    assert.deepEqual(log, ['0 disconnect 15000']);
    assert.deepEqual(network.bytes(), { sent: 7, received: 7, dropped: 0, underWay: 0, retransmitted: 0 });
    await assert.rejects(
      clock.perform(0, () => hosts[0].dial(hosts[1].address)),
      { name: 'TimeoutError' },
    );
  });

  it('gives a connection up when a ping is not answered within 5 s, and tells the peer once it can', async () => {
    const { clock, network, hosts, log } = await connected();
    network.cut(0, 1);
    await clock.runUntil(14_999);
    assert.deepEqual(log, []);
    await clock.runUntil(16_000);
    // The ping of either is lost on one of the two ways.
    assert.deepEqual(log, ['0 disconnect 15000', '1 disconnect 15000']);
    network.heal(0, 1);
    await clock.perform(0, () => hosts[0].dial(hosts[1].address));
    assert.equal(hosts[0].connections().length, 1);
  });

  it('keeps a connection whose ping is answered in time, and pings on while the link is disturbed', async () => {
    const { clock, network, log } = await connected();
    network.cut(0, 1);
    await clock.runUntil(14_900);
    network.heal(0, 1);
    await clock.runUntil(19_000);
    network.cut(1, 0);
    await clock.runUntil(24_999);
    assert.deepEqual(log, []);
    await clock.runUntil(30_000);
    assert.deepEqual(log.sort(), ['0 disconnect 25000', '1 disconnect 25000']);
  });

  it('sends no ping on a sound link', async () => {
    const { clock, network } = await connected();
    network.cut(0, 1);
    network.heal(0, 1);
    await clock.runUntil(60_000);
    assert.equal(clock.statistics.pending, 0);
  });

  it('stands still when frozen: its peers wait, give it up after a ping, and it learns of it at the thaw', async () => {
    const { clock, hosts, log, network } = await connected();
    const received: number[] = [];
    await hosts[1].handle(PROTOCOL, (stream) =>
      stream.addEventListener('message', ({ data }) => received.push(data.byteLength)),
    );
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    hosts[1].freeze();
    hosts[1].freeze();
    stream.send(new Uint8Array(5));
    await clock.runUntil(9000);
    assert.deepEqual([received, log, network.bytes().underWay], [[], [], 5]);
    hosts[1].thaw();
    hosts[1].thaw();
    await clock.runUntil(9001);
    assert.deepEqual(received, [5]);
    hosts[1].freeze();
    await clock.runUntil(20_000);
    assert.deepEqual(log, ['0 disconnect 15000']);
    hosts[1].thaw();
    await clock.runUntil(20_001);
    assert.deepEqual(log.slice(1), ['1 disconnect 20000']);
    assert.equal(network.bytes().underWay, 0);
  });

  it('is killed while frozen, and what waited for it is dropped', async () => {
    const { clock, hosts, log, network } = await connected();
    await hosts[1].handle(PROTOCOL, () => undefined);
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    hosts[1].freeze();
    stream.send(new Uint8Array(5));
    const at = clock.nowMs() + 50;
    await clock.runUntil(at);
    hosts[1].kill('crash');
    await clock.runUntil(at + 50);
    assert.deepEqual(log, [`0 disconnect ${at + 10}`]);
    assert.deepEqual([network.bytes().dropped, network.bytes().underWay], [5, 0]);
  });

  it('refuses a dial whose handshake finds it dead, also when another host took its place', async () => {
    const { clock, hosts, create } = await simulatedPair({ latencyMs: 10 });
    const reborn = await create(1);
    const dial = clock.perform(0, () => hosts[0].dial(hosts[1].address));
    clock.schedule(-1, 25, () => hosts[1].kill('crash'));
    clock.schedule(-1, 26, () => void reborn.start());
    await assert.rejects(dial, { name: 'DialError' });
    assert.equal(clock.nowMs(), 40);
    await clock.perform(0, () => hosts[0].dial(reborn.address));
    assert.equal(hosts[0].connections().length, 1);
  });

  it('can be replaced by a new host of the same identity once it is dead', async () => {
    const { clock, hosts, create } = await connected();
    await assert.rejects((await create(1)).start(), /is up already/);
    hosts[1].kill('crash');
    await clock.runUntil(clock.nowMs() + 100);
    const reborn = await create(1);
    await reborn.start();
    await clock.perform(0, () => hosts[0].dial(reborn.address));
    await clock.runUntil(clock.nowMs() + 10);
    assert.equal(reborn.connections().length, 1);
  });

  it('shows every byte to the observer set before the start', async () => {
    const { clock, hosts, create, network } = await simulatedPair();
    const seen: string[] = [];
    const observed = await create(2);
    observed.observeStreams((protocol, peerId) => {
      assert.equal(peerId.toString(), hosts[0].peerId.toString());
      return {
        sent: (bytes) => seen.push(`sent ${bytes} ${protocol}`),
        received: (bytes) => seen.push(`received ${bytes} ${protocol}`),
      };
    });
    await observed.start();
    assert.throws(() => observed.observeStreams(() => undefined), /before start/);
    await hosts[0].handle(PROTOCOL, (stream) => void stream.send(new Uint8Array(4)));
    await clock.perform(2, () => observed.dial(hosts[0].address));
    const stream = await clock.perform(2, () => observed.openStream(hosts[0].peerId, PROTOCOL));
    stream.send(new Uint8Array(3));
    await clock.runUntil(clock.nowMs() + 50);
    assert.deepEqual(seen, [`received 4 ${PROTOCOL}`, `sent 3 ${PROTOCOL}`]);
    assert.deepEqual(observed.transportBytes(), { sent: 3, received: 4 });
    assert.equal(network.bytes().received, 7);
  });

  it('keeps data waiting through a cut and delivers it after', async () => {
    const { clock, network, hosts, log } = await connected();
    const received: number[] = [];
    await hosts[1].handle(PROTOCOL, (stream) =>
      stream.addEventListener('message', ({ data }) => received.push(data.byteLength)),
    );
    const stream = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
    network.cut(0, 1);
    network.cut(1, 0);
    stream.send(new Uint8Array(5));
    // No ping is sent before 10 s.
    await clock.runUntil(9999);
    assert.deepEqual([received, log, network.bytes().underWay], [[], [], 5]);
    network.heal(0, 1);
    network.heal(1, 0);
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(received, [5]);
  });

  it('tells topologies who speaks their protocol: on connecting, on a later change, on leaving', async () => {
    const { clock, hosts, log } = await connected();
    const topology: Topology = {
      onConnect: () => void log.push('speaks'),
      onDisconnect: () => void log.push('left'),
    };
    const { registrar } = hosts[0].gossipComponents;
    const id = await registrar.register(PROTOCOL, topology);
    assert.deepEqual(registrar.getTopologies(PROTOCOL), [topology]);
    await hosts[1].handle(PROTOCOL, () => undefined);
    await clock.runUntil(clock.nowMs() + 20);
    assert.deepEqual(log, ['speaks']);
    await assert.rejects(
      hosts[1].handle(PROTOCOL, () => undefined),
      /registered already/,
    );
    await hosts[1].unhandle(PROTOCOL);
    await clock.runUntil(clock.nowMs() + 20);
    assert.deepEqual(log, ['speaks', 'left']);
    await hosts[1].handle(PROTOCOL, () => undefined);
    await clock.runUntil(clock.nowMs() + 20);
    await hosts[1].stop();
    await clock.runUntil(clock.nowMs() + 20);
    assert.deepEqual(
      log.slice(2).filter((line) => !line.includes('disconnect')),
      ['speaks', 'left'],
    );
    registrar.unregister(id);
    assert.deepEqual(registrar.getTopologies(PROTOCOL), []);
  });
});
