/**
 * Living nodes that others held dead, or suspected. A node lives, for whoever holds it dead, when it is up and computes
 * and some way leads there, over whatever links are not cut and nodes that live; and when that was so for a while
 * already, since what was true a moment ago is no false alarm while the news that it has ended travels.
 */
import type { MemberEvent } from '../../src/telemetry/trace.ts';
import type { Away } from './away.ts';
import type { ExperimentRecord } from './record.ts';
import type { Ways } from './ways.ts';

/** A while: within it at the latest all have heard of one who is back. */
const NEWS_TRAVELS_MS = 10_000;

export interface FalseAlarm {
  atMs: number;
  node: number;
  peer: number;
  event: MemberEvent;
}

export interface FalseAlarms {
  /** Each peer and incarnation once, however many held it dead: news travels. In the order of time. */
  deaths: FalseAlarm[];
  /** Each node's own: it had probed in vain. */
  suspicions: FalseAlarm[];
}

export function falseAlarms(record: ExperimentRecord, away: Away, ways: Ways): FalseAlarms {
  const { traces, readyAtMs, endedAtMs } = record;
  const nodeOf = new Map(traces.map(({ peerId, index }) => [peerId, index]));
  const lives = ({ node, peer, atMs }: FalseAlarm): boolean =>
    !away.between(peer, atMs - NEWS_TRAVELS_MS, atMs) &&
    ways.throughout(node, peer, atMs - NEWS_TRAVELS_MS, atMs);
  const alarms = traces.flatMap(({ index: node, events }) =>
    events.flatMap((event): FalseAlarm[] => {
      if (event.kind !== 'member' || event.atMs < readyAtMs || event.atMs > endedAtMs) return [];
      const peer = nodeOf.get(event.peer);
      return peer === undefined ? [] : [{ atMs: event.atMs, node, peer, event }];
    }),
  );
  alarms.sort((a, b) => a.atMs - b.atMs);
  const told = new Set<string>();
  return {
    deaths: alarms.filter((alarm) => {
      if (alarm.event.state !== 'dead' || !lives(alarm)) return false;
      const episode = `${alarm.peer} ${alarm.event.incarnation}`;
      const isNew = !told.has(episode);
      told.add(episode);
      return isNew;
    }),
    suspicions: alarms.filter(
      (alarm) => alarm.event.state === 'suspect' && alarm.event.by === null && lives(alarm),
    ),
  };
}
