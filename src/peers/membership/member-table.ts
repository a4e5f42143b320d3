/** What this node holds of the others. */
import type { PeerIdText } from '../../host/host.ts';
import type { MemberCause, MemberState } from '../../telemetry/trace.ts';
import { isLiving, type Update } from './update.ts';

/** As others in this node are told of it. */
export interface MemberInfo {
  readonly peer: PeerIdText;
  readonly state: MemberState;
  readonly incarnation: number;
  /** Of the state, by the node's clock. */
  readonly sinceMs: number;
  /** Who said so; null: found out by this node. */
  readonly by: PeerIdText | null;
  readonly cause: MemberCause;
  /** Multiaddrs without /p2p/: where it was reached, then where it says it is, which is not verified. */
  readonly addresses: readonly string[];
}

export interface Suspicion {
  sinceMs: number;
  accusers: PeerIdText[];
  /** This node got no answer itself. */
  isOwn: boolean;
}

export interface Member extends MemberInfo {
  state: MemberState;
  incarnation: number;
  sinceMs: number;
  by: PeerIdText | null;
  cause: MemberCause;
  addresses: readonly string[];
  /** Where we reached it last, unless it moved or dials us since (places.ts). */
  dialledAt: string | undefined;
  /** A connection is open. */
  connected: boolean;
  /** It has said something over it. */
  spoke: boolean;
  /** It speaks the protocol, and can be sent to. */
  greeted: boolean;
  suspicion: Suspicion | undefined;
  /** Said of a neighbour that we hear from, and to be found out. */
  accusation: Update | undefined;
  /** What it has to hear to count up beyond it: it was held dead, and is here. */
  grudge: Update | undefined;
  link: 'good' | 'slow' | 'cut';
  /** Answers in time since the last late one. */
  inTime: number;
  /** When it was last looked into, listed to, and lost its connection; -Infinity: never. */
  lookedIntoMs: number;
  listedMs: number;
  lostMs: number;
  /** When the connection that is open was. */
  connectedMs: number;
  /** It is to be sent all we hold, once it can be. */
  owesList: boolean;
  readonly hash: number;
}

export class MemberTable {
  readonly #maxMembers: number;
  readonly #members = new Map<PeerIdText, Member>();
  #digest = 0;
  #living = 0;

  constructor(maxMembers: number) {
    this.#maxMembers = maxMembers;
  }

  get(peer: PeerIdText): Member | undefined {
    return this.#members.get(peer);
  }

  /** In the order they were first heard of. */
  all(): IterableIterator<Member> {
    return this.#members.values();
  }

  /** Alive or suspect. */
  get living(): number {
    return this.#living;
  }

  /** Of who lives and in which incarnation, in 32 bits, whatever the order: nodes that hold the same have the same. */
  digest(self: PeerIdText, incarnation: number): number {
    return (this.#digest ^ mixed(hashOf(self), incarnation)) >>> 0;
  }

  /** Undefined when there is no room: the longest dead makes some, the living do not, unless it is a neighbour. */
  add(
    peer: PeerIdText,
    state: MemberState,
    incarnation: number,
    nowMs: number,
    isNeighbour: boolean,
  ): Member | undefined {
    if (this.#members.size >= this.#maxMembers) {
      const gone = this.#longestGone();
      if (gone !== undefined) this.remove(gone);
      else if (!isNeighbour) return undefined;
    }
    const member: Member = {
      peer,
      state,
      incarnation,
      sinceMs: nowMs,
      by: null,
      cause: 'joined',
      addresses: [],
      dialledAt: undefined,
      connected: isNeighbour,
      spoke: false,
      greeted: false,
      suspicion: undefined,
      accusation: undefined,
      grudge: undefined,
      link: 'good',
      inTime: 0,
      lookedIntoMs: -Infinity,
      listedMs: -Infinity,
      lostMs: -Infinity,
      connectedMs: nowMs,
      owesList: false,
      hash: hashOf(peer),
    };
    this.#members.set(peer, member);
    this.#count(member, 1);
    return member;
  }

  remove(member: Member): void {
    this.#members.delete(member.peer);
    this.#count(member, -1);
  }

  /** The one way to change these two. */
  set(member: Member, state: MemberState, incarnation: number): void {
    this.#count(member, -1);
    member.state = state;
    member.incarnation = incarnation;
    this.#count(member, 1);
  }

  /** Those gone since before `beforeMs` are forgotten. */
  forget(beforeMs: number): void {
    for (const member of this.#members.values())
      if (!isLiving(member.state) && !member.connected && member.sinceMs < beforeMs) this.remove(member);
  }

  #count({ state, hash, incarnation }: Member, by: 1 | -1): void {
    if (!isLiving(state)) return;
    this.#living += by;
    this.#digest ^= mixed(hash, incarnation);
  }

  #longestGone(): Member | undefined {
    let found: Member | undefined;
    for (const member of this.#members.values()) {
      if (isLiving(member.state) || member.connected) continue;
      if (found === undefined || member.sinceMs < found.sinceMs) found = member;
    }
    return found;
  }
}

/** FNV-1a of the text. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3 over both. */
function mixed(hash: number, incarnation: number): number {
  let value = hash ^ Math.imul(incarnation + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
