import assert from 'node:assert/strict';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { FakeBackend, PEER_ID } from '../../helpers/rpc-backend.ts';
import { ALL_NAMESPACES, dispatcherOf, errorOf, resultOf } from '../../helpers/rpc-client.ts';

const PEER = {
  id: PEER_ID,
  name: 'txgossip/1.2.3',
  protocols: ['/meshsub/1.2.0'],
  localAddress: '/ip4/127.0.0.1/tcp/1',
  remoteAddress: '/ip4/127.0.0.1/tcp/2',
  inbound: true,
  trusted: false,
  static: true,
};

describe('rpc net, web3, admin, rpc', () => {
  let backend: FakeBackend;
  let dispatcher: Dispatcher;
  beforeEach(() => {
    backend = new FakeBackend();
    dispatcher = dispatcherOf(backend);
  });
  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);

  it('net_version is decimal text', async () => {
    assert.equal(await result('net_version'), '31337');
  });

  it('net_peerCount is a quantity', async () => {
    assert.equal(await result('net_peerCount'), '0x0');
    backend.connected.push(...Array.from({ length: 17 }, () => PEER));
    assert.equal(await result('net_peerCount'), '0x11');
  });

  it('net_listening', async () => {
    assert.equal(await result('net_listening'), true);
  });

  it('web3_clientVersion', async () => {
    assert.equal(await result('web3_clientVersion'), 'txgossip/test');
  });

  it('web3_sha3 is keccak-256', async () => {
    // The execution API's own example, and the well-known hash of nothing.
    const helloWorld = '0x47173285a8d7341e5e972fc677286384f802f8ef42a5ec5f03bbfa254cb01fad';
    assert.equal(await result('web3_sha3', '0x68656c6c6f20776f726c64'), helloWorld);
    const nothing = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
    assert.equal(await result('web3_sha3', '0x'), nothing);
  });

  it('admin_nodeInfo', async () => {
    const address = `/ip4/127.0.0.1/tcp/4001/p2p/${PEER_ID}`;
    assert.deepEqual(await result('admin_nodeInfo'), {
      id: PEER_ID,
      name: 'txgossip/test',
      listenAddr: address,
      listenAddresses: [address],
      protocols: { gossip: { network: 31337, topic: '/txgossip/31337/tx' } },
    });
  });

  it('admin_peers, in the shape of geth', async () => {
    backend.connected.push(PEER);
    assert.deepEqual(await result('admin_peers'), [
      {
        id: PEER_ID,
        name: 'txgossip/1.2.3',
        caps: ['/meshsub/1.2.0'],
        network: {
          localAddress: '/ip4/127.0.0.1/tcp/1',
          remoteAddress: '/ip4/127.0.0.1/tcp/2',
          inbound: true,
          trusted: false,
          static: true,
        },
      },
    ]);
  });

  it('admin_addPeer', async () => {
    const address = `/ip4/127.0.0.1/tcp/4002/p2p/${PEER_ID}`;
    assert.equal(await result('admin_addPeer', address), true);
    assert.deepEqual(backend.added, [address]);
    const enode = await errorOf(dispatcher, 'admin_addPeer', 'enode://1@127.0.0.1:1');
    assert.deepEqual(enode, { code: -32000, message: 'not a multiaddr: enode://1@127.0.0.1:1' });
    assert.equal((await errorOf(dispatcher, 'admin_addPeer', 7)).code, -32602);
  });

  it('admin_removePeer, admin_addTrustedPeer, admin_removeTrustedPeer', async () => {
    const address = `/ip4/127.0.0.1/tcp/4002/p2p/${PEER_ID}`;
    assert.equal(await result('admin_removePeer', address), true);
    assert.deepEqual(backend.removed, [address]);
    assert.equal(await result('admin_addTrustedPeer', address), true);
    assert.deepEqual([...backend.trusted], [address]);
    assert.equal(await result('admin_removeTrustedPeer', address), true);
    assert.deepEqual([...backend.trusted], []);
    const unknown = await errorOf(dispatcher, 'admin_removeTrustedPeer', address);
    assert.deepEqual(unknown, { code: -32000, message: `no peer was added as ${address}` });
  });

  it('rpc_modules', async () => {
    assert.deepEqual(
      await result('rpc_modules'),
      Object.fromEntries(ALL_NAMESPACES.map((name) => [name, '1.0'])),
    );
  });
});
