import assert from 'node:assert/strict';

import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';

import { simulatedKey } from '../../../../../testnet/networks/simulated/simulated-key.ts';
import { SimulatedPeerStore } from '../../../../../testnet/networks/simulated/simulated-peer-store.ts';
import { streamOf } from '../../../../../testnet/random.ts';

describe('SimulatedPeerStore', () => {
  it('merges, patches, lists and forgets what it is told of a peer', async () => {
    const store = new SimulatedPeerStore();
    const id = peerIdFromPrivateKey(await simulatedKey(streamOf(1)));
    await assert.rejects(store.get(id), { name: 'NotFoundError' });
    assert.equal(await store.has(id), false);
    await store.merge(id, { multiaddrs: [multiaddr('/memory/1')], tags: { a: { value: 1 }, b: {} } });
    await store.merge(id, {
      multiaddrs: [multiaddr('/memory/1'), multiaddr('/memory/2')],
      tags: { b: undefined },
    });
    const peer = await store.get(id);
    assert.deepEqual(
      peer.addresses.map((address) => address.multiaddr.toString()),
      ['/memory/1', '/memory/2'],
    );
    assert.deepEqual([...peer.tags], [['a', { value: 1 }]]);
    await store.patch(id, { protocols: ['/x'], multiaddrs: [multiaddr('/memory/3')] });
    assert.equal((await store.getInfo(id)).multiaddrs.toString(), '/memory/3');
    assert.deepEqual([...(await store.get(id)).tags.keys()], ['a']);
    assert.equal((await store.all({ filters: [({ protocols }) => protocols.includes('/x')] })).length, 1);
    assert.equal(await store.consumePeerRecord(), false);
    await store.delete(id);
    assert.equal(await store.has(id), false);
  });
});
