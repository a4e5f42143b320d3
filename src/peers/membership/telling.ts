/** What is said to neighbours: news, a few of them each time, in turn (rule 11); and what one has to hear of itself. */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { Action } from './actions.ts';
import type { Member, MemberTable } from './member-table.ts';
import { MAX_UPDATES } from './messages.ts';
import type { Neighbours } from './neighbours.ts';
import { News } from './news.ts';
import type { MembershipOptions } from './options.ts';
import { shuffled } from './sample.ts';
import type { Update } from './update.ts';

export interface TellingInit {
  options: MembershipOptions;
  random: Random;
  table: MemberTable;
  neighbours: Neighbours;
  act: (action: Action) => void;
}

export class Telling {
  readonly #init: TellingInit;
  readonly #news = new News();
  /** Neighbours still to be told in this round. */
  #round: PeerIdText[] = [];
  #atMs = Infinity;

  constructor(init: TellingInit) {
    this.#init = init;
  }

  start(nowMs: number): void {
    this.#atMs = nowMs;
  }

  stop(): void {
    this.#atMs = Infinity;
  }

  nextMs(): number {
    return this.#news.size > 0 ? this.#atMs : Infinity;
  }

  /** Everybody, in time. @param from who told us. */
  tell(update: Update, from?: PeerIdText): void {
    this.#news.add(update, from);
  }

  /** It is news no more. */
  forget(peer: PeerIdText): void {
    this.#news.forget(peer);
  }

  /** This one alone, at once, if it can be sent to. */
  confront({ peer, greeted }: Member, update: Update): void {
    if (greeted) this.#send(peer, [update]);
  }

  tick(nowMs: number): void {
    if (this.nextMs() > nowMs) return;
    const { options, table } = this.#init;
    this.#atMs = nowMs + options.newsMs;
    const enough = Math.ceil(options.retransmit * Math.log10(table.living + 2));
    for (const target of this.#nextToTell(options.fanout)) {
      const updates = this.#news.take(target, MAX_UPDATES, enough);
      if (updates.length > 0) this.#send(target, updates);
    }
  }

  #nextToTell(count: number): PeerIdText[] {
    const { table, neighbours, random } = this.#init;
    const open = neighbours.greeted();
    const targets = new Set<PeerIdText>();
    const most = Math.min(count, open.length);
    while (targets.size < most) {
      const peer = this.#round.pop();
      if (peer === undefined)
        this.#round = shuffled(
          open.map((member) => member.peer),
          random,
        );
      else if (table.get(peer)?.greeted === true) targets.add(peer);
    }
    return [...targets];
  }

  #send(peer: PeerIdText, updates: readonly Update[]): void {
    this.#init.act({ do: 'send', peer, message: { kind: 'news', updates } });
  }
}
