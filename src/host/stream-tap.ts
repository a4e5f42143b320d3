import type { Stream } from '@libp2p/interface';
import type { StreamData, StreamTraffic } from './host.ts';

/**
 * Shows `traffic` all that passes through a stream, in order, from now on.
 *
 * Not a `message` listener: a stream holds back what arrived until somebody listens, so a listener of ours would
 * drain it before the protocol's own reader is there. Incoming data is seen where it is dispatched instead.
 */
export function tapStream(stream: Stream, traffic: StreamTraffic): void {
  const send = stream.send.bind(stream);
  stream.send = (data) => {
    traffic.sent(data.byteLength, data);
    return send(data);
  };
  const dispatchEvent = stream.dispatchEvent.bind(stream);
  stream.dispatchEvent = (event) => {
    if (event.type === 'message') {
      const { data } = event as Event & { data: StreamData };
      traffic.received(data.byteLength, data);
    }
    return dispatchEvent(event);
  };
}
