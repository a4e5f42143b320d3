import type { Metrics, MultiaddrConnection, Stream } from '@libp2p/interface';
import type { TransportBytes } from './host.ts';

const ignored = {
  update: () => undefined,
  increment: () => undefined,
  decrement: () => undefined,
  observe: () => undefined,
  reset: () => undefined,
  timer: () => () => undefined,
};
const ignore = (): typeof ignored => ignored;

/**
 * libp2p's metrics hook, used for two things: the bytes of every connection as the transport carries them, below
 * encryption and multiplexing, and a sight of every protocol stream before its first byte. libp2p's own figures are
 * not kept.
 *
 * (libp2p's stream middleware would be the natural place for the latter, but libp2p 3.3 appends the protocol's
 * handler to the registered list on every inbound stream, so that the second stream is handled twice.)
 */
export class TransportMeter implements Metrics {
  readonly bytes: TransportBytes = { sent: 0, received: 0 };
  onStream: (stream: Stream) => void = () => undefined;

  trackMultiaddrConnection(connection: MultiaddrConnection): void {
    const { bytes } = this;
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      bytes.sent += data.byteLength;
      return send(data);
    };
    // Where data comes in, not where it is dispatched: what a handshake read too far is pushed back and dispatched again.
    const inbound = connection as MultiaddrConnection & { onData(data: { byteLength: number }): void };
    const onData = inbound.onData.bind(connection);
    inbound.onData = (data) => {
      bytes.received += data.byteLength;
      onData(data);
    };
  }

  trackProtocolStream(stream: Stream): void {
    this.onStream(stream);
  }

  registerMetric = ignore as Metrics['registerMetric'];
  registerMetricGroup = ignore as Metrics['registerMetricGroup'];
  registerCounter = ignore as Metrics['registerCounter'];
  registerCounterGroup = ignore as Metrics['registerCounterGroup'];
  registerHistogram = ignore as Metrics['registerHistogram'];
  registerHistogramGroup = ignore as Metrics['registerHistogramGroup'];
  registerSummary = ignore as Metrics['registerSummary'];
  registerSummaryGroup = ignore as Metrics['registerSummaryGroup'];
  traceFunction = ((_name: string, fn: unknown) => fn) as Metrics['traceFunction'];

  createTrace(): undefined {
    return undefined;
  }
}
