import type { PeerIdText } from '../../host/host.ts';
import type { Update } from './update.ts';

/** What this node says of itself. */
export class Ourselves {
  readonly peer: PeerIdText;
  /** Counted up each time we contradict what is said of us. */
  incarnation = 0;
  readonly #addresses: () => readonly string[];

  /** @param addresses without /p2p/. */
  constructor(peer: PeerIdText, addresses: () => readonly string[]) {
    this.peer = peer;
    this.#addresses = addresses;
  }

  /** That we live. */
  update(): Update {
    const { peer, incarnation } = this;
    return { peer, state: 'alive', incarnation, addresses: this.#addresses(), by: [] };
  }
}
