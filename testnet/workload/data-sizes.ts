/** How much calldata a transaction carries. */
import { logNormal, streamOf, uniform } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MAX_DATA_BYTES } from '../scenario/workload-fields.ts';
import { weighted } from './draw.ts';
import { rowsOf } from './trace.ts';

/** Bytes of the transaction of an index; asked for one index after the other. */
export function dataSizes({
  seed,
  workload,
}: Pick<Scenario, 'seed' | 'workload'>): (index: number) => number {
  const { dataBytes, dataDistribution, dataSpreadBytes, dataSizes: list } = workload;
  if (workload.arrivals === 'trace') {
    const rows = rowsOf(workload);
    return (index) => rows[index]![1];
  }
  const random = streamOf(seed, 'calldata size');
  const whole = (bytes: number): number => Math.min(MAX_DATA_BYTES, Math.max(0, Math.round(bytes)));
  switch (dataDistribution) {
    case 'fixed':
      return () => dataBytes;
    case 'uniform':
      return () => whole(uniform(random, dataBytes - dataSpreadBytes, dataBytes + dataSpreadBytes));
    case 'log-normal':
      return () => whole(logNormal(random, dataBytes, dataSpreadBytes));
    case 'list': {
      const sizes = list ?? [[dataBytes, 1]];
      const draw = weighted(sizes.map(([, weight]) => weight));
      return () => sizes[draw(random)]![0];
    }
  }
}
