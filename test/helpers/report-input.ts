/** What a report is made from, complete, for any record. */
import type { ExperimentRecord } from '../../testnet/measure/record.ts';
import { summarize } from '../../testnet/measure/summarize.ts';
import type { PageInput } from '../../testnet/report/page.ts';
import type { RunMeta } from '../../testnet/report/run-meta.ts';
import { checkExpectations } from '../../testnet/scenario/expect.ts';

export const META: RunMeta = {
  versions: { txgossip: '0.1.0', node: '24.0.0', libp2p: '3.3.0', gossipsub: '17.1.0' },
  commit: 'c0ffee0000000000000000000000000000000000',
  machine: { cpus: 2, cpuModel: 'Some Processor', memoryBytes: 8e9, platform: 'linux x64 6.1.0' },
  invokedAt: '2026-01-02T03:04:05.000Z',
};

export function pageInput(record: ExperimentRecord, some: Partial<PageInput> = {}): PageInput {
  const { summary, details } = summarize(record);
  return {
    name: 'sixty-nodes-flood',
    description: 'A flood over a ring with chords, to see how far it comes.',
    scenarioYaml: `name: sixty-nodes-flood\nseed: ${record.seed}\nnodes:\n  count: ${record.traces.length}\n`,
    summary,
    details,
    expectations: checkExpectations(
      {
        'coverage.min': '>= 0.9',
        'latencyMs.p50': '< 800',
        'bytes.total': '> 0',
        conserved: true,
        redundancy: '< 2',
      },
      summary,
    ),
    meta: META,
    ...some,
  };
}
