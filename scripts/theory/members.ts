/**
 * SWIM by arithmetic (Das, Gupta, Motivala 2002), against the state machine that nodes run (member-network.ts).
 *
 *   detection       each of N - 1 living members pings one of the N - 1 others by chance each period, so a dead one is
 *                   pinged in a period with probability 1 - (1 - 1/(N-1))^(N-1): its inverse is the mean number of periods
 *   false alarms    a probe fails when ping or answer is lost, and with each of k helpers one of four messages
 *   load            a ping and an answer a member and period, and a digest now and then, whatever N
 *   dissemination   whoever knows tells `fanout` others each tick, so those who know multiply: some log N ticks
 */
import { defaultMembershipOptions } from '../../src/peers/membership/options.ts';
import { MemberNetwork } from './member-network.ts';

const { periodMs, exchangeMs } = defaultMembershipOptions;

const LOSS = 0.05;
/** Members of the networks that lose messages. */
const LOSSY_MEMBERS = 20;
/** All are pinged by chance, as theory has it, and not in rounds. */
const BY_CHANCE = { order: 'uniform' } as const;

export function expectedDetection(members: number): number {
  const others = members - 1;
  return 1 / (1 - (1 - 1 / others) ** others);
}

/** In the how manieth period after its death a member is pinged first. */
export function measureDetection(seed: number, members: number, order: 'uniform' | 'shuffled'): number {
  const network = new MemberNetwork({ seed, members, options: { order } });
  // Rounds of a shuffled order are under way, and the dead is no one in particular.
  const killAtMs = (1 + (seed % 7)) * periodMs;
  network.runUntil(killAtMs);
  const dead = seed % members;
  network.silence(dead);
  let foundMs: number | undefined;
  network.onPing = (_from, to) => {
    if (to === dead) foundMs ??= network.nowMs;
  };
  network.runUntil(Infinity, () => foundMs !== undefined);
  return Math.floor((foundMs! - killAtMs) / periodMs) + 1;
}

export function expectedFalseAlarms(helpers: number): number {
  return (1 - (1 - LOSS) ** 2) * (1 - (1 - LOSS) ** 4) ** helpers;
}

export interface FalseAlarms {
  probes: number;
  /** Probes that neither the member nor those asked answered: it is suspected. */
  failed: number;
  /** Living members declared dead, because they did not contradict in time. */
  declaredDead: number;
}

export function measureFalseAlarms(seed: number, helpers: number, periods: number): FalseAlarms {
  const network = new MemberNetwork({
    seed,
    members: LOSSY_MEMBERS,
    loss: LOSS,
    options: { ...BY_CHANCE, helpers },
  });
  network.runUntil(periods * periodMs);
  const sum = { probes: 0, failed: 0 };
  for (const { probes } of network.nodes) {
    sum.probes += probes.begun;
    sum.failed += probes.failed;
  }
  return { ...sum, declaredDead: network.told.filter(({ member }) => member.state === 'dead').length };
}

export interface Load {
  /** Sent by a member in a period. */
  messages: number;
  bytes: number;
}

/** Messages: a ping and an answer, and a digest each exchange. */
export const EXPECTED_MESSAGES = 2 + periodMs / exchangeMs;

export function measureLoad(seed: number, members: number, periods: number): Load {
  const network = new MemberNetwork({ seed, members });
  // What all said of themselves when they began has been told.
  const fromMs = 10 * periodMs;
  network.runUntil(fromMs);
  const before = { messages: network.messages, bytes: network.bytes };
  network.runUntil(fromMs + periods * periodMs);
  const share = 1 / members / periods;
  return {
    messages: (network.messages - before.messages) * share,
    bytes: (network.bytes - before.bytes) * share,
  };
}

/** As long as half a tick of news, so that neither hops nor ticks alone make up the time. */
const NEWS_LATENCY_MS = 100;

/**
 * From when one contradicts what is said of it until all know, ms. Who was missed by all tellings, which one in e^tellings
 * is, hears of it by the next exchange: half a minute later.
 */
export function measureDissemination(seed: number, members: number): number {
  const network = new MemberNetwork({ seed, members, latencyMs: NEWS_LATENCY_MS });
  // What all said of themselves when they began has been told.
  const fromMs = 3 * periodMs;
  network.runUntil(fromMs);
  const [accused, accuser] = [0, 1];
  const ill = {
    peer: network.nameOf(accused),
    state: 'suspect',
    incarnation: 0,
    addresses: [],
    by: [],
  } as const;
  network.tell(accused, (swim, nowMs) => {
    swim.heard(network.nameOf(accuser), { kind: 'news', updates: [ill] }, nowMs);
  });
  // The first that may not know; all before it do.
  let unaware = 1;
  const allKnow = (): boolean => {
    while (unaware < members && network.nodes[unaware]!.get(ill.peer)?.incarnation === 1) unaware++;
    return unaware === members;
  };
  network.runUntil(fromMs + 2 * exchangeMs, allKnow);
  if (!allKnow()) throw new Error(`member ${unaware} of ${members} has not heard in ${2 * exchangeMs} ms`);
  return network.nowMs - fromMs;
}

/** Least squares of y over x: its slope, and the share of the variance it explains. */
export function linearFit(points: readonly (readonly [x: number, y: number])[]): {
  slope: number;
  r2: number;
} {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  return { slope: xy / xx, r2: xy ** 2 / (xx * yy) };
}
