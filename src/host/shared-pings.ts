import type { PeerId } from '@libp2p/interface';
import type { PeerIdText } from './host.ts';

interface Ping {
  answered: Promise<unknown>;
  waiting: number;
  controller: AbortController;
}

/** Pings of one peer at the same time are one, whoever asks: streams for pings are few, and one answer serves all. */
export class SharedPings {
  readonly #send: (peerId: PeerId, signal: AbortSignal) => Promise<unknown>;
  readonly #underWay = new Map<PeerIdText, Ping>();

  constructor(send: (peerId: PeerId, signal: AbortSignal) => Promise<unknown>) {
    this.#send = send;
  }

  /** @throws when the ping fails, its connection is lost, or the signal aborts; who else waits for it goes on waiting. */
  async ping(peerId: PeerId, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const peer = peerId.toString();
    const ping = this.#underWay.get(peer) ?? this.#begin(peerId);
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    ping.waiting++;
    try {
      await Promise.race([ping.answered, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (--ping.waiting === 0) this.#end(peer, ping, new Error('nobody waits for the answer'));
    }
  }

  /** The last connection is gone, and the answer with it. */
  lost(peerId: PeerId): void {
    const peer = peerId.toString();
    const ping = this.#underWay.get(peer);
    if (ping !== undefined) this.#end(peer, ping, new Error(`the connection to ${peer} is lost`));
  }

  #begin(peerId: PeerId): Ping {
    const controller = new AbortController();
    const failed = Promise.withResolvers<never>();
    controller.signal.addEventListener('abort', () => failed.reject(controller.signal.reason as Error));
    const answered = Promise.race([this.#send(peerId, controller.signal), failed.promise]);
    const ping = { answered, waiting: 0, controller };
    const peer = peerId.toString();
    this.#underWay.set(peer, ping);
    // Whoever asks from then on asks anew.
    const over = (): void => this.#forget(peer, ping);
    answered.then(over, over);
    return ping;
  }

  /** What is answered already is not disturbed. */
  #end(peer: PeerIdText, ping: Ping, reason: Error): void {
    this.#forget(peer, ping);
    ping.controller.abort(reason);
  }

  #forget(peer: PeerIdText, ping: Ping): void {
    if (this.#underWay.get(peer) === ping) this.#underWay.delete(peer);
  }
}
