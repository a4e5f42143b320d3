/**
 * One WebSocket: JSON-RPC messages in, answers and notifications out.
 *
 *   message ── inbox ── rate, places ── dispatcher ── answer ──┐
 *                                          feeds ── notification ── socket
 *
 * Nothing waits for the client. What it sends faster than it may is left unread in its socket; what it is sent and does
 * not read is bounded: answers by the number of messages under way, notifications by `wsMaxBacklogBytes`.
 */
import type { WebSocket } from '@fastify/websocket';
import type { Socket } from 'node:net';
import type { Hex } from '../bytes.ts';
import type { Cancel, Clock } from '../environment.ts';
import type { Caller, Dispatcher } from './dispatcher.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import type { Feed } from './feeds.ts';
import { randomId } from './identifier.ts';
import type { RpcOptions } from './options.ts';
import type { Slots } from './slots.ts';
import { TokenBucket } from './token-bucket.ts';

/** RFC 6455 section 7.4.1. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

export interface ConnectionInit {
  socket: WebSocket;
  /** Under `socket`. */
  stream: Socket;
  dispatcher: Dispatcher;
  /** Of the whole server. */
  slots: Slots;
  clock: Clock;
  options: RpcOptions;
}

interface Subscription {
  /** Notifications kept back until the client has been told the subscription's id. */
  held: string[] | undefined;
  end(): void;
}

export class WebSocketConnection {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly #dispatcher: Dispatcher;
  readonly #slots: Slots;
  readonly #clock: Clock;
  readonly #options: RpcOptions;
  readonly #rate: TokenBucket;
  readonly #subscriptions = new Map<Hex, Subscription>();
  readonly #inbox: Buffer[] = [];
  /** Messages whose answer is not yet with the operating system. */
  #running = 0;
  /** Of answers not yet sent: the rest of what is buffered are notifications. */
  #answerBytes = 0;
  #heldBytes = 0;
  #cancelWait: Cancel | undefined;
  #cancelClose: Cancel | undefined;
  #corked = false;
  #isEnding = false;
  /** What the client should have moved by the next ping: have read what waited for it, or have answered the ping. */
  #atLastPing: { writtenBytes?: number; bytesRead?: number } | undefined;

  constructor({ socket, stream, dispatcher, slots, clock, options }: ConnectionInit) {
    this.#socket = socket;
    this.#stream = stream;
    this.#dispatcher = dispatcher;
    this.#slots = slots;
    this.#clock = clock;
    this.#options = options;
    this.#rate = new TokenBucket(options.maxCallsPerSecond, options.maxCallBurst, clock.nowMs());
    socket.on('message', (data) => {
      // One Buffer a message: ws's default binaryType.
      if (!this.#isEnding) this.#inbox.push(data as Buffer);
      this.#pump();
    });
    socket.once('close', () => {
      this.#letGo();
      this.#cancelClose?.();
    });
  }

  /** Call once every `wsPingIntervalMs`: ends the connection when its client has done nothing since the last time. */
  ping(): void {
    const before = this.#atLastPing;
    this.#atLastPing = undefined;
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount > 0) {
      // Counted in whole writes, so an answer must be taken within two pings, however large it is.
      const writtenBytes = this.#stream.bytesWritten - bufferedAmount;
      if (before?.writtenBytes === writtenBytes) this.#socket.terminate();
      this.#atLastPing = { writtenBytes };
    } else if (!this.#socket.isPaused && !this.#isEnding) {
      const { bytesRead } = this.#stream;
      if (before?.bytesRead === bytesRead) this.#socket.terminate();
      else this.#socket.ping();
      this.#atLastPing = { bytesRead };
    }
  }

