/** What nodes held of each other, against what really was. Definitions: README, "Figures". */
import type { LinkEvent, MemberState, NodeCounters } from '../../src/telemetry/trace.ts';
import { Away } from './away.ts';
import { detections, detectionTimes, p50AndMax, type DetectedDeath } from './detection.ts';
import { falseAlarms, type FalseAlarm } from './false-alarms.ts';
import type { ExperimentRecord } from './record.ts';
import type { Summary } from './summary.ts';
import { Ways } from './ways.ts';

export interface MembershipDetails {
  deaths: DetectedDeath[];
  falseDeaths: FalseAlarm[];
}

export interface MembershipFigures {
  summary: Summary['membership'];
  /** Null: nobody kept a membership. */
  details: MembershipDetails | null;
}

const UNMEASURED: Summary['membership'] = {
  deaths: null,
  overBefore: null,
  detectionMs: { first: { p50: null, max: null }, all: { p50: null, max: null } },
  foundBy: { refused: null, silent: null, unreachable: null, told: null },
  falseDeaths: null,
  falseSuspicions: null,
  links: { cut: null, slow: null },
  complete: null,
  messagesPerNodeSecond: null,
  bytesPerNodeSecond: null,
};

export function membership(record: ExperimentRecord): MembershipFigures {
  const { traces, readyAtMs, endedAtMs } = record;
  if (!traces.some(({ events }) => events.some(({ kind }) => kind === 'member'))) {
    return { summary: UNMEASURED, details: null };
  }
  const away = new Away(record);
  const deaths = detections(record, away);
  const { first, all } = detectionTimes(deaths, endedAtMs);
  const foundBy = { refused: 0, silent: 0, unreachable: 0, told: 0 };
  for (const { cause } of deaths)
    if (cause !== null && cause in foundBy) foundBy[cause as keyof typeof foundBy]++;
  const alarms = falseAlarms(record, away, new Ways(record, away));
  const hours =
    traces.reduce((sum, { index }) => sum + away.livedMs(index, readyAtMs, endedAtMs), 0) / 3_600_000;
  const perHour = (count: number): number | null => (hours === 0 ? null : count / hours);
  return {
    summary: {
      deaths: deaths.length,
      overBefore: deaths.length - all.count,
      detectionMs: { first: p50AndMax(first), all: p50AndMax(all) },
      foundBy,
      falseDeaths: perHour(alarms.deaths.length),
      falseSuspicions: perHour(alarms.suspicions.length),
      links: { cut: judgedLinks(record, 'cut'), slow: judgedLinks(record, 'slow') },
      complete: completeness(record, away),
      ...load(record, away),
    },
    details: { deaths, falseDeaths: alarms.deaths },
  };
}

/** How often a node found so of a neighbour, while measured. */
function judgedLinks({ traces, readyAtMs, endedAtMs }: ExperimentRecord, as: LinkEvent['state']): number {
  return traces.reduce(
    (sum, { events }) =>
      sum +
      events.filter(
        (event) =>
          event.kind === 'link' && event.state === as && event.atMs >= readyAtMs && event.atMs <= endedAtMs,
      ).length,
    0,
  );
}

/** Share of (living node, other living node) pairs in which the one holds the other alive at the end. */
function completeness({ traces, endedAtMs, downtimes = [] }: ExperimentRecord, away: Away): number | null {
  const living = traces.filter(({ index }) => !away.at(index, endedAtMs));
  if (living.length < 2) return null;
  let held = 0;
  for (const { index, events } of living) {
    const livesSinceMs = Math.max(
      -Infinity,
      ...downtimes.flatMap(({ node, untilMs }) => (node === index && untilMs !== null ? [untilMs] : [])),
    );
    const states = new Map<string, MemberState>();
    for (const event of events) {
      if (event.kind === 'member' && event.atMs >= livesSinceMs && event.atMs <= endedAtMs)
        states.set(event.peer, event.state);
    }
    for (const { index: other, peerId } of living) {
      if (other !== index && states.get(peerId) === 'alive') held++;
    }
  }
  return held / (living.length * (living.length - 1));
}

/** What a node sends, over those that lived all the time: of a process that was killed nobody knows what it counted last. */
function load(
  { traces, before, after, readyAtMs, endedAtMs }: ExperimentRecord,
  away: Away,
): Pick<Summary['membership'], 'messagesPerNodeSecond' | 'bytesPerNodeSecond'> {
  const steady = traces.flatMap(({ index }) => (away.between(index, readyAtMs, endedAtMs) ? [] : [index]));
  const nodeSeconds = (steady.length * (endedAtMs - readyAtMs)) / 1000;
  if (nodeSeconds === 0) return { messagesPerNodeSecond: null, bytesPerNodeSecond: null };
  const counted = (of: (counters: NodeCounters) => number): number =>
    steady.reduce((sum, node) => sum + of(after[node]!.counters) - of(before[node]!.counters), 0);
  return {
    messagesPerNodeSecond: counted(({ memberMessagesSent }) => memberMessagesSent) / nodeSeconds,
    bytesPerNodeSecond: counted(({ sent }) => sent.members) / nodeSeconds,
  };
}
