/**
 * TCP whose connections have the latency of an emulated link from their first byte on, without root and without
 * touching the machine's network: the delay is made in the process of whoever dialled.
 *
 * Why there: a listener learns only in the handshake who has dialled it, and the handshake is to be delayed already.
 * The dialler knows from the address. So it delays what it sends and what it reads, by what the link says for either
 * direction, and the listener's end is plain TCP.
 */
import type { MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface';
import { tcp, type TCPComponents } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { realClock, type Clock } from '../../../src/environment.ts';
import { ShapedConnection, type LinkDelays } from './shaped-connection.ts';

export interface ShapedTransportOptions {
  /**
   * Bytes one direction of a connection may hold before its writer, or the socket it reads from, is held up. Bounds
   * what a fast sender on a slow link takes of our memory. The default is what Linux lets one socket have under way
   * (the largest tcp_wmem): a connection carries 4 MiB in each one-way latency at most, as a real one does.
   */
  maxUnderWayBytes: number;
  clock: Clock;
}

const DEFAULT_SHAPED_TRANSPORT_OPTIONS: ShapedTransportOptions = {
  maxUnderWayBytes: 4 * 1024 * 1024,
  clock: realClock,
};

/**
 * @param linkTo The link to a peer, asked once for each connection dialled. Undefined for one that has none, and not
 * asked where the address does not name the peer: that connection is plain TCP.
 */
export function shapedTransport(
  linkTo: (peerId: string) => LinkDelays | undefined,
  options: Partial<ShapedTransportOptions> = {},
): (components: TCPComponents) => Transport {
  const settings = { ...DEFAULT_SHAPED_TRANSPORT_OPTIONS, ...options };
  return (components) => {
    const transport = tcp()(components);
    const dial = transport.dial.bind(transport);
    transport.dial = async (address, dialOptions) => {
      const peerId = peerOf(address);
      const delays = peerId === undefined ? undefined : linkTo(peerId);
      if (delays === undefined) return dial(address, dialOptions);
      return dial(address, { ...dialOptions, upgrader: shaping(dialOptions.upgrader, delays, settings) });
    };
    return transport;
  };
}

function peerOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value;
}

/** Hands the connection on shaped, once the round trip of TCP's own handshake has passed. */
function shaping(upgrader: Upgrader, delays: LinkDelays, settings: ShapedTransportOptions): Upgrader {
  const { clock, maxUnderWayBytes } = settings;
  const upgradeOutbound = async (
    connection: MultiaddrConnection,
    options: Parameters<Upgrader['upgradeOutbound']>[1],
  ): ReturnType<Upgrader['upgradeOutbound']> => {
    // From now on: what the other end says meanwhile has its way before it, too.
    const shaped = new ShapedConnection({ connection, delays, clock, maxUnderWayBytes });
    await passed(clock, delays.thereMs() + delays.backMs(), options.signal);
    return upgrader.upgradeOutbound(shaped, options);
  };
  return {
    upgradeOutbound,
    upgradeInbound: upgrader.upgradeInbound.bind(upgrader),
    createInboundAbortSignal: upgrader.createInboundAbortSignal.bind(upgrader),
    getStreamMuxers: upgrader.getStreamMuxers.bind(upgrader),
    getConnectionEncrypters: upgrader.getConnectionEncrypters.bind(upgrader),
  };
}

/** @throws the reason of `signal`. */
function passed(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
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
