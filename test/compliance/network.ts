/**
 * What every Network promises (testnet/networks/network.ts), held against any backend: the same steps, in real or in
 * virtual time, with nothing of a network but its interface.
 */
import assert from 'node:assert/strict';
import { lineCompliance } from './network-line.ts';
import { membershipCompliance } from './network-membership.ts';
import { NetworkUnderTest, type NetworkBackend } from './network-under-test.ts';

export function networkCompliance(name: string, backend: NetworkBackend): void {
  const net = new NetworkUnderTest(backend);
  const { bytesBalance } = net;

  describe(`${name} keeps the contract of a network`, function () {
    // Several waits of the backend's patience in one test.
    this.timeout(180_000);

    afterEach(async () => {
      if (backend.countsLinkBytes) await bytesBalance();
      else assert.equal(net.network.underWayBytes(), null);
    });

    lineCompliance(net);
    membershipCompliance(net);
  });
}
