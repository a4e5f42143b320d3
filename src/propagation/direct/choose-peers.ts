import { hash } from 'node:crypto';
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';

/** Each set of so many is equally likely. All of them when there are no more. */
export function choosePeersByChance(
  peers: readonly PeerIdText[],
  count: number,
  random: Random,
): readonly PeerIdText[] {
  if (count >= peers.length) return peers;
  const left = [...peers];
  return Array.from({ length: count }, () => {
    const index = Math.floor(random.next() * left.length);
    const chosen = left[index]!;
    left[index] = left[left.length - 1]!;
    left.length--;
    return chosen;
  });
}

/** The same for a sender as long as the peers are, and other ones at every node. */
export function choosePeersBySender(
  peers: readonly PeerIdText[],
  count: number,
  own: PeerIdText,
  sender: string,
): readonly PeerIdText[] {
  if (count >= peers.length) return peers;
  return peers
    .map((peer) => ({ peer, rank: hash('sha256', own + peer + sender) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ peer }) => peer);
}
