/** Who sends: the sender of each transaction, as a place in the order of senders that the seed shuffles. */
import { int, shuffle, streamOf } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { zipf } from './draw.ts';
import { rowsOf } from './trace.ts';

export interface Senders {
  /** Account of each place. */
  accounts: number[];
  /** Place of the sender of the transaction of an index; asked for one index after the other. */
  placeOf: (index: number) => number;
}

export function senders({ seed, workload }: Pick<Scenario, 'seed' | 'workload'>): Senders {
  const { senders: count, senderChoice, senderExponent } = workload;
  const accounts = shuffle(
    streamOf(seed, 'senders'),
    Array.from({ length: count }, (_, account) => account),
  );
  if (workload.arrivals === 'trace') {
    const rows = rowsOf(workload);
    return { accounts, placeOf: (index) => rows[index]![2] };
  }
  const random = streamOf(seed, 'sender choice');
  switch (senderChoice) {
    case 'turns':
      return { accounts, placeOf: (index) => index % count };
    case 'uniform':
      return { accounts, placeOf: () => int(random, count) };
    case 'zipf': {
      const draw = zipf(count, senderExponent);
      return { accounts, placeOf: () => draw(random) };
    }
  }
}
