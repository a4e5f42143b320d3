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
  const { begin, submit, bytesBalance } = net;

  describe(`${name} keeps the contract of a network`, function () {
    // Several waits of the backend's patience in one test.
    this.timeout(180_000);

    afterEach(async () => {
      if (backend.countsLinkBytes) await bytesBalance();
      else assert.equal(net.network.underWayBytes(), null);
    });

    lineCompliance(net);
    membershipCompliance(net);

    it(backend.deterministic ? 'has a digest of all that happened' : 'has no digest', async () => {
      await begin({ nodes: {} });
      const first = net.network.digest();
      await submit(0);
      if (backend.deterministic) {
        assert.match(first!, /^[0-9a-f]{64}$/);
        assert.notEqual(net.network.digest(), first);
      } else assert.equal(first, null);
      assert.equal(typeof net.network.droppedBytes(), 'number');
      await net.network.stop();
    });
  });
}
