/** geth's `admin` namespace, over libp2p: a peer is a multiaddr where geth has an enode. */
import { z } from 'zod';
import type { RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { method, named, type Method, type Namespace } from './method.ts';

const peerText = z.object({
  id: z.string().meta({ description: 'peer id, base58' }),
  name: z.string().meta({ description: 'agent version' }),
  caps: z.array(z.string()).meta({ description: 'protocols the peer speaks' }),
  network: z.object({
    localAddress: z.string(),
    remoteAddress: z.string(),
    inbound: z.boolean(),
    trusted: z.boolean(),
    static: z.boolean(),
  }),
});

/** A method that takes a peer and says true, or why not. */
function steering(
  description: string,
  act: (backend: RpcBackend, multiaddr: string) => Promise<void>,
): Method {
  return method({
    description,
    params: z.tuple([
      named(
        'multiaddr',
        z.string({ error: 'expected a multiaddr, as /ip4/127.0.0.1/tcp/4001/p2p/<peer id>' }),
      ),
    ]),
    result: z.literal(true),
    async handler(backend, [multiaddr]) {
      try {
        await act(backend, multiaddr);
        return true as const;
      } catch (error) {
        // The backend's errors about peers are written for the user.
        return new RpcFailure(RPC_CODE.serverError, error instanceof Error ? error.message : String(error));
      }
    },
  });
}

export const admin: Namespace = {
  admin_nodeInfo: method({
    description: 'Who this node is and where it listens.',
    params: z.tuple([]),
    result: z.object({
      id: z.string(),
      name: z.string(),
      listenAddr: z.string().meta({ description: 'first of listenAddresses, empty when there is none' }),
      listenAddresses: z.array(z.string()).meta({ description: 'multiaddrs, each ending in /p2p/<id>' }),
      protocols: z.object({ gossip: z.object({ network: z.number(), topic: z.string() }) }),
    }),
    handler(backend) {
      const { id, name, listenAddresses, topic } = backend.nodeInfo();
      return {
        id,
        name,
        listenAddr: listenAddresses[0] ?? '',
        listenAddresses,
        protocols: { gossip: { network: Number(backend.networkId), topic } },
      };
    },
  }),
  admin_peers: method({
    description: 'The peers connected.',
    params: z.tuple([]),
    result: z.array(peerText),
    handler: (backend) =>
      backend.peers().map(({ id, name, protocols, ...network }) => ({
        id,
        name,
        caps: protocols,
        network: {
          localAddress: network.localAddress,
          remoteAddress: network.remoteAddress,
          inbound: network.inbound,
          trusted: network.trusted,
          static: network.static,
        },
      })),
  }),
  admin_addPeer: steering('Connects to a peer and keeps the connection.', (backend, multiaddr) =>
    backend.addPeer(multiaddr),
  ),
  admin_removePeer: steering(
    'No longer keeps the connection to a peer, and closes it unless the peer is trusted.',
    (backend, multiaddr) => backend.removePeer(multiaddr),
  ),
  admin_addTrustedPeer: steering(
    'Connects to a peer and keeps the connection, also when there are more than maxpeers.',
    (backend, multiaddr) => backend.addTrustedPeer(multiaddr),
  ),
  admin_removeTrustedPeer: steering(
    'A peer is no longer trusted; its connection stays until it is lost or must make room.',
    (backend, multiaddr) => backend.removeTrustedPeer(multiaddr),
  ),
};
