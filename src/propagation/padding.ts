/**
 * Who pads batches with junk: valid transactions that are of no use to anybody, so that honest nodes spend a signature
 * check on each and the outcome table blames nobody. Each alone is a matter of state or taste; the share of them is not.
 *
 * What counts, of messages a peer was the first to bring:
 * - *new*: is pending here since. *known*: was in the pool already; it cost a look.
 * - *junk*: its signature was checked, and then it could not enter whatever the room: spent nonces, nonces too far,
 *   accounts that cannot pay, replacements that pay too little. An honest batch was pending where it was put together,
 *   so at a node whose pool differs a bit most of it is not junk.
 * - a *gap*, queued behind a nonce that is missing, becomes junk when reconciliation had time to bring that nonce from
 *   whoever has it, and did not. Without reconciliation nobody can say, and none does.
 * - not junk is what says something of us rather than of the sender: no room, too cheap for our floor, a busy verifier,
 *   a state that is away.
 *
 * A message with more junk and gaps than new ones is not forwarded; what is new of it goes on in a batch of ours. So who
 * follows the rule hands on no more junk than what was new to it, which at the next node is new or known: there it is
 * never in debt, and the rule stops padding at the first honest node without turning honest ones against each other.
 *
 *   debt  = junk - new - known (at most KNOWN_CREDIT) - TOLERATED       all of them halved every HALF_LIFE_MS
 *   score = -debt x POINTS, at least MIN_SCORE: gossipsub's P5, forgotten as the counts decay
 */
import type { Hex } from '../bytes.ts';
import type { Clock } from '../environment.ts';
import type { PeerIdText } from '../host/host.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { RefusalCode } from '../mempool/outcome.ts';
import type { Admitted } from './admission.ts';

const JUNK: ReadonlySet<RefusalCode> = new Set([
  'nonce-too-low',
  'nonce-too-far',
  'insufficient-funds',
  'insufficient-funds-cumulative',
  'replacement-underpriced',
]);

/** Memory of a minute or two: a burst is forgiven soon, a habit is not. */
const HALF_LIFE_MS = 60_000;
/** Two full batches of the default size, 0.1 s of signature checks: more than a lagging or reorganised state explains. */
const TOLERATED = 1_024;
/** Known transactions are proof of an honest overlap, and free to make up: beyond so many they excuse no more. */
const KNOWN_CREDIT = 1_024;
/** Of score for a transaction of debt: the graylist (-400) is four batches away, and then 30 signature checks a second. */
const POINTS = 0.25;
/** A little below the graylist, so that the way back is short. */
const MIN_SCORE = -500;
/** Peers remembered, those that left too: coming back under the same identity helps nobody. */
const MAX_PEERS = 1_024;
/** Open gaps watched, 2 MB. The oldest is judged early: who sends more than these in the time gets no more of it. */
const MAX_GAPS = 16_384;

interface Account {
  new: number;
  known: number;
  junk: number;
  /** When these were decayed last. */
  atMs: number;
}

interface Gap {
  peer: PeerIdText;
  dueAtMs: number;
}

export class Padding {
  readonly #clock: Clock;
  readonly #pool: Pick<Mempool, 'get'>;
  readonly #gapsHealWithinMs: number | undefined;
  /** Those touched last are last. */
  readonly #accounts = new Map<PeerIdText, Account>();
  /** Oldest first. */
  readonly #gaps = new Map<Hex, Gap>();

  /** @param gapsHealWithinMs in which reconciliation brings what exists anywhere; undefined: there is none. */
  constructor(clock: Clock, pool: Pick<Mempool, 'get'>, gapsHealWithinMs: number | undefined) {
    this.#clock = clock;
    this.#pool = pool;
    this.#gapsHealWithinMs = gapsHealWithinMs;
  }

  /** What became of a message this peer was the first to bring. True: it is mostly padding, not to be forwarded whole. */
  judge(peer: PeerIdText, results: readonly Admitted[]): boolean {
    const nowMs = this.#clock.nowMs();
    this.#judgeGaps(nowMs);
    const count = { new: 0, known: 0, junk: 0, gaps: 0 };
    for (const { outcome } of results) {
      if (outcome.status === 'refused') {
        if (outcome.code === 'known') count.known++;
        else if (JUNK.has(outcome.code)) count.junk++;
      } else if (this.#pool.get(outcome.hash)?.status === 'queued') {
        count.gaps++;
        this.#watch(outcome.hash, peer, nowMs);
      } else count.new++;
    }
    const account = this.#touch(peer, nowMs);
    account.new += count.new;
    account.known += count.known;
    account.junk += count.junk;
    return count.junk + count.gaps > count.new;
  }

  /** 0 for who does not pad; never above. */
  score(peer: PeerIdText): number {
    const account = this.#accounts.get(peer);
    if (account === undefined) return 0;
    decay(account, this.#clock.nowMs());
    const debt = account.junk - account.new - Math.min(account.known, KNOWN_CREDIT) - TOLERATED;
    return debt <= 0 ? 0 : Math.max(MIN_SCORE, -debt * POINTS);
  }

  #watch(hash: Hex, peer: PeerIdText, nowMs: number): void {
    if (this.#gapsHealWithinMs === undefined || this.#gaps.has(hash)) return;
    this.#gaps.set(hash, { peer, dueAtMs: nowMs + this.#gapsHealWithinMs });
  }

  /** One that left the pool may have been filled before: it is forgiven. */
  #judgeGaps(nowMs: number): void {
    for (const [hash, { peer, dueAtMs }] of this.#gaps) {
      if (dueAtMs > nowMs && this.#gaps.size <= MAX_GAPS) return;
      this.#gaps.delete(hash);
      if (this.#pool.get(hash)?.status === 'queued') this.#touch(peer, nowMs).junk++;
    }
  }

  #touch(peer: PeerIdText, nowMs: number): Account {
    const account = this.#accounts.get(peer) ?? { new: 0, known: 0, junk: 0, atMs: nowMs };
    decay(account, nowMs);
    this.#accounts.delete(peer);
    this.#accounts.set(peer, account);
    if (this.#accounts.size > MAX_PEERS) {
      const longestAgo = this.#accounts.keys().next();
      if (!longestAgo.done) this.#accounts.delete(longestAgo.value);
    }
    return account;
  }
}

function decay(account: Account, nowMs: number): void {
  const factor = 0.5 ** ((nowMs - account.atMs) / HALF_LIFE_MS);
  account.new *= factor;
  account.known *= factor;
  account.junk *= factor;
  account.atMs = nowMs;
}
