/**
 * Probes under way, one a member: a ping, then k others are asked. Says how each ended; what that means is not decided
 * here.
 */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { Action, Reach } from './actions.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member } from './member-table.ts';
import type { MembershipOptions } from './options.ts';
import { sample } from './sample.ts';

/** A ping that was given up on is left open for so many time-outs: answered late, it tells slow from dead. */
const LATE_TIMEOUTS = 3;

/**
 * Round trips of a dial (TCP, the agreement on noise, noise, identify), where a ping takes one: on a machine that is busy
 * each of them takes as long as a ping.
 */
const DIAL_ROUND_TRIPS = 4;

/** How a probe ended. `late`: after the time for it. */
export type Outcome =
  | { kind: 'answered'; late: boolean }
  /** Others reach it. */
  | { kind: 'cut' }
  /** Its address refuses us. */
  | { kind: 'refused' }
  | { kind: 'failed'; cause: 'refused' | 'silent' | 'unreachable' };

interface Probe {
  member: Member;
  id: number;
  /** ping: over our connection. reach: by a dial. ask: others. */
  phase: 'ping' | 'reach' | 'ask';
  deadlineMs: number;
  /** Of those asked; undefined while they have not answered. */
  answers: Map<PeerIdText, Reach | undefined>;
  /** What we found ourselves. */
  own: Reach;
}

export interface ProberInit {
  random: Random;
  options: MembershipOptions;
  health: LocalHealth;
  act: (action: Action) => void;
  nextId: () => number;
  /** Who can be asked about this one. */
  helpers: (about: Member) => Member[];
  onEnd: (member: Member, outcome: Outcome, nowMs: number) => void;
}

export class Prober {
  readonly #init: ProberInit;
  readonly #probes = new Map<PeerIdText, Probe>();
  /** Begun, and those of them that nobody answered in time, whoever was asked. */
  begun = 0;
  failed = 0;

  constructor(init: ProberInit) {
    this.#init = init;
  }

  isProbing({ peer }: Member): boolean {
    return this.#probes.has(peer);
  }

  /** Of who is connected. */
  ping(member: Member, nowMs: number): void {
    const { act, options, health } = this.#init;
    const timeoutMs = options.timeoutMs * health.stretch;
    const { id } = this.#begin(member, 'ping', nowMs + timeoutMs, 'silent');
    act({ do: 'ping', peer: member.peer, id, giveUpMs: LATE_TIMEOUTS * timeoutMs });
  }

  /** Of who is not, by its addresses. */
  reach(member: Member, nowMs: number): void {
    const { act, options, health } = this.#init;
    const timeoutMs = DIAL_ROUND_TRIPS * options.timeoutMs * health.stretch;
    // Whoever does it keeps the time; this is for when it does not.
    const { id } = this.#begin(member, 'reach', nowMs + timeoutMs + options.timeoutMs, 'unreachable');
    const { peer, addresses } = member;
    act({ do: 'reach', peer, id, addresses, timeoutMs });
  }

  /** We have tried: others are asked at once. */
  ask(member: Member, own: Reach, nowMs: number): void {
    this.#ask(this.#begin(member, 'ask', nowMs, own), nowMs);
  }

  /** A ping was answered. */
  ponged(member: Member, id: number, nowMs: number): void {
    const probe = this.#probes.get(member.peer);
    const late = probe?.id !== id || probe.phase !== 'ping';
    // What comes late also ends the probe that follows it: it lives.
    if (probe !== undefined) this.#end(probe);
    this.#init.onEnd(member, { kind: 'answered', late }, nowMs);
  }

  /** Whether a dial of our own has ended with it. */
  reached(peer: PeerIdText, id: number, reach: Reach, nowMs: number): void {
    const probe = this.#probes.get(peer);
    if (probe?.id !== id || probe.phase !== 'reach') return;
    probe.own = reach === 'unknown' ? 'unreachable' : reach;
    if (reach === 'reached') this.#answered(probe, nowMs);
    else if (reach === 'refused') {
      this.#end(probe);
      this.#init.onEnd(probe.member, { kind: 'refused' }, nowMs);
    } else this.#ask(probe, nowMs);
  }

