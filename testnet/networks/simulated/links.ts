/**
 * How bytes travel from one node to another. One `LinkDirection` is one direction of one connection, in order and
 * without loss as TCP makes it:
 *
 *   send ─ uplink queue ─ link queue ─ latency + retransmissions ─ downlink queue ─ processor ─ deliver
 *          of the sender  of this       order kept                 of the receiver  of the receiver
 *                         direction
 *
 * A queue is the time a line of so many bits per second is busy; each passes whole messages on (store and forward).
 * The processor is busy for a time with each message. Where no bandwidth and no cost is set there is no queue and
 * nothing to wait for: a message is then exactly one event.
 *
 * A cut is silence. What is under way is lost and what is sent waits; on heal everything is sent again, in order. The
 * remainder of a backed-off retransmission timer, which in TCP delays that first resend, is not modelled.
 *
 * What arrives at a frozen receiver is not read. It counts as still in the sender's buffer: so much is what the windows
 * of TCP and yamux let a sender be ahead of its reader.
 */
import { AccessLine } from '../access-line.ts';
import { retransmission } from '../link-conditions.ts';
import type { LinkConditions } from '../link-conditions.ts';
import type { VirtualEvent } from './event-heap.ts';
import type { Processor } from './processor.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Conserved: sent = received + dropped + what is under way. */
export interface ByteLedger {
  sent: number;
  received: number;
  dropped: number;
  /** Sent again because of loss or a cut; not part of `sent`, which counts what the protocols handed over. */
  retransmitted: number;
}

/** One end of a direction: whose events they are, and where the bytes are counted. */
export interface LinkEnd {
  readonly owner: number;
  readonly uplink: AccessLine;
  readonly downlink: AccessLine;
  /** Works on what arrives before the protocols get it. */
  readonly processor: Processor;
  readonly ledger: ByteLedger;
  /** Its process reads nothing; see LinkDirection.readOn. */
  readonly frozen: boolean;
}

interface Parcel {
  bytes: number;
  deliver: () => void;
  lost: (() => void) | undefined;
  event: VirtualEvent | undefined;
  /** When the sender's uplink has let it go, and when the link's own line has. */
  readyMs: number;
  departureMs: number;
  /** It left the sender's queues: no longer in its send buffer. */
  departed: boolean;
  /** It is at the receiver, and waits to be read or for its processor: no longer on the link. */
  arrived: boolean;
  /** It waits to be read. */
  unread: boolean;
  next: Parcel | undefined;
}

/**
 * Bytes a sender may have waiting in its own queues before it has to stop writing: what yamux grants a stream and
 * about what Linux gives a socket. Bounds what a slow or cut link can make a node hold beyond its write buffers.
 */
const SEND_BUFFER_BYTES = 256 * 1024;

export class LinkDirection {
  readonly #clock: VirtualClock;
  readonly #from: LinkEnd;
  readonly #to: LinkEnd;
  #conditions: LinkConditions;
  #line: AccessLine;
  #cut = false;
  /** The receiver reads no more: all that comes is dropped. */
  #refused = false;
  /** In the order sent, which is the order of delivery. */
  #first: Parcel | undefined;
  #last: Parcel | undefined;
  #lastArrivalMs = 0;
  #waitingBytes = 0;
  /** Parcels that wait to be read. */
  #unread = 0;
  /** It was full, and whoever writes has not been told that it no longer is. */
  #blocked = false;
  #onRoom: (() => void) | undefined;
  /** Bytes under way: sent, and neither delivered nor dropped. */
  underWayBytes = 0;

  constructor(clock: VirtualClock, from: LinkEnd, to: LinkEnd, conditions: LinkConditions) {
    this.#clock = clock;
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    this.#line = new AccessLine(conditions.bitsPerSecond);
  }

  /** The sender's queue is full: whoever writes on is held up, as a full socket would. */
  isFull(): boolean {
    return this.#waitingBytes >= SEND_BUFFER_BYTES;
  }

