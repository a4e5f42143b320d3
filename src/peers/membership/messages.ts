/**
 * What members say to each other in `/txgossip/members/1`, byte by byte. A frame is its length (unsigned varint), its
 * kind (1 byte) and a body; numbers in bodies are unsigned varints up to 2^53 - 1, texts their length (1 byte) and ASCII.
 *
 *   HELLO     flag (1: wants no answer), digest (4 bytes), update (of the sender)
 *   NEWS      updates, to the end
 *   LIST      updates, to the end
 *   ASK       number, peer, addresses
 *   ANSWER    number, reach (1 byte)
 *   GOODBYE   incarnation
 *
 *   update    state (1 byte), peer, incarnation, addresses, accusers
 *   addresses, accusers: how many (1 byte), then texts
 *
 * Peers are texts and not the bytes they stand for: 15 bytes more each, and nothing to compute where most is known.
 */
import { PeerFault } from '../../host/peer-streams.ts';
import type { MemberState } from '../../telemetry/trace.ts';
import type { Message, Reach } from './actions.ts';
import { MAX_ACCUSERS, MAX_ADDRESSES, type Update } from './update.ts';

/** The peer broke the rules of the protocol: no honest one does, whatever its state. */
export class MemberFault extends PeerFault {}

/** Updates in one frame: what one can make us look at. */
export const MAX_UPDATES = 32;
/** Of a frame without its length: 32 updates with everything in them, and some. */
export const MAX_FRAME_BYTES = 32 * 1024;
const MAX_TEXT_BYTES = 128;
const MAX_VARINT_BYTES = 8;

const KINDS = ['hello', 'news', 'list', 'ask', 'answer', 'goodbye'] as const;
const STATES: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left'];
const REACHES: readonly Reach[] = ['reached', 'silent', 'refused', 'unreachable', 'unknown'];
/** base58, of the lengths a multihash in it has. */
const PEER = /^[1-9A-HJ-NP-Za-km-z]{32,64}$/;
const ADDRESS = /^\/[\x21-\x7e]+$/;

/** A whole frame. What is too long for it is left out: addresses of more than 128 bytes, updates beyond the bound. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new Writer();
  writer.byte(KINDS.indexOf(message.kind));
  switch (message.kind) {
    case 'hello':
      writer.byte(message.isAnswer ? 1 : 0);
      writer.uint32(message.digest);
      writer.update(message.self);
      break;
    case 'news':
    case 'list':
      for (const update of message.updates.slice(0, MAX_UPDATES)) writer.update(update);
      break;
    case 'ask':
      writer.varint(message.id);
      writer.text(message.peer);
      writer.texts(message.addresses, MAX_ADDRESSES);
      break;
    case 'answer':
      writer.varint(message.id);
      writer.byte(REACHES.indexOf(message.reach));
      break;
    case 'goodbye':
      writer.varint(message.incarnation);
      break;
  }
  return writer.frame();
}

/** @param body of a frame: all but its length. @throws {MemberFault} */
export function decodeMessage(body: Uint8Array): Message {
  const reader = new Reader(body);
  const message = read(KINDS[reader.byte()], reader);
  if (reader.left > 0) throw new MemberFault(`${reader.left} bytes too many in a ${message.kind}`);
  return message;
}

function read(kind: (typeof KINDS)[number] | undefined, reader: Reader): Message {
  switch (kind) {
    case 'hello': {
      const flag = reader.byte();
      if (flag > 1) throw new MemberFault(`${flag} is no flag`);
      const digest = reader.uint32();
      const self = reader.update();
      if (self.state !== 'alive') throw new MemberFault(`a hello of one who is ${self.state}`);
      return { kind, isAnswer: flag === 1, digest, self };
    }
    case 'news':
    case 'list': {
      const updates: Update[] = [];
      while (reader.left > 0) {
        if (updates.length === MAX_UPDATES)
          throw new MemberFault(`more than ${MAX_UPDATES} updates in a frame`);
        updates.push(reader.update());
      }
      return { kind, updates };
    }
    case 'ask':
      return { kind, id: reader.varint(), peer: reader.peer(), addresses: reader.addresses() };
    case 'answer': {
      const id = reader.varint();
      return { kind, id, reach: reader.oneOf(REACHES) };
    }
    case 'goodbye':
      return { kind, incarnation: reader.varint() };
    default:
      throw new MemberFault('a message of unknown kind');
  }
}

