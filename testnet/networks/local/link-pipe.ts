/**
 * One direction of a connection on an emulated link, in order and without loss, as TCP makes it. The local counterpart
 * of LinkDirection in the simulated network:
 *
 *   send ─ uplink, then link ─ latency + retransmissions ─ downlink ─ deliver
 *          "departing"         "travelling"                "arriving"
 *
 * Each end of a connection has a pipe for either direction, and each has its own part of the way: who dialled the link
 * and its own access line, who was dialled its access line alone. So the order along the way is the one above in both
 * directions.
 */
import type { Clock } from '../../../src/environment.ts';
import type { AccessLine } from '../access-line.ts';
import { DelayLine } from './delay-line.ts';
import type { DirectedLink } from './link.ts';

export interface LinkPipeInit {
  clock: Clock;
  /** Of the node at this end, when it sends into this pipe. */
  uplink?: AccessLine | undefined;
  link?: DirectedLink | undefined;
  /** Of the node at this end, when it reads from this pipe. */
  downlink?: AccessLine | undefined;
  /** Bytes on the whole pipe from which on it is full: bounds what a fast sender on a long link takes of our memory. */
  maxUnderWayBytes: number;
  /** Called each time a full pipe has half emptied. */
  onRoom: () => void;
}

/**
 * Bytes that wait to depart from which on a pipe is full, as in the simulated network (links.ts there): about what
 * Linux gives a socket. Bounds what a slow or cut link can make a node hold beyond its write buffers.
 */
const SEND_BUFFER_BYTES = 256 * 1024;

interface Parcel {
  bytes: number;
  deliver: () => void;
  /** It passes what is held up at the end, and nothing comes after it. */
  reset: boolean;
  /** When the uplink has let it go, and when the link has. */
  readyMs: number;
  departureMs: number;
  /** Bytes the link has yet to pass, and how long it is busy with them at the rate it was last told. */
  left: number;
  takesMs: number;
}

export class LinkPipe {
  readonly #init: LinkPipeInit;
  readonly #departing: DelayLine<Parcel>;
  readonly #travelling: DelayLine<Parcel>;
  readonly #arriving: DelayLine<Parcel>;
  /** What is to be sent again once the link is whole; null while it is. */
  #cutOff: Parcel[] | null = null;
  #cutOffBytes = 0;
  #ended = false;
  #releasing = false;
  #full = false;

  constructor(init: LinkPipeInit) {
    const { clock } = init;
    this.#init = init;
    this.#departing = new DelayLine(clock, (parcel, departureMs) => this.#depart(parcel, departureMs));
    this.#travelling = new DelayLine(clock, (parcel, arrivalMs) => this.#arrive(parcel, arrivalMs));
    this.#arriving = new DelayLine(clock, (parcel, dueMs) => {
      if (!this.#releasing) init.link?.cameLate(clock.nowMs() - dueMs);
      parcel.deliver();
      this.#moved();
    });
  }

  /** Handed over and not delivered. */
  get bytes(): number {
    return this.#waitingBytes + this.#travelling.bytes + this.#arriving.bytes;
  }

  /** Whoever writes is to stop until `onRoom`. */
  get full(): boolean {
    return this.#full;
  }

  /** `deliver` runs when the last byte is there; never, once the pipe is closed or reset. */
  send(bytes: number, deliver: () => void): void {
    this.#send({ bytes, deliver, reset: false, readyMs: 0, departureMs: 0, left: bytes, takesMs: 0 });
  }

  /** As `send`, and the last there is. At the end it passes what is held up, which is lost then, as behind an RST. */
  reset(deliver: () => void): void {
    this.#send({ bytes: 0, deliver, reset: true, readyMs: 0, departureMs: 0, left: 0, takesMs: 0 });
    this.#ended = true;
  }

  /** Nothing is delivered until release(). */
  hold(): void {
    this.#arriving.hold();
  }

  release(): void {
    this.#releasing = true;
    this.#arriving.release();
    this.#releasing = false;
  }

  /** Nothing passes until heal(). What is under way is lost on it, and what is sent waits. */
  cut(): void {
    if (this.#cutOff !== null) return;
    // What had arrived and waits to be read is not on the link any more.
    const arrived = this.#init.clock.nowMs();
    this.#cutOff = [...this.#arriving.take(arrived), ...this.#travelling.take(), ...this.#departing.take()];
    this.#cutOffBytes = this.#cutOff.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#filled();
  }

  /** Everything that waits is sent, in order. */
  heal(): void {
    if (this.#cutOff === null) return;
    const again = this.#cutOff;
    this.#cutOff = null;
    this.#cutOffBytes = 0;
    for (const parcel of again) this.#dispatch(parcel);
    this.#moved();
  }

  /** The rate is another one: at once, for what waits and for what of a parcel has not left yet. */
  changed(): void {
    const nowMs = this.#init.clock.nowMs();
    for (const parcel of this.#departing.take()) {
      const begunMs = nowMs - (parcel.departureMs - parcel.takesMs);
      const left = begunMs > 0 ? parcel.left * (1 - begunMs / parcel.takesMs) : parcel.left;
      this.#leave(parcel, Math.max(nowMs, parcel.readyMs), left);
    }
    this.#moved();
  }

  /** Throws away what was not delivered, and all that is yet to come. */
  close(): void {
    this.#ended = true;
    this.#cutOff = null;
    this.#cutOffBytes = 0;
    for (const line of [this.#departing, this.#travelling, this.#arriving]) line.close();
  }

  get #waitingBytes(): number {
    return this.#departing.bytes + this.#cutOffBytes;
  }

  #send(parcel: Parcel): void {
    if (this.#ended) return;
    if (this.#cutOff === null) this.#dispatch(parcel);
    else {
      this.#cutOff.push(parcel);
      this.#cutOffBytes += parcel.bytes;
    }
    this.#filled();
  }

  #dispatch(parcel: Parcel): void {
    const { clock, uplink } = this.#init;
    const nowMs = clock.nowMs();
    parcel.readyMs = uplink === undefined ? nowMs : uplink.pass(nowMs, parcel.bytes);
    this.#leave(parcel, parcel.readyMs, parcel.bytes);
  }

  #leave(parcel: Parcel, fromMs: number, left: number): void {
    const { link } = this.#init;
    parcel.left = left;
    parcel.departureMs = link === undefined ? fromMs : link.pass(fromMs, left);
    parcel.takesMs = link === undefined ? 0 : (left * 8000) / link.bitsPerSecond;
    this.#departing.send(parcel, parcel.departureMs);
  }

  #depart(parcel: Parcel, departureMs: number): void {
    const { link } = this.#init;
    this.#travelling.send(
      parcel,
      link === undefined ? departureMs : departureMs + link.travelMs(parcel.bytes),
    );
    this.#moved();
  }

  #arrive(parcel: Parcel, arrivalMs: number): void {
    const { downlink } = this.#init;
    const dueMs = downlink === undefined ? arrivalMs : downlink.pass(arrivalMs, parcel.bytes);
    if (parcel.reset) this.#arriving.reset(parcel, dueMs);
    else this.#arriving.send(parcel, dueMs);
  }

  #filled(): void {
    this.#full ||= this.#waitingBytes >= SEND_BUFFER_BYTES || this.bytes >= this.#init.maxUnderWayBytes;
  }

  #moved(): void {
    if (!this.#full) return;
    if (this.#waitingBytes > SEND_BUFFER_BYTES / 2 || this.bytes > this.#init.maxUnderWayBytes / 2) return;
    this.#full = false;
    this.#init.onRoom();
  }
}