  /** Answers what is running, reads nothing more, then closes. */
  stop(): void {
    this.#isEnding = true;
    this.#letGo();
    if (this.#running === 0) this.#close(GOING_AWAY, 'the server is stopping');
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #letGo(): void {
    this.#isEnding = true;
    this.#inbox.length = 0;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    for (const { end } of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
  }

  #close(code: number, reason: string): void {
    this.#letGo();
    if (this.#cancelClose !== undefined || this.#socket.readyState === this.#socket.CLOSED) return;
    // The closing handshake is read from the client like anything else.
    this.#socket.resume();
    this.#socket.close(code, reason);
    this.#cancelClose = this.#clock.after(this.#options.wsCloseTimeoutMs, () => this.#socket.terminate());
  }

  /** Starts what may be started; while something waits, nothing is read. */
  #pump(): void {
    while (this.#inbox.length > 0 && this.#mayStart()) void this.#answer(this.#inbox.shift()!);
    if (this.#inbox.length > 0) this.#socket.pause();
    else if (this.#socket.isPaused) this.#socket.resume();
  }

  #mayStart(): boolean {
    if (this.#cancelWait !== undefined || this.#running >= this.#options.wsMaxConcurrentCalls) return false;
    const resume = (): void => {
      this.#cancelWait = undefined;
      this.#pump();
    };
    const delayMs = this.#rate.delayMs(this.#clock.nowMs());
    if (delayMs > 0) this.#cancelWait = this.#clock.after(delayMs, resume);
    else if (!this.#slots.tryTake()) this.#cancelWait = this.#slots.whenFree(resume);
    return this.#cancelWait === undefined;
  }

  async #answer(message: Buffer): Promise<void> {
    this.#running++;
    const opened: Subscription[] = [];
    const caller: Caller = {
      subscriber: {
        subscribe: (feed) => this.#subscribe(feed, opened),
        unsubscribe: (id) => this.#unsubscribe(id),
      },
      charge: (calls) => this.#rate.take(calls, this.#clock.nowMs()),
    };
    let text: string | undefined;
    try {
      text = await this.#dispatcher.dispatch(message, caller);
    } finally {
      this.#slots.release();
    }
    if (text === undefined) this.#answered();
    else {
      this.#answerBytes += text.length;
      this.#send(text, () => {
        this.#answerBytes -= text.length;
        this.#answered();
      });
    }
    for (const subscription of opened) {
      const { held } = subscription;
      subscription.held = undefined;
      for (const notification of held ?? []) {
        this.#heldBytes -= notification.length;
        this.#notify(subscription, notification);
      }
    }
  }

  #answered(): void {
    this.#running--;
    if (!this.#isEnding) this.#pump();
    else if (this.#running === 0) this.#close(GOING_AWAY, 'the server is stopping');
  }

  #subscribe(feed: Feed, opened: Subscription[]): Hex | RpcFailure {
    if (this.#isEnding) return new RpcFailure(RPC_CODE.serverError, 'the connection is closing');
    const { wsMaxSubscriptions } = this.#options;
    if (this.#subscriptions.size >= wsMaxSubscriptions) {
      const advice = 'unsubscribe from one, or open another connection';
      return new RpcFailure(
        RPC_CODE.limitExceeded,
        `too many subscriptions on this connection: at most ${wsMaxSubscriptions}; ${advice}`,
      );
    }
    const id = randomId();
    const head = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":`;
    const end = this.#dispatcher.feeds.listen(feed, (resultText) =>
      this.#notify(subscription, `${head}${resultText}}}`),
    );
    const subscription: Subscription = { held: [], end };
    this.#subscriptions.set(id, subscription);
    opened.push(subscription);
    return id;
  }

  #unsubscribe(id: Hex): boolean {
    this.#subscriptions.get(id)?.end();
    return this.#subscriptions.delete(id);
  }

  #notify({ held }: Subscription, text: string): void {
    if (this.#isEnding) return;
    if (held === undefined) this.#send(text);
    else {
      held.push(text);
      this.#heldBytes += text.length;
    }
    const backlogBytes = this.#socket.bufferedAmount - this.#answerBytes + this.#heldBytes;
    if (backlogBytes > this.#options.wsMaxBacklogBytes) {
      this.#close(POLICY_VIOLATION, `too slow: ${backlogBytes} bytes of notifications unread`);
    }
  }

  /** Whatever one turn of the event loop has to send goes out in one write: a write costs more than what it writes. */
  #send(text: string, done?: () => void): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    this.#socket.send(text, done);
  }
}
