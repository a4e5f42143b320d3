/**
 * A connection with the delay of a link in both directions, below encryption and multiplexing. Both are made at this
 * end: what is sent is written late, what was received is handed over late. The other end need not know.
 *
 *   send ── outgoing line ── socket ════ the other end, not shaped
 *   read ── incoming line ──┘
 *
 * Close and reset travel in order behind the data, as FIN and RST do; there is no half-close on a libp2p connection
 * over TCP, and those of its streams are data here.
 */
import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface';
import { AbstractMultiaddrConnection } from '@libp2p/utils';
import type { Clock } from '../../../src/environment.ts';
import { DelayLine } from './delay-line.ts';

type SendData = Parameters<AbstractMultiaddrConnection['sendData']>[0];
type SendResult = ReturnType<AbstractMultiaddrConnection['sendData']>;

/** One link, both ways: milliseconds for one chunk, asked once a chunk. */
export interface LinkDelays {
  thereMs: () => number;
  backMs: () => number;
}

export interface ShapedConnectionInit {
  connection: MultiaddrConnection;
  delays: LinkDelays;
  clock: Clock;
  /** Bytes a direction may hold before whoever writes into it is held up. */
  maxUnderWayBytes: number;
}

export class ShapedConnection extends AbstractMultiaddrConnection {
  readonly #inner: MultiaddrConnection;
  readonly #outgoing: DelayLine;
  readonly #incoming: DelayLine;
  readonly #maxUnderWayBytes: number;
  /** Whoever writes was told to stop and has not been told to go on. */
  #full = false;
  /** The socket was not told to stop. */
  #reading = true;
  /** Ends the wait of a close for the data before it. */
  #closeDelivered: (() => void) | undefined;

  constructor({ connection, delays, clock, maxUnderWayBytes }: ShapedConnectionInit) {
    super({ remoteAddr: connection.remoteAddr, direction: connection.direction, log: connection.log });
    this.#inner = connection;
    this.#outgoing = new DelayLine(clock, delays.thereMs);
    this.#incoming = new DelayLine(clock, delays.backMs);
    this.#maxUnderWayBytes = maxUnderWayBytes;
    connection.addEventListener('message', ({ data }) => this.#received(data));
    connection.addEventListener('drain', () => this.#outgoing.release());
    connection.addEventListener('close', ({ error }) => this.#ended(error));
    this.addEventListener('close', () => this.#incoming.close());
  }

  sendData(data: SendData): SendResult {
    const bytes = data.byteLength;
    this.#outgoing.send(bytes, () => {
      if (!this.#inner.send(data)) this.#outgoing.hold();
      if (this.#full && this.#outgoing.bytes <= this.#maxUnderWayBytes / 2) {
        this.#full = false;
        this.safeDispatchEvent('drain');
      }
    });
    this.#full ||= this.#outgoing.bytes >= this.#maxUnderWayBytes;
    return { sentBytes: bytes, canSendMore: !this.#full };
  }

  async sendClose(options: AbortOptions = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#inner.status === 'open') {
      await new Promise<void>((resolve, reject) => {
        this.#closeDelivered = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        this.#outgoing.send(0, resolve);
      });
    }
    await this.#inner.close(options);
  }

  sendReset(error: Error): void {
    this.#outgoing.reset(() => this.#inner.abort(error));
  }

  sendPause(): void {
    this.#incoming.hold();
  }

  sendResume(): void {
    this.#incoming.release();
  }

  #received(data: Parameters<ShapedConnection['onData']>[0]): void {
    this.#incoming.send(data.byteLength, () => {
      this.onData(data);
      const room = this.#incoming.bytes <= this.#maxUnderWayBytes / 2;
      if (this.#reading || !room || this.#inner.status !== 'open') return;
      this.#reading = true;
      this.#inner.resume();
    });
    const full = this.#incoming.bytes >= this.#maxUnderWayBytes;
    if (!this.#reading || !full || this.#inner.status !== 'open') return;
    this.#reading = false;
    this.#inner.pause();
  }

  /** The socket is gone: what was on its way there is lost, what had come from there is still handed over. */
  #ended(error: Error | undefined): void {
    this.#outgoing.close();
    this.#closeDelivered?.();
    if (error === undefined) this.#incoming.send(0, () => this.onTransportClosed());
    else this.#incoming.reset(() => this.abort(error));
  }
}
