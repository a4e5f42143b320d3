/**
 * What every Host promises (src/host/host.ts), held against any implementation. Time may be real or virtual: the
 * suite never waits by itself, and it acts on a host only through `act`.
 */
import { connectionsCompliance } from './host-connections.ts';
import { pingsCompliance } from './host-pings.ts';
import { streamsCompliance } from './host-streams.ts';
import { HostsUnderTest, type HostPair } from './hosts-under-test.ts';

export type { HostPair };

export function hostCompliance(name: string, createPair: () => Promise<HostPair>): void {
  const hosts = new HostsUnderTest(createPair);

  describe(`${name} keeps the contract of a host`, () => {
    beforeEach(() => hosts.create());
    afterEach(() => hosts.pair.cleanup());

    connectionsCompliance(hosts);
    streamsCompliance(hosts);
    pingsCompliance(hosts);
  });
}
