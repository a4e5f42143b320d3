/** How two simulated hosts come to be connected: the round trips of a handshake over the links between them. */
import { DialError, TimeoutError } from '@libp2p/interface';

import { DialRefusedError } from '../../../src/host/host.ts';
import type { LinkDirection } from './links.ts';
import { SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/**
 * Connects `dialler` to `listener`; resolves at the dialler's end, half a round trip before the other end has it.
 * @throws {DialRefusedError} when nobody listens. @throws {DialError} when the listener is full.
 * @throws {TimeoutError} when nothing answers in time.
 */
export function connect(
  network: SimulatedNetwork,
  dialler: SimulatedHost,
  listener: SimulatedHost,
): Promise<SimulatedConnection> {
  const { clock, options } = network;
  const name = listener.peerId.toString();
  const [there, back] = network.open(dialler, listener);
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (): void => {
      over = true;
      cancelTimeout();
      // Nothing of the handshake may still arrive.
      there.refuse();
      back.refuse();
      network.forget(dialler.owner, listener.owner, [there, back]);
    };
    const fail = (error: Error): void => {
      if (over) return;
      end();
      reject(error);
    };
    const cancelTimeout = clock.after(options.dialTimeoutMs, () => {
      fail(new TimeoutError(`${name} did not answer within ${options.dialTimeoutMs} ms`));
    });

    const arrived = (): void => {
      if (over) return;
      over = true;
      cancelTimeout();
      resolve(establish(network, dialler, listener, there, back));
    };
    const answer = (atDialler: () => void): void => {
      back.send(0, () => {
        // Who died while dialling must not be woken by the answer.
        if (dialler.state === 'crashed' || dialler.state === 'vanished') end();
        else atDialler();
      });
    };
    const roundTrip = (left: number): void => {
      if (left === 0) {
        arrived();
        return;
      }
      there.send(0, () => {
        if (listener.state === 'vanished') return;
        if (listener.state !== 'listening')
          answer(() => fail(new DialRefusedError(`${name} refuses the connection: nobody listens there`)));
        else if (listener.isFull)
          answer(() => fail(new DialError(`${name} closed the connection: it is full`)));
        else answer(() => roundTrip(left - 1));
      });
    };
    roundTrip(options.handshakeRoundTrips);
  });
}

function establish(
  network: SimulatedNetwork,
  dialler: SimulatedHost,
  listener: SimulatedHost,
  there: LinkDirection,
  back: LinkDirection,
): SimulatedConnection {
  const id = network.nextConnectionId();
  const { clock } = network;
  const outbound = new SimulatedConnection({
    id: `${id}o`,
    clock,
    host: dialler,
    remotePeer: listener.peerId,
    remoteAddr: listener.address,
    direction: 'outbound',
    outgoing: there,
    incoming: back,
  });
  const inbound = new SimulatedConnection({
    id: `${id}i`,
    clock,
    host: listener,
    remotePeer: dialler.peerId,
    remoteAddr: dialler.address,
    direction: 'inbound',
    outgoing: back,
    incoming: there,
  });
  outbound.remote = inbound;
  inbound.remote = outbound;
  let ends = 2;
  const ended = (): void => {
    ends -= 1;
    if (ends === 0) network.forget(dialler.owner, listener.owner, [there, back]);
  };
  outbound.addEventListener('close', ended, { once: true });
  inbound.addEventListener('close', ended, { once: true });
  dialler.connectionOpened(outbound);
  outbound.tellPeer(() => {
    if (listener.state === 'listening') listener.connectionOpened(inbound);
    else if (listener.state === 'vanished') inbound.vanish();
    else inbound.abort(new DialError('the host went down'));
  });
  return outbound;
}