  /** Calls `listener` each time a full queue has half emptied. One listener. */
  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  /**
   * Either `deliver` runs, as the receiver when the last byte is there and worked on; or `lost`, at the moment when
   * that has become impossible, in the order sent.
   */
  send(bytes: number, deliver: () => void, lost?: () => void): void {
    this.#from.ledger.sent += bytes;
    if (this.#refused) {
      this.#from.ledger.dropped += bytes;
      lost?.();
      return;
    }
    const parcel: Parcel = {
      bytes,
      deliver,
      lost,
      event: undefined,
      readyMs: 0,
      departureMs: 0,
      departed: false,
      arrived: false,
      unread: false,
      next: undefined,
    };
    if (this.#last === undefined) this.#first = parcel;
    else this.#last.next = parcel;
    this.#last = parcel;
    this.underWayBytes += bytes;
    if (this.#cut) this.#wait(bytes);
    else this.#dispatch(parcel);
  }

  /**
   * Latency and loss change from the next message on, and none overtakes what is under way; the rate changes at once,
   * also for what waits and what is half through.
   */
  setConditions(conditions: LinkConditions): void {
    const { bitsPerSecond } = this.#line;
    this.#conditions = conditions;
    this.#line = new AccessLine(conditions.bitsPerSecond);
    if (this.#cut) return;
    const nowMs = this.#clock.nowMs();
    for (let parcel = this.#first; parcel !== undefined; parcel = parcel.next) {
      if (parcel.departed) continue;
      this.#clock.cancel(parcel.event!);
      const takesMs = bitsPerSecond === Infinity ? 0 : (parcel.bytes * 8000) / bitsPerSecond;
      const begunMs = nowMs - (parcel.departureMs - takesMs);
      const left = begunMs > 0 ? parcel.bytes * (1 - begunMs / takesMs) : parcel.bytes;
      parcel.departureMs = this.#line.pass(Math.max(nowMs, parcel.readyMs), left);
      this.#departLater(parcel);
    }
  }

  /** Nothing passes until heal(); nobody is told. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    for (let parcel = this.#first; parcel !== undefined; parcel = parcel.next) {
      if (parcel.arrived) continue;
      if (parcel.event !== undefined) this.#clock.cancel(parcel.event);
      if (!parcel.departed) continue;
      parcel.departed = false;
      this.#from.ledger.retransmitted += parcel.bytes;
      this.#wait(parcel.bytes);
    }
  }

  heal(): void {
    if (!this.#cut) return;
    this.#cut = false;
    this.#lastArrivalMs = this.#clock.nowMs();
    this.#waitingBytes = 0;
    for (let parcel = this.#first; parcel !== undefined; parcel = parcel.next) {
      if (!parcel.arrived) this.#dispatch(parcel);
      else if (parcel.unread) this.#waitingBytes += parcel.bytes;
    }
    this.#unblock();
  }

  /** The receiver is no longer frozen: it reads what has gathered, in order. */
  readOn(): void {
    const { owner } = this.#to;
    for (let parcel = this.#first; parcel !== undefined; parcel = parcel.next) {
      if (parcel.unread && parcel.event === undefined) this.#readLater(parcel, owner);
    }
  }

  /** The receiver is gone: drops what is under way and all that is yet to come. */
  refuse(): void {
    if (this.#refused) return;
    this.#refused = true;
    for (let parcel = this.#first; parcel !== undefined; parcel = parcel.next) {
      if (parcel.event !== undefined) this.#clock.cancel(parcel.event);
      this.#from.ledger.dropped += parcel.bytes;
      parcel.lost?.();
    }
    this.#first = this.#last = undefined;
    this.underWayBytes = 0;
    this.#waitingBytes = 0;
    this.#unread = 0;
  }

  #dispatch(parcel: Parcel): void {
    const nowMs = this.#clock.nowMs();
    parcel.readyMs = this.#from.uplink.pass(nowMs, parcel.bytes);
    parcel.departureMs = this.#line.pass(parcel.readyMs, parcel.bytes);
    if (parcel.departureMs === nowMs) {
      this.#depart(parcel);
      return;
    }
    this.#wait(parcel.bytes);
    this.#departLater(parcel);
  }

  #departLater(parcel: Parcel): void {
    // No process has a hand in it: a packet in the queue of a dead sender's modem still leaves.
    parcel.event = this.#clock.schedule(
      this.#to.owner,
      parcel.departureMs,
      () => {
        this.#waitingBytes -= parcel.bytes;
        this.#depart(parcel);
        this.#unblock();
      },
      'physical',
    );
  }

  #wait(bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.isFull()) this.#blocked = true;
  }

  #unblock(): void {
    if (!this.#blocked || this.#waitingBytes > SEND_BUFFER_BYTES / 2) return;
    this.#blocked = false;
    // As the sender: its stream goes on writing here.
    this.#clock.schedule(this.#from.owner, this.#clock.nowMs(), () => this.#onRoom?.());
  }

  #depart(parcel: Parcel): void {
    parcel.departed = true;
    const conditions = this.#conditions;
    let delayMs = conditions.latency();
    if (conditions.lossProbability > 0) {
      const lost = retransmission(conditions, parcel.bytes);
      delayMs += lost.delayMs;
      this.#from.ledger.retransmitted += lost.bytes;
    }
    const arrivalMs = Math.max(this.#clock.nowMs() + delayMs, this.#lastArrivalMs);
    this.#lastArrivalMs = arrivalMs;
    const { owner, downlink } = this.#to;
    const arrive = (): void => this.#arrive(parcel);
    parcel.event = this.#clock.schedule(
      owner,
      arrivalMs,
      downlink.bitsPerSecond === Infinity
        ? arrive
        : () => {
            const passedMs = downlink.pass(arrivalMs, parcel.bytes);
            parcel.event = this.#clock.schedule(owner, passedMs, arrive, 'physical');
          },
      'physical',
    );
  }

  #arrive(parcel: Parcel): void {
    const { owner, frozen } = this.#to;
    if (!frozen && this.#unread === 0) {
      this.#read(parcel);
      return;
    }
    parcel.arrived = parcel.unread = true;
    parcel.event = undefined;
    this.#unread += 1;
    this.#wait(parcel.bytes);
    if (!frozen) this.#readLater(parcel, owner);
  }

  #readLater(parcel: Parcel, owner: number): void {
    parcel.event = this.#clock.schedule(owner, this.#clock.nowMs(), () => {
      parcel.unread = false;
      this.#unread -= 1;
      this.#waitingBytes -= parcel.bytes;
      this.#unblock();
      this.#read(parcel);
    });
  }

  /** What has no bytes (opening, closing) costs nothing, and still waits its turn behind what has. */
  #read(parcel: Parcel): void {
    const { owner, processor } = this.#to;
    if (processor.messageMs === 0) {
      this.#deliver(parcel);
      return;
    }
    parcel.arrived = true;
    const doneMs = processor.occupy(this.#clock.nowMs(), parcel.bytes > 0 ? processor.messageMs : 0);
    parcel.event = this.#clock.schedule(owner, doneMs, () => this.#deliver(parcel), 'work');
  }

  #deliver(parcel: Parcel): void {
    this.#first = parcel.next;
    if (this.#first === undefined) this.#last = undefined;
    this.underWayBytes -= parcel.bytes;
    this.#to.ledger.received += parcel.bytes;
    parcel.deliver();
  }
}
