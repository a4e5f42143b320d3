/** Who is sent what of a batch, and who is known to have what already. */
import type { Hex } from '../../bytes.ts';
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import type { Baseline } from './baselines.ts';
import { choosePeersByChance, choosePeersBySender } from './choose-peers.ts';
import { KnownHashes } from './known-hashes.ts';

/** Of one batch, by who is to get it; whoever gets nothing is not in it. */
export interface SpreadPlan {
  whole: Map<PeerIdText, Transaction[]>;
  hashes: Map<PeerIdText, Hex[]>;
}

export class Spreading {
  readonly #baseline: Baseline;
  readonly #own: PeerIdText;
  readonly #maxKnownHashes: number;
  readonly #random: Random;
  readonly #known = new Map<PeerIdText, KnownHashes>();
  /** Who gave us what is to leave with the next batch; absent: nobody did. */
  readonly #givers = new Map<Hex, PeerIdText>();

  /** @param own id of this node: with it a sender's transactions go to other peers at every node. */
  constructor(baseline: Baseline, own: PeerIdText, maxKnownHashes: number, random: Random) {
    this.#baseline = baseline;
    this.#own = own;
    this.#maxKnownHashes = maxKnownHashes;
    this.#random = random;
  }

  joined(peer: PeerIdText): void {
    this.#known.set(peer, new KnownHashes(this.#maxKnownHashes));
  }

  left(peer: PeerIdText): void {
    this.#known.delete(peer);
  }

  /** The peer has these: it showed so, or was sent them. */
  has(peer: PeerIdText, hashes: readonly Hex[]): void {
    const known = this.#known.get(peer);
    for (const hash of hashes) known?.add(hash);
  }

  /** The peer gave us this one, and does not get it back, however little is remembered of it. */
  gave(peer: PeerIdText, hash: Hex): void {
    this.#givers.set(hash, peer);
  }

  /** @param peers all there are. Who gave what of the batch is forgotten with it. */
  plan(batch: readonly Transaction[], peers: readonly PeerIdText[]): SpreadPlan {
    const plan: SpreadPlan = { whole: new Map(), hashes: new Map() };
    for (const transaction of batch) {
      const { hash } = transaction;
      const giver = this.#givers.get(hash);
      this.#givers.delete(hash);
      const lacking = peers.filter((peer) => peer !== giver && this.#known.get(peer)?.has(hash) !== true);
      const eager = this.#eagerOf(transaction, peers, lacking);
      for (const peer of eager) add(plan.whole, peer, transaction);
      if (this.#baseline.fetch === undefined) continue;
      for (const peer of lacking) if (!eager.has(peer)) add(plan.hashes, peer, hash);
    }
    return plan;
  }

  #eagerOf(
    { sender, raw }: Transaction,
    peers: readonly PeerIdText[],
    lacking: readonly PeerIdText[],
  ): ReadonlySet<PeerIdText> {
    const { eagerPeers, choosesBySender, maxPushBytes } = this.#baseline;
    if (raw.byteLength > maxPushBytes) return new Set();
    const count = eagerPeers(peers.length);
    if (!choosesBySender) return new Set(choosePeersByChance(lacking, count, this.#random));
    const chosen = new Set(choosePeersBySender(peers, count, this.#own, sender));
    return new Set(lacking.filter((peer) => chosen.has(peer)));
  }
}

function add<T>(lists: Map<PeerIdText, T[]>, peer: PeerIdText, item: T): void {
  const list = lists.get(peer);
  if (list === undefined) lists.set(peer, [item]);
  else list.push(item);
}
