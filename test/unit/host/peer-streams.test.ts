import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId, Stream, Topology } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import type { Host } from '../../../src/host/host.ts';
import { PeerStreams } from '../../../src/host/peer-streams.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

describe('PeerStreams', () => {
  let peerId: PeerId;
  before(async () => {
    peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
  });

  it('says when who is told of a peer fails, and opens that peer no second stream', async () => {
    const clock = new ManualClock();
    const bug = new Error('a bug');
    const errors: unknown[] = [];
    let topology: Topology | undefined;
    let opened = 0;
    const host = {
      gossipComponents: {
        registrar: {
          register: (_protocol: string, registered: Topology) => {
            topology = registered;
            return Promise.resolve('');
          },
          unregister: () => undefined,
        },
      },
      connections: () => [],
      handle: () => Promise.resolve(),
      unhandle: () => Promise.resolve(),
      openStream: () => {
        opened++;
        const stream = Object.assign(new EventTarget(), { abort: () => undefined });
        return Promise.resolve(stream as unknown as Stream);
      },
    };
    const streams = new PeerStreams({
      host: host as unknown as Host,
      clock,
      protocol: '/test/1',
      maxUnsentBytes: 1000,
      onPeer: () => {
        throw bug;
      },
      onGone: () => undefined,
      reader: () => () => undefined,
      onFault: (_peer, fault) => assert.fail(fault),
      onError: (error) => void errors.push(error),
    });
    await streams.start();
    void topology!.onConnect!(peerId, undefined as never);
    for (let seconds = 0; seconds < 5; seconds++) {
      await new Promise(setImmediate);
      clock.advance(1000);
    }
    assert.deepEqual(errors, [bug]);
    assert.equal(opened, 1);
    assert.deepEqual(streams.peers(), [peerId.toString()]);
    await streams.stop();
  });
});
