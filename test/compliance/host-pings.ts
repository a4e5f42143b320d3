/** What every Host promises of pings. */
import assert from 'node:assert/strict';
import type { Host } from '../../src/host/host.ts';
import { PING_PROTOCOL } from '../../src/host/protocols.ts';
import { isConnected, type HostPair, type HostsUnderTest } from './hosts-under-test.ts';

export function pingsCompliance(hosts: HostsUnderTest): void {
  const { start, connect } = hosts;
  let pair: HostPair;
  let a: Host;
  let b: Host;
  beforeEach(() => {
    ({ pair, a, b } = hosts);
  });

  describe('pings', () => {
    const signal = new AbortController().signal;

    it('answers from either end, again and again', async () => {
      await connect();
      for (let round = 0; round < 3; round++) {
        await pair.act(0, () => a.ping(b.peerId, { signal }));
        await pair.act(1, () => b.ping(a.peerId, { signal }));
      }
    });

    it('answers as many at once as are asked for', async () => {
      await connect();
      await pair.act(0, () => Promise.all(Array.from({ length: 20 }, () => a.ping(b.peerId, { signal }))));
    });

    it('shows the observer what they cost', async () => {
      const seen = { sent: 0, received: 0 };
      a.observeStreams((protocol) => {
        if (protocol !== PING_PROTOCOL) return undefined;
        return {
          sent: (bytes) => void (seen.sent += bytes),
          received: (bytes) => void (seen.received += bytes),
        };
      });
      await connect();
      await pair.act(0, () => a.ping(b.peerId, { signal }));
      assert.deepEqual(seen, { sent: 32, received: 32 });
    });

    it('is refused without a connection, which it does not make', async () => {
      await start();
      await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal })));
      assert.deepEqual(a.connections(), []);
    });

    it('fails when the peer goes', async () => {
      await connect();
      await pair.act(1, () => b.stop());
      await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal })));
    });

    it('gives up when it is told to, and the next is answered', async () => {
      await connect();
      await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal: AbortSignal.abort() })));
      const leaving = new AbortController();
      const given = pair.act(0, () => a.ping(b.peerId, { signal: leaving.signal }));
      leaving.abort();
      await assert.rejects(given);
      await pair.act(0, () => a.ping(b.peerId, { signal }));
      assert.ok(isConnected(a, b), 'a ping given up cost the connection');
    });
  });
}
