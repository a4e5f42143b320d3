/** Fields of `workload` that are right each by itself and cannot be had together. */
import type { z } from 'zod';

import type { Contradiction } from './contradictions.ts';
import type { workload as fields } from './workload-fields.ts';

type Workload = z.infer<typeof fields>;

/** `groups`: names of the groups of nodes there are. */
export function workloadContradictions(
  workload: Workload,
  nodes: number,
  groups: readonly string[],
): Contradiction[] {
  return [
    ...arrivalContradictions(workload),
    ...dataContradictions(workload),
    ...entryContradictions(workload, nodes, groups),
    ...(workload.duplicates.share > 0 && workload.duplicates.copies >= nodes
      ? [
          at(
            ['duplicates', 'copies'],
            `each copy goes to another node, so there can be ${nodes - 1} with ${nodes} nodes: lower it`,
          ),
        ]
      : []),
  ];
}

function at(path: (string | number)[], message: string): Contradiction {
  return { path: ['workload', ...path], message };
}

function arrivalContradictions(workload: Workload): Contradiction[] {
  const { arrivals, trace, ramp, durationMs, transactions, senders } = workload;
  if (arrivals === 'trace' && trace === null) {
    return [at(['arrivals'], 'arrivals trace needs workload.trace, the name of a CSV file')];
  }
  if (arrivals !== 'trace' && trace !== null) {
    return [
      at(
        ['trace'],
        `a trace contradicts arrivals ${arrivals}: set workload.arrivals to trace, or leave it out`,
      ),
    ];
  }
  if (Array.isArray(trace)) {
    const index = trace.findIndex(([, , sender]) => sender >= senders);
    return index === -1
      ? []
      : [
          at(
            ['trace', index, 2],
            `there is no such sender: raise workload.senders above ${trace[index]![2]}`,
          ),
        ];
  }
  if (transactions === null && durationMs === null && arrivals !== 'trace') {
    return [at(['transactions'], 'nothing says when to stop: write a number, or set workload.durationMs')];
  }
  if (arrivals === 'ramp' && ramp.fromPerSecond + ramp.toPerSecond === 0) {
    return [at(['ramp'], 'a ramp from 0 to 0 submits nothing: raise ramp.toPerSecond')];
  }
  return [];
}

function dataContradictions(workload: Workload): Contradiction[] {
  const { dataBytes, dataDistribution, dataSpreadBytes, dataSizes } = workload;
  if (dataDistribution === 'list') {
    return dataSizes === null
      ? [at(['dataDistribution'], 'list needs workload.dataSizes, such as [[0, 6], [68, 3]]')]
      : [];
  }
  if (dataSizes !== null) {
    return [
      at(
        ['dataSizes'],
        `a list of sizes contradicts the distribution ${dataDistribution}: set workload.dataDistribution to list, or leave it out`,
      ),
    ];
  }
  if (dataDistribution === 'fixed' && dataSpreadBytes > 0) {
    return [
      at(
        ['dataSpreadBytes'],
        'has no effect while workload.dataDistribution is fixed: choose uniform or log-normal, or leave it out',
      ),
    ];
  }
  if (dataDistribution === 'uniform' && dataSpreadBytes > dataBytes) {
    return [
      at(
        ['dataSpreadBytes'],
        `sizes would fall below 0: lower it to ${dataBytes} (dataBytes) or less, or choose log-normal`,
      ),
    ];
  }
  if (dataDistribution === 'log-normal' && dataBytes === 0) {
    return [at(['dataBytes'], 'a log-normal size has a mean above 0: raise it, or choose fixed')];
  }
  return [];
}

function entryContradictions(
  { entryNodes }: Workload,
  nodes: number,
  groups: readonly string[],
): Contradiction[] {
  if (typeof entryNodes === 'number' && entryNodes > nodes) {
    return [at(['entryNodes'], `there are only ${nodes} nodes: lower it, or raise nodes.count`)];
  }
  if (typeof entryNodes === 'string' && !groups.includes(entryNodes)) {
    const known = groups.length === 0 ? 'there are no groups' : `there are ${groups.join(', ')}`;
    return [at(['entryNodes'], `no group of nodes is called "${entryNodes}"; ${known}`)];
  }
  if (!Array.isArray(entryNodes)) return [];
  return entryNodes.flatMap((node, index) => {
    if (node >= nodes) {
      return [at(['entryNodes', index], `no such node: with ${nodes} of them they are 0 to ${nodes - 1}`)];
    }
    return entryNodes.indexOf(node) < index
      ? [at(['entryNodes', index], `node ${node} is listed twice`)]
      : [];
  });
}
