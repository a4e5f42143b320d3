import type { PeerId } from '@libp2p/interface';
import type { Clock, Random } from '../../environment.ts';
import type { HostConnection, PeerIdText } from '../../host/host.ts';
import type { ToldPeer } from './messages.ts';
import type { DiscoveryOptions } from './options.ts';

/** In need one peer is asked again so much later than it would answer. */
const ASK_AGAIN_FACTOR = 2;
/** Peers asked at once, in need. */
const MAX_ASKING = 3;

export interface AskingInit {
  clock: Clock;
  random: Random;
  options: DiscoveryOptions;
  ask: (peerId: PeerId) => Promise<ToldPeer[]>;
  onTold: (by: HostConnection, peers: readonly ToldPeer[]) => void;
}

/** Whom to ask for peers, and when: in need everybody as often as they answer, else one by chance now and then. */
export class Asking {
  readonly #init: AskingInit;
  readonly #askedAtMs = new Map<PeerIdText, number>();
  readonly #asking = new Set<PeerIdText>();
  #nextAtMs = 0;

  constructor(init: AskingInit) {
    this.#init = init;
  }

  /** Its connection is gone. */
  forget(peer: PeerIdText): void {
    this.#askedAtMs.delete(peer);
  }

  /** One of them, if it is time; true where one was asked. */
  askOne(connections: readonly HostConnection[], isInNeed: boolean): boolean {
    const { clock, random, options } = this.#init;
    const nowMs = clock.nowMs();
    if (this.#asking.size >= MAX_ASKING || (!isInNeed && nowMs < this.#nextAtMs)) return false;
    const againMs = ASK_AGAIN_FACTOR * options.answerMs;
    const free = connections.filter(({ peerId }) => {
      const peer = peerId.toString();
      return !this.#asking.has(peer) && nowMs - (this.#askedAtMs.get(peer) ?? -Infinity) >= againMs;
    });
    const chosen = free[Math.floor(random.next() * free.length)];
    if (chosen === undefined) return false;
    this.#nextAtMs = nowMs + options.askMs;
    this.#askedAtMs.set(chosen.peerId.toString(), nowMs);
    void this.#ask(chosen);
    return true;
  }

  async #ask(connection: HostConnection): Promise<void> {
    const peer = connection.peerId.toString();
    this.#asking.add(peer);
    try {
      this.#init.onTold(connection, await this.#init.ask(connection.peerId));
    } catch {
      // It does not speak the protocol, has no time or is gone: another is asked the next time.
    } finally {
      this.#asking.delete(peer);
    }
  }
}
