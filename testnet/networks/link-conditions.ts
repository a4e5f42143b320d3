/** What a link does to the data on it. One direction; a link has two. */
import type { Random } from '../../src/environment.ts';

/** Milliseconds for one message; called once a message. Uses dice of its own, if any. */
export type LatencySampler = () => number;

export interface LinkConditions {
  /** One-way propagation delay. */
  latency: LatencySampler;
  /** Bits per second of this direction alone; Infinity for a link that never fills. */
  bitsPerSecond: number;
  /** Probability that one packet is lost, in [0, 1). A lost packet is sent again, so a loss is a delay. */
  lossProbability: number;
  /** Dice of the losses. Required when `lossProbability` is above 0. */
  lossRandom: Random | undefined;
  /** Wait before the first retransmission, doubled each time. Linux: not below 200 ms. */
  retransmissionTimeoutMs: number;
}

/** TCP_RTO_MIN of Linux; the timeout of RFC 6298 on any path below some 100 ms. */
const DEFAULT_RETRANSMISSION_TIMEOUT_MS = 200;
/** TCP_RTO_MAX of Linux and RFC 6298 (2.5): a backed-off timer stops doubling here. */
const MAX_RETRANSMISSION_TIMEOUT_MS = 120_000;
/** Ethernet's 1,500 bytes less the headers of IPv4 and TCP: what one lost packet takes with it. */
const PACKET_BYTES = 1460;

/** @throws {RangeError} when a value is out of range, with what was wrong. */
export function linkConditions(
  options: { latencyMs?: number | LatencySampler } & Partial<Omit<LinkConditions, 'latency'>> = {},
): LinkConditions {
  const latencyMs = options.latencyMs ?? 0;
  if (typeof latencyMs === 'number' && !(latencyMs >= 0 && latencyMs < Infinity)) {
    throw new RangeError(
      `a link's latency must be a finite number of milliseconds from 0 up, not ${latencyMs}`,
    );
  }
  const lossProbability = options.lossProbability ?? 0;
  if (!(lossProbability >= 0 && lossProbability < 1)) {
    throw new RangeError(
      `a link's loss must be a probability in [0, 1), not ${lossProbability}: use a cut for 1`,
    );
  }
  if (lossProbability > 0 && options.lossRandom === undefined) {
    throw new RangeError('a link that loses packets needs dice: give lossRandom');
  }
  return {
    latency: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
    bitsPerSecond: checkedRate(options.bitsPerSecond ?? Infinity),
    lossProbability,
    lossRandom: options.lossRandom,
    retransmissionTimeoutMs: options.retransmissionTimeoutMs ?? DEFAULT_RETRANSMISSION_TIMEOUT_MS,
  };
}

/** @throws {RangeError} unless above 0. */
function checkedRate(bitsPerSecond: number): number {
  if (bitsPerSecond > 0) return bitsPerSecond;
  throw new RangeError(`a bandwidth must be above 0 bit/s, not ${bitsPerSecond}: use a cut to stop a link`);
}

/**
 * What losses add to the delay of one message, and how many bytes were sent again. The packets of a message are under
 * way together, so the unluckiest one decides.
 */
export function retransmission(
  conditions: LinkConditions,
  messageBytes: number,
): { delayMs: number; bytes: number } {
  const { lossProbability, lossRandom } = conditions;
  let delayMs = 0;
  let bytes = 0;
  if (lossRandom === undefined || lossProbability === 0) return { delayMs, bytes };
  for (let left = Math.max(1, messageBytes); left > 0; left -= PACKET_BYTES) {
    let timeoutMs = conditions.retransmissionTimeoutMs;
    let packetDelayMs = 0;
    while (lossRandom.next() < lossProbability) {
      packetDelayMs += timeoutMs;
      timeoutMs = Math.min(timeoutMs * 2, MAX_RETRANSMISSION_TIMEOUT_MS);
      bytes += Math.min(left, PACKET_BYTES);
    }
    delayMs = Math.max(delayMs, packetDelayMs);
  }
  return { delayMs, bytes };
}
