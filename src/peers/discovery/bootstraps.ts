import type { Multiaddr } from '@multiformats/multiaddr';
import type { Random } from '../../environment.ts';
import { peerIdOf } from '../../host/address.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { DiscoveryOptions } from './options.ts';

interface Bootstrap {
  address: Multiaddr;
  /** From the address, or known once dialled. */
  peer: PeerIdText | undefined;
  isDialling: boolean;
  failures: number;
  retryAtMs: number;
}

/** Of a wait, either way: a crowd that was refused together does not come back together. */
const JITTER = 0.25;
/** Doublings at most: whoever can reach nobody else tries these every minute or so, for ever. */
const MAX_DOUBLINGS = 6;

/** The addresses the user began from, each with its own back-off. Who answers there is never a candidate otherwise. */
export class Bootstraps {
  readonly #list: Bootstrap[];
  readonly #options: DiscoveryOptions;
  readonly #random: Random;

  constructor(addresses: readonly Multiaddr[], options: DiscoveryOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#list = addresses.map((address) => ({
      address,
      peer: peerIdOf(address)?.toString(),
      isDialling: false,
      failures: 0,
      retryAtMs: -Infinity,
    }));
  }

  get dialling(): number {
    return this.#list.filter(({ isDialling }) => isDialling).length;
  }

  has(peer: PeerIdText): boolean {
    return this.#list.some((bootstrap) => bootstrap.peer === peer);
  }

  isDialling(peer: PeerIdText): boolean {
    return this.#list.some((bootstrap) => bootstrap.isDialling && bootstrap.peer === peer);
  }

  /** Begins a dial of each that is due. */
  due(nowMs: number, isConnected: (peer: PeerIdText) => boolean): Multiaddr[] {
    const due = this.#list.filter(
      ({ peer, isDialling, retryAtMs }) =>
        !isDialling && retryAtMs <= nowMs && (peer === undefined || !isConnected(peer)),
    );
    for (const bootstrap of due) bootstrap.isDialling = true;
    return due.map(({ address }) => address);
  }

  reached(address: Multiaddr, peer: PeerIdText, nowMs: number): void {
    const bootstrap = this.#ended(address);
    bootstrap.peer = peer;
    bootstrap.failures = 0;
    // It may let us go as soon as it has told us of others.
    bootstrap.retryAtMs = nowMs + this.#wait(1);
  }

  failed(address: Multiaddr, nowMs: number): void {
    const bootstrap = this.#ended(address);
    bootstrap.retryAtMs = nowMs + this.#wait(Math.min(bootstrap.failures, MAX_DOUBLINGS));
    bootstrap.failures += 1;
  }

  #ended(address: Multiaddr): Bootstrap {
    const bootstrap = this.#list.find((each) => each.address.equals(address))!;
    bootstrap.isDialling = false;
    return bootstrap;
  }

  #wait(doublings: number): number {
    return this.#options.backoffMs * 2 ** doublings * (1 + JITTER * (2 * this.#random.next() - 1));
  }
}
