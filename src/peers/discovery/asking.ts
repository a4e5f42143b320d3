import type { PeerId } from '@libp2p/interface';
import type { Clock, Random } from '../../environment.ts';
import type { HostConnection, PeerIdText } from '../../host/host.ts';
import type { ToldPeer } from './messages.ts';
import type { DiscoveryOptions } from './options.ts';

/** In need one peer is asked again so much later than it would answer; twice as late each time it tells nothing new. */
const ASK_AGAIN_FACTOR = 2;
/** Peers asked at once, in need. */
const MAX_ASKING = 3;

const NEVER_ASKED: Asked = { atMs: -Infinity, fruitless: 0 };

export interface AskingInit {
  clock: Clock;
  random: Random;
  options: DiscoveryOptions;
  ask: (peerId: PeerId) => Promise<ToldPeer[]>;
  /** True where any of it is new. */
  onTold: (by: HostConnection, peers: readonly ToldPeer[]) => boolean;
}

interface Asked {
  atMs: number;
  /** Answers in a row that told nothing new, or never came. */
  fruitless: number;
}

/**
 * Whom to ask for peers, and when: in need everybody as often as they answer, while that brings any; and always one by
 * chance now and then. Where all know each other there is need for ever, and nobody to hear of.
 */
export class Asking {
  readonly #init: AskingInit;
  readonly #asked = new Map<PeerIdText, Asked>();
  readonly #asking = new Set<PeerIdText>();
  #nextAtMs = 0;

  constructor(init: AskingInit) {
    this.#init = init;
  }

  /** Its connection is gone. */
  forget(peer: PeerIdText): void {
    this.#asked.delete(peer);
  }

  /** One of them, if it is time; true where one was asked. */
  askOne(connections: readonly HostConnection[], isInNeed: boolean): boolean {
    const { clock, random, options } = this.#init;
    const nowMs = clock.nowMs();
    const isTime = nowMs >= this.#nextAtMs;
    if (this.#asking.size >= MAX_ASKING || (!isInNeed && !isTime)) return false;
    const againMs = ASK_AGAIN_FACTOR * options.answerMs;
    const free = connections.filter(({ peerId }) => {
      const peer = peerId.toString();
      const { atMs, fruitless } = this.#asked.get(peer) ?? NEVER_ASKED;
      return !this.#asking.has(peer) && nowMs - atMs >= againMs * (isTime ? 1 : 2 ** fruitless);
    });
    const chosen = free[Math.floor(random.next() * free.length)];
    if (chosen === undefined) return false;
    this.#nextAtMs = nowMs + options.askMs;
    const { fruitless } = this.#asked.get(chosen.peerId.toString()) ?? NEVER_ASKED;
    const asked = { atMs: nowMs, fruitless: fruitless + 1 };
    this.#asked.set(chosen.peerId.toString(), asked);
    void this.#ask(chosen, asked);
    return true;
  }

  async #ask(connection: HostConnection, asked: Asked): Promise<void> {
    const peer = connection.peerId.toString();
    this.#asking.add(peer);
    try {
      const peers = await this.#init.ask(connection.peerId);
      if (this.#init.onTold(connection, peers)) asked.fruitless = 0;
    } catch {
      // It does not speak the protocol, has no time or is gone: another is asked the next time.
    } finally {
      this.#asking.delete(peer);
    }
  }
}
