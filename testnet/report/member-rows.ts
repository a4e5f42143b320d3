/** What the terminal says of membership. */
import type { Details } from '../measure/details.ts';
import type { Summary } from '../measure/summary.ts';
import { bytes, count, milliseconds, NEVER, NOT_MEASURED, percent, ratio } from './format.ts';

/** Nothing where nobody kept a membership. */
export function memberRows(summary: Summary, { membership: kept }: Details): [name: string, value: string][] {
  if (kept === null) return [];
  const { membership, connections, timeToConnectedMs } = summary;
  const { deaths, overBefore, detectionMs, foundBy, falseDeaths, falseSuspicions, links } = membership;
  const { first, all } = detectionMs;
  const found = Object.entries(foundBy).flatMap(([by, times]) => (times ? [`${count(times)} ${by}`] : []));
  const ifNull = deaths === overBefore ? NOT_MEASURED : NEVER;
  const time = (value: number | null) => milliseconds(value, ifNull);
  return [
    [
      'connections',
      `mean ${ratio(connections.mean)}, ${count(connections.min)} to ${count(connections.max)}; all connected after ${milliseconds(timeToConnectedMs.connected)}, meshed after ${milliseconds(timeToConnectedMs.meshed)}`,
    ],
    [
      'deaths',
      deaths === 0
        ? 'none'
        : `${count(deaths)}, found after ${time(first.p50)} (max ${time(first.max)}), known to all after ${time(all.p50)} (max ${time(all.max)}), ${count(overBefore)} over before${found.length === 0 ? '' : `; ${found.join(', ')}`}`,
    ],
    [
      'false alarms',
      `per node-hour ${ratio(falseDeaths)} dead, ${ratio(falseSuspicions)} suspected; ${count(links.cut)} links found cut, ${count(links.slow)} slow; ${percent(membership.complete)} of the living hold each other alive at the end`,
    ],
    [
      'membership',
      `${ratio(membership.messagesPerNodeSecond)} messages, ${bytes(membership.bytesPerNodeSecond)} sent per node and second`,
    ],
  ];
}
