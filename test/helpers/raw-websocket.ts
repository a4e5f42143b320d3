import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from './poll.ts';

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

export interface RawWebSocketOptions {
  path?: string;
  headers?: Record<string, string>;
  /** Off: a client that is gone without a word. */
  answersPings?: boolean;
}

/** A client of RFC 6455 that can also do what a library would not: stop reading, be silent, break off. */
export class RawWebSocket {
  /** HTTP's answer: 101, or why not. */
  readonly status: number;
  readonly messages: string[] = [];
  closed: { code: number; reason: string } | undefined;
  pings = 0;
  readonly #socket: Socket;
  readonly #answersPings: boolean;
  #buffered: Buffer = Buffer.alloc(0);

  static async open(port: number, options: RawWebSocketOptions = {}): Promise<RawWebSocket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const headers = {
      host: `127.0.0.1:${port}`,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...options.headers,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${options.path ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`);
    let head = Buffer.alloc(0);
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) continue;
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head.toString('latin1'))![1]);
      return new RawWebSocket(socket, status, head.subarray(end + 4), options.answersPings ?? true);
    }
  }

  private constructor(socket: Socket, status: number, rest: Buffer, answersPings: boolean) {
    this.status = status;
    this.#socket = socket;
    this.#answersPings = answersPings;
    if (status === 101) {
      socket.on('data', (chunk: Buffer) => this.#read(chunk));
      this.#read(rest);
    } else socket.destroy();
  }

  send(text: string): void {
    this.#frame(TEXT, Buffer.from(text));
  }

  call(id: number, method: string, ...params: unknown[]): void {
    this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  /** Of the call with this id: its result, or its error. */
  async answer(id: number): Promise<unknown> {
    const found = await eventually(`an answer to ${id}`, () =>
      this.parsed().find((message) => message['id'] === id),
    );
    return found['error'] ?? found['result'];
  }

  parsed(): Record<string, unknown>[] {
    return this.messages.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  /** Results of the notifications of a subscription. */
  notifications(subscription: unknown): unknown[] {
    return this.parsed().flatMap(({ method, params }) => {
      const about = params as { subscription: string; result: unknown } | undefined;
      return method === 'eth_subscription' && about!.subscription === subscription ? [about!.result] : [];
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.closed === undefined;
  }

  get isConnected(): boolean {
    return !this.#socket.destroyed;
  }

  /** Breaks off. */
  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    for (;;) {
      const frame = takeFrame(this.#buffered);
      if (frame === undefined) return;
      this.#buffered = this.#buffered.subarray(frame.bytes);
      this.#receive(frame.opcode, frame.payload);
    }
  }

  #receive(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) this.messages.push(payload.toString());
    if (opcode === PING) {
      this.pings++;
      if (this.#answersPings) this.#frame(PONG, payload);
    }
    if (opcode === CLOSE) {
      this.closed = { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
      this.#frame(CLOSE, payload);
    }
  }

  #frame(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4);
    const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
    this.#socket.write(Buffer.concat([frameHead(opcode, payload.length), mask, masked]));
  }
}

function frameHead(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff]);
  const head = Buffer.from([first, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 6);
  return head;
}

/** The first frame of what a server sent; undefined until it is whole. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; bytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + length) return undefined;
  return { opcode: bytes[0]! & 0xf, payload: bytes.subarray(head, head + length), bytes: head + length };
}
