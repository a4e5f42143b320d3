import type { Host, StreamObserver } from '../host/host.ts';
import type { BytesByKind, NodeCounters } from '../telemetry/trace.ts';
import { FrameMeter } from './frame-meter.ts';
import type { WantedMessages } from './wanted-messages.ts';

const GOSSIP_PROTOCOL_PREFIX = '/meshsub/';
/** Direct streams of our own: reconciliation. What is neither (identify, ping) counts as other. */
const OWN_PROTOCOL_PREFIX = '/txgossip/';

/** Sums of everything this node sent and was sent, by kind. */
export class Traffic {
  readonly #host: Host;
  readonly #sent = { message: 0, control: 0, sync: 0 };
  readonly #received = { message: 0, control: 0, sync: 0 };
  readonly #wanted: WantedMessages;
  readonly #nowMs: () => number;
  firstCopyBytes = 0;
  copiesReceived = 0;
  messagesReceived = 0;
  duplicateMessages = 0;
  dropped = 0;

  constructor(host: Host, wanted: WantedMessages, nowMs: () => number) {
    this.#host = host;
    this.#wanted = wanted;
    this.#nowMs = nowMs;
    host.observeStreams(this.#observe);
  }

  counters(): NodeCounters {
    const transport = this.#host.transportBytes();
    return {
      sent: withOther(this.#sent, transport.sent),
      received: withOther(this.#received, transport.received),
      duplicateBytes: this.#received.message - this.firstCopyBytes,
      copiesReceived: this.copiesReceived,
      messagesReceived: this.messagesReceived,
      duplicateMessages: this.duplicateMessages,
      dropped: this.dropped,
    };
  }

  readonly #observe: StreamObserver = (protocol, remotePeer) => {
    if (!protocol.startsWith(GOSSIP_PROTOCOL_PREFIX)) {
      if (!protocol.startsWith(OWN_PROTOCOL_PREFIX)) return undefined;
      return {
        sent: (bytes) => void (this.#sent.sync += bytes),
        received: (bytes) => void (this.#received.sync += bytes),
      };
    }
    const peer = remotePeer.toString();
    const out = new FrameMeter(this.#sent);
    const into = new FrameMeter(this.#received);
    return {
      sent: (_bytes, data) => {
        const frame = data.subarray();
        const controlBefore = this.#sent.control;
        out.push(frame);
        // An IWANT needs a control part of a tag, a length and an id at least; most frames are payload alone.
        if (this.#sent.control - controlBefore > 20) this.#wanted.sent(peer, frame, this.#nowMs());
      },
      received: (_bytes, data) => into.push(data.subarray()),
    };
  };
}

/** `other` is what the transport carried beyond the protocols seen: handshakes, identify, framing. */
function withOther(seen: Omit<BytesByKind, 'other'>, transportBytes: number): BytesByKind {
  return { ...seen, other: transportBytes - seen.message - seen.control - seen.sync };
}