class Writer {
  #bytes = new Uint8Array(256);
  #at = 0;

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  uint32(value: number): void {
    for (const shift of [24, 16, 8, 0]) this.byte((value >>> shift) & 0xff);
  }

  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  text(text: string): void {
    this.#room(1 + text.length);
    this.#bytes[this.#at++] = text.length;
    for (let at = 0; at < text.length; at++) this.#bytes[this.#at++] = text.charCodeAt(at);
  }

  texts(texts: readonly string[], most: number): void {
    const fitting = texts.filter((text) => text.length <= MAX_TEXT_BYTES).slice(0, most);
    this.byte(fitting.length);
    for (const text of fitting) this.text(text);
  }

  update({ state, peer, incarnation, addresses, by }: Update): void {
    this.byte(STATES.indexOf(state));
    this.text(peer);
    this.varint(incarnation);
    this.texts(addresses, MAX_ADDRESSES);
    this.texts(by, MAX_ACCUSERS);
  }

  /** All of it behind its length. */
  frame(): Uint8Array {
    const length = new Writer();
    length.varint(this.#at);
    return Buffer.concat([length.#bytes.subarray(0, length.#at), this.#bytes.subarray(0, this.#at)]);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#bytes.length + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** The first fault is thrown: a peer that made one is not read on. */
class Reader {
  readonly #body: Uint8Array;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  get left(): number {
    return this.#body.byteLength - this.#at;
  }

  byte(): number {
    if (this.left === 0) throw new MemberFault('a frame that ends too early');
    return this.#body[this.#at++]!;
  }

  uint32(): number {
    let value = 0;
    for (let index = 0; index < 4; index++) value = value * 256 + this.byte();
    return value;
  }

  /** Up to 2^53 - 1, in as few bytes as possible. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte >= 0x80) continue;
      if ((byte === 0 && index > 0) || !Number.isSafeInteger(value)) break;
      return value;
    }
    throw new MemberFault('no number of 53 bits');
  }

  oneOf<T>(values: readonly T[]): T {
    const index = this.byte();
    const value = values[index];
    if (value === undefined) throw new MemberFault(`${index} stands for nothing here`);
    return value;
  }

  peer(): string {
    const text = this.#text();
    if (!PEER.test(text)) throw new MemberFault('a text that is no peer id');
    return text;
  }

  addresses(): string[] {
    return this.#several(MAX_ADDRESSES, () => {
      const text = this.#text();
      if (!ADDRESS.test(text)) throw new MemberFault('a text that is no address');
      return text;
    });
  }

  update(): Update {
    return {
      state: this.oneOf(STATES),
      peer: this.peer(),
      incarnation: this.varint(),
      addresses: this.addresses(),
      by: this.#several(MAX_ACCUSERS, () => this.peer()),
    };
  }

  #several(most: number, read: () => string): string[] {
    const count = this.byte();
    if (count > most) throw new MemberFault(`${count} texts where at most ${most} are allowed`);
    return Array.from({ length: count }, read);
  }

  #text(): string {
    const length = this.byte();
    if (length > MAX_TEXT_BYTES)
      throw new MemberFault(`a text of ${length} bytes, at most ${MAX_TEXT_BYTES}`);
    if (length > this.left) throw new MemberFault('a frame that ends too early');
    this.#at += length;
    const start = this.#body.byteOffset + this.#at - length;
    return Buffer.from(this.#body.buffer, start, length).toString('latin1');
  }
}
