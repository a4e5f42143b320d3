/**
 * A connection on an emulated link, below encryption and multiplexing. This end does its part of the way in both
 * directions (link-pipe.ts): what is sent is written late, what was received is handed over late.
 *
 *   send ── outgoing pipe ── socket ════ the other end
 *   read ── incoming pipe ──┘
 *
 * Close and reset travel in order behind the data, as FIN and RST do; there is no half-close on a libp2p connection
 * over TCP, and those of its streams are data here. On a cut link neither they nor data pass, in either direction.
 */
import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface';
import { AbstractMultiaddrConnection } from '@libp2p/utils';
import type { Clock } from '../../../src/environment.ts';
import type { AccessLine } from '../access-line.ts';
import type { Link, LinkUser } from './link.ts';
import { LinkPipe } from './link-pipe.ts';

type SendData = Parameters<AbstractMultiaddrConnection['sendData']>[0];
type SendResult = ReturnType<AbstractMultiaddrConnection['sendData']>;

export interface ShapedConnectionInit {
  connection: MultiaddrConnection;
  /** What is emulated at this end from the first byte on; undefined where the other end does that. */
  link: Link | undefined;
  uplink: AccessLine;
  downlink: AccessLine;
  clock: Clock;
  /** Bytes a direction may hold before whoever writes into it is held up. */
  maxUnderWayBytes: number;
}

export class ShapedConnection extends AbstractMultiaddrConnection implements LinkUser {
  readonly #inner: MultiaddrConnection;
  readonly #outgoing: LinkPipe;
  readonly #incoming: LinkPipe;
  #link: Link | undefined;
  /** Ends the wait of a close for the data before it. */
  #closeDelivered: (() => void) | undefined;

  constructor({ connection, link, uplink, downlink, ...rest }: ShapedConnectionInit) {
    super({ remoteAddr: connection.remoteAddr, direction: connection.direction, log: connection.log });
    this.#inner = connection;
    this.#outgoing = new LinkPipe({
      ...rest,
      uplink,
      link: link?.there,
      onRoom: () => this.safeDispatchEvent('drain'),
    });
    this.#incoming = new LinkPipe({
      ...rest,
      downlink,
      link: link?.back,
      onRoom: () => {
        if (connection.status === 'open') connection.resume();
      },
    });
    connection.addEventListener('message', ({ data }) => this.#received(data));
    connection.addEventListener('drain', () => this.#outgoing.release());
    connection.addEventListener('close', ({ error }) => this.#ended(error));
    this.addEventListener('close', () => {
      this.#incoming.close();
      this.#detach();
    });
    if (link !== undefined) this.feel(link);
  }

  /** Feels the cuts of this link from now on; whoever was dialled learns only in the handshake which one it is. */
  feel(link: Link): void {
    this.#link = link;
    link.attach(this);
    this.#detach();
  }

  cut(): void {
    this.#outgoing.cut();
    this.#incoming.cut();
  }

  heal(): void {
    this.#outgoing.heal();
    this.#incoming.heal();
  }

  changed(): void {
    this.#outgoing.changed();
    this.#incoming.changed();
  }

  sendData(data: SendData): SendResult {
    const bytes = data.byteLength;
    this.#outgoing.send(bytes, () => {
      if (!this.#inner.send(data)) this.#outgoing.hold();
    });
    return { sentBytes: bytes, canSendMore: !this.#outgoing.full };
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
    this.#incoming.send(data.byteLength, () => this.onData(data));
    if (this.#incoming.full && this.#inner.status === 'open') this.#inner.pause();
  }

  /** The socket is gone: what was on its way there is lost, what had come from there is still handed over. */
  #ended(error: Error | undefined): void {
    this.#outgoing.close();
    this.#closeDelivered?.();
    if (error === undefined) this.#incoming.send(0, () => this.onTransportClosed());
    else this.#incoming.reset(() => this.abort(error));
    this.#detach();
  }

  /** Once both ends of this end are over: a reset may still wait for a cut to heal. */
  #detach(): void {
    if (this.status === 'open' || this.status === 'closing' || this.#inner.status === 'open') return;
    this.#link?.detach(this);
  }
}