  /** One of those asked has answered. */
  answered(helper: PeerIdText, id: number, reach: Reach, nowMs: number): void {
    for (const probe of this.#probes.values()) {
      if (probe.id !== id || !probe.answers.has(helper)) continue;
      probe.answers.set(helper, reach);
      // The answer to our own ping is waited for till the end.
      if (probe.own === 'silent') continue;
      const isSettled = reach === 'reached' || ![...probe.answers.values()].includes(undefined);
      if (isSettled) this.#conclude(probe, nowMs);
    }
  }

  /** It is connected, gone, or dead: what is under way is about something else. */
  forget({ peer }: Member): void {
    this.#probes.delete(peer);
  }

  tick(nowMs: number): void {
    for (const probe of [...this.#probes.values()]) {
      if (probe.deadlineMs > nowMs || this.#probes.get(probe.member.peer) !== probe) continue;
      if (probe.phase === 'ask') this.#conclude(probe, nowMs);
      else this.#ask(probe, nowMs);
    }
  }

  nextMs(): number {
    let nextMs = Infinity;
    for (const { deadlineMs } of this.#probes.values()) nextMs = Math.min(nextMs, deadlineMs);
    return nextMs;
  }

  /** Nothing was heard for so long because this process stood still. */
  postpone(byMs: number): void {
    for (const probe of this.#probes.values()) probe.deadlineMs += byMs;
  }

  #begin(member: Member, phase: Probe['phase'], deadlineMs: number, own: Reach): Probe {
    this.begun++;
    const probe: Probe = { member, id: this.#init.nextId(), phase, deadlineMs, answers: new Map(), own };
    this.#probes.set(member.peer, probe);
    return probe;
  }

  #ask(probe: Probe, nowMs: number): void {
    const { random, options, health, act, helpers } = this.#init;
    const { member, id } = probe;
    probe.phase = 'ask';
    // Also where nobody can be asked: the same time again for a late answer.
    probe.deadlineMs = nowMs + options.timeoutMs * health.stretch;
    const { peer, addresses } = member;
    for (const helper of sample(helpers(member), options.helpers, random)) {
      probe.answers.set(helper.peer, undefined);
      act({ do: 'send', peer: helper.peer, message: { kind: 'ask', id, peer, addresses } });
    }
    if (probe.answers.size === 0 && probe.own !== 'silent') this.#conclude(probe, nowMs);
  }

  #conclude(probe: Probe, nowMs: number): void {
    if ([...probe.answers.values()].includes('reached')) {
      this.#end(probe);
      this.#init.onEnd(probe.member, { kind: 'cut' }, nowMs);
    } else this.#fail(probe, nowMs);
  }

  #answered(probe: Probe, nowMs: number): void {
    this.#end(probe);
    this.#init.onEnd(probe.member, { kind: 'answered', late: false }, nowMs);
  }

  #fail(probe: Probe, nowMs: number): void {
    const { health, onEnd } = this.#init;
    const answers = [...probe.answers.values()];
    this.failed++;
    // Those asked say that they got no answer either: then it is not us. (Lifeguard's nack.)
    if (probe.own === 'silent')
      health.worse(answers.length === 0 ? 1 : answers.filter((answer) => answer === undefined).length);
    this.#end(probe);
    const isRefused = probe.own === 'refused' || answers.includes('refused');
    const isSilent = probe.own === 'silent' || answers.includes('silent');
    const cause = isRefused ? 'refused' : isSilent ? 'silent' : 'unreachable';
    onEnd(probe.member, { kind: 'failed', cause }, nowMs);
  }

  #end({ member }: Probe): void {
    this.#probes.delete(member.peer);
  }
}
