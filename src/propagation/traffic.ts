import type { Host, StreamData, StreamObserver, StreamTraffic } from '../host/host.ts';
import { MEMBER_PROTOCOLS } from '../host/protocols.ts';
import { noBytes } from '../telemetry/counters.ts';
import type { BytesByKind, TrafficCounters } from '../telemetry/trace.ts';
import { DIRECT_PROTOCOLS } from './direct/baselines.ts';
import { DirectFrameMeter } from './direct/direct-frame-meter.ts';
import { FrameMeter } from './frame-meter.ts';
import { MemberFrameMeter } from './member-frame-meter.ts';
import type { WantedMessages } from './wanted-messages.ts';

const GOSSIP_PROTOCOL_PREFIX = '/meshsub/';
/** Direct streams of our own: reconciliation. What is none of these (identify) counts as other. */
const OWN_PROTOCOL_PREFIX = '/txgossip/';

/** Tells the kinds of what passes through one direction of a stream. */
interface Meter {
  push(data: Uint8Array): void;
}

/** Sums of everything this node sent and was sent, by kind. */
export class Traffic {
  readonly #host: Host;
  readonly #sent = noBytes();
  readonly #received = noBytes();
  readonly #lost = noBytes();
  readonly #framesSent = { members: 0 };
  readonly #framesReceived = { members: 0 };
  readonly #wanted: WantedMessages | undefined;
  readonly #nowMs: () => number;
  firstCopyBytes = 0;
  copiesReceived = 0;
  messagesReceived = 0;
  duplicateMessages = 0;
  dropped = 0;

  /** @param wanted is told what is asked for over gossipsub. */
  constructor(host: Host, nowMs: () => number, wanted?: WantedMessages) {
    this.#host = host;
    this.#nowMs = nowMs;
    this.#wanted = wanted;
    host.observeStreams(this.#observe);
  }

  counters(): TrafficCounters {
    const transport = this.#host.transportBytes();
    return {
      sent: withOther(this.#sent, transport.sent),
      received: withOther(this.#received, transport.received),
      ...(Object.values(this.#lost).some((bytes) => bytes > 0) && { lost: { ...this.#lost } }),
      duplicateBytes: this.#received.message - this.firstCopyBytes,
      copiesReceived: this.copiesReceived,
      messagesReceived: this.messagesReceived,
      duplicateMessages: this.duplicateMessages,
      dropped: this.dropped,
      memberMessagesSent: this.#framesSent.members,
      memberMessagesReceived: this.#framesReceived.members,
    };
  }

  readonly #observe: StreamObserver = (protocol, remotePeer) => {
    if (DIRECT_PROTOCOLS.has(protocol))
      return this.#metered(new DirectFrameMeter(this.#sent), new DirectFrameMeter(this.#received));
    if (MEMBER_PROTOCOLS.has(protocol)) return this.#ofMembers(protocol);
    if (!protocol.startsWith(GOSSIP_PROTOCOL_PREFIX)) {
      if (!protocol.startsWith(OWN_PROTOCOL_PREFIX)) return undefined;
      return {
        sent: (bytes) => void (this.#sent.sync += bytes),
        received: (bytes) => void (this.#received.sync += bytes),
        lost: (bytes) => void (this.#lost.sync += bytes),
      };
    }
    const peer = remotePeer.toString();
    const out = new FrameMeter(this.#sent, (control) => this.#wanted?.sent(peer, control, this.#nowMs()));
    return this.#metered(out, new FrameMeter(this.#received));
  };

  #ofMembers(protocol: string): StreamTraffic {
    const out = new MemberFrameMeter(protocol, this.#framesSent);
    const into = new MemberFrameMeter(protocol, this.#framesReceived);
    return {
      sent: (bytes, data) => {
        this.#sent.members += bytes;
        pushAll(out, data);
      },
      received: (bytes, data) => {
        this.#received.members += bytes;
        pushAll(into, data);
      },
      lost: (bytes) => void (this.#lost.members += bytes),
    };
  }

  #metered(out: Meter, into: Meter): StreamTraffic {
    return {
      sent: (_bytes, data) => pushAll(out, data),
      received: (_bytes, data) => pushAll(into, data),
      lost: (_bytes, data) => this.#lose(into, data.subarray()),
    };
  }

  /** Only the meter that read the stream so far can tell the kind of what would have come next. */
  #lose(into: Meter, data: Uint8Array): void {
    const { message, control } = this.#received;
    into.push(data);
    this.#lost.message += this.#received.message - message;
    this.#lost.control += this.#received.control - control;
    this.#received.message = message;
    this.#received.control = control;
  }
}

/** Piece by piece: making one piece of a list would copy every message for the sake of a few lengths. */
function pushAll(meter: Meter, data: StreamData): void {
  if (data instanceof Uint8Array) meter.push(data);
  else for (const piece of data) meter.push(piece);
}

/** `other` is what the transport carried beyond the protocols seen: handshakes, identify, framing. */
function withOther(seen: BytesByKind, transportBytes: number): BytesByKind {
  const { message, control, sync, members } = seen;
  return { ...seen, other: transportBytes - message - control - sync - members };
}
