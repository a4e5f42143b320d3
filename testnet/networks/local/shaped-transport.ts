/**
 * TCP whose connections are those of an emulated network from their first byte on, without root and without touching
 * the machine's network.
 *
 * Who emulates what: whoever dialled does the link, both directions; either end does its own access line. A listener
 * learns only in the handshake who has dialled it, and the handshake is to be delayed already; the dialler knows from
 * the address. Once a listener knows, its end feels the cuts of the link, too: so a cut is silence even when the
 * dialler's process dies on the other side of it.
 */
import type { Libp2pEvents, Transport, TypedEventTarget, Upgrader } from '@libp2p/interface';
import { tcp, type TCPComponents } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { realClock, type Clock } from '../../../src/environment.ts';
import { AccessLine } from '../access-line.ts';
import type { Link } from './link.ts';
import { ShapedConnection } from './shaped-connection.ts';

export interface ShapedTransportOptions {
  /** What the node can send and receive over all its connections. Default: a line that never fills. */
  uplink: AccessLine;
  downlink: AccessLine;
  /**
   * Bytes one direction of a connection may hold before its writer, or the socket it reads from, is held up. Bounds
   * what a fast sender on a long link takes of our memory. The default is what Linux lets one socket have under way
   * (the largest tcp_wmem): a connection carries 4 MiB in each one-way latency at most, as a real one does.
   */
  maxUnderWayBytes: number;
  clock: Clock;
}

/** `events` tells a listener who has dialled it; libp2p has it. */
type Components = TCPComponents & { events?: TypedEventTarget<Libp2pEvents> };

/**
 * @param linkTo The link to a peer, asked once for each connection. Undefined for one that has none, and not asked
 * where the address of a dial does not name the peer.
 */
export function shapedTransport(
  linkTo: (peerId: string) => Link | undefined,
  options: Partial<ShapedTransportOptions> = {},
): (components: Components) => Transport {
  const settings: ShapedTransportOptions = {
    uplink: new AccessLine(Infinity),
    downlink: new AccessLine(Infinity),
    maxUnderWayBytes: 4 * 1024 * 1024,
    clock: realClock,
    ...options,
  };
  return (components) => {
    const transport = tcp()(components);
    const dial = transport.dial.bind(transport);
    transport.dial = async (address, dialOptions) => {
      const peerId = peerOf(address);
      const link = peerId === undefined ? undefined : linkTo(peerId);
      // As a SYN that is sent again until one gets through.
      await link?.whole(dialOptions.signal);
      return dial(address, {
        ...dialOptions,
        upgrader: shapingOutbound(dialOptions.upgrader, link, settings),
      });
    };
    const inbound = new Map<string, ShapedConnection>();
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (listenOptions) =>
      createListener({
        ...listenOptions,
        upgrader: shapingInbound(listenOptions.upgrader, inbound, settings),
      });
    components.events?.addEventListener('connection:open', ({ detail: { remoteAddr, remotePeer } }) => {
      const connection = inbound.get(withoutPeer(remoteAddr));
      const link = linkTo(remotePeer.toString());
      if (connection !== undefined && link !== undefined) connection.feel(link);
    });
    return transport;
  };
}

function peerOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value;
}

/** Of an inbound connection: address and port it was dialled from, so one connection. */
function withoutPeer(address: Multiaddr): string {
  return address.toString().split('/p2p/')[0]!;
}

/** Hands the connection on shaped, once the round trip of TCP's own handshake has passed. */
function shapingOutbound(
  upgrader: Upgrader,
  link: Link | undefined,
  settings: ShapedTransportOptions,
): Upgrader {
  return wrapped(upgrader, {
    async upgradeOutbound(connection, options) {
      // From now on: what the other end says meanwhile has its way before it, too.
      const shaped = new ShapedConnection({ connection, link, ...settings });
      if (link !== undefined) {
        await passed(settings.clock, link.there.travelMs(0) + link.back.travelMs(0), options.signal);
        await link.whole(options.signal);
      }
      return upgrader.upgradeOutbound(shaped, options);
    },
  });
}

function shapingInbound(
  upgrader: Upgrader,
  inbound: Map<string, ShapedConnection>,
  settings: ShapedTransportOptions,
): Upgrader {
  return wrapped(upgrader, {
    upgradeInbound: async (connection, options) => {
      const shaped = new ShapedConnection({ connection, link: undefined, ...settings });
      const key = withoutPeer(connection.remoteAddr);
      inbound.set(key, shaped);
      shaped.addEventListener('close', () => inbound.delete(key), { once: true });
      return upgrader.upgradeInbound(shaped, options);
    },
  });
}

function wrapped(upgrader: Upgrader, changed: Partial<Upgrader>): Upgrader {
  return {
    upgradeOutbound: upgrader.upgradeOutbound.bind(upgrader),
    upgradeInbound: upgrader.upgradeInbound.bind(upgrader),
    createInboundAbortSignal: upgrader.createInboundAbortSignal.bind(upgrader),
    getStreamMuxers: upgrader.getStreamMuxers.bind(upgrader),
    getConnectionEncrypters: upgrader.getConnectionEncrypters.bind(upgrader),
    ...changed,
  };
}

/** @throws the reason of `signal`. */
function passed(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
