import type { PeerIdText } from '../../host/host.ts';
import type { Update } from './update.ts';

interface Item {
  update: Update;
  /** Who told us: needs not be told. */
  from: PeerIdText | undefined;
  told: number;
}

/**
 * News still to be told, one item a member: the latest said of it. What was told least goes first; what was told often
 * enough is dropped.
 */
export class News {
  readonly #items = new Map<PeerIdText, Item>();

  get size(): number {
    return this.#items.size;
  }

  add(update: Update, from?: PeerIdText): void {
    // Anew, behind the others: it has been told to nobody.
    this.#items.delete(update.peer);
    this.#items.set(update.peer, { update, from, told: 0 });
  }

  forget(peer: PeerIdText): void {
    this.#items.delete(peer);
  }

  /** At most `max` items for `target`, which count as told. @param enough tellings, after which one is dropped. */
  take(target: PeerIdText, max: number, enough: number): Update[] {
    const items = [...this.#items.values()].sort((a, b) => a.told - b.told);
    const taken: Update[] = [];
    for (const item of items) {
      if (taken.length === max) break;
      item.told++;
      if (item.told >= enough) this.#items.delete(item.update.peer);
      // It told us, or knows that it lives: told by now all the same.
      const knows = item.from === target || (item.update.peer === target && item.update.state === 'alive');
      if (!knows) taken.push(item.update);
    }
    return taken;
  }
}
