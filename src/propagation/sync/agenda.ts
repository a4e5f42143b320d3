import type { PeerId } from '@libp2p/interface';
import type { PeerIdText } from '../../host/host.ts';

export interface Due {
  peerId: PeerId;
  atMs: number;
  /** How often it was busy when asked. */
  attempts: number;
}

/** With whom a session is due, and when: one entry a peer. */
export class Agenda {
  readonly #due = new Map<PeerIdText, Due>();

  /** Not later than `atMs`. */
  add(peerId: PeerId, atMs: number, attempts = 0): void {
    const known = this.#due.get(peerId.toString());
    if (known === undefined || atMs < known.atMs)
      this.#due.set(peerId.toString(), { peerId, atMs, attempts });
  }

  remove(peer: PeerIdText): void {
    this.#due.delete(peer);
  }

  clear(): void {
    this.#due.clear();
  }

  /** O(peers). */
  earliest(): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due.values()) if (first === undefined || due.atMs < first.atMs) first = due;
    return first;
  }
}
