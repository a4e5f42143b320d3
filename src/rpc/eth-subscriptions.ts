/** `eth_subscribe`: over WebSocket only, and ended with the connection. Words and codes are geth's (`rpc/errors.go`). */
import { z } from 'zod';
import { RPC_CODE, RpcFailure } from './error.ts';
import type { Feed } from './feeds.ts';
import { method, named, type Namespace } from './method.ts';
import { identifier, identifierText } from './identifier.ts';

const kind = z.string({ error: 'expected the name of a subscription: newPendingTransactions or newHeads' });

function feedOf(name: string, full: boolean): Feed | undefined {
  switch (name) {
    case 'newHeads':
      return 'newHeads';
    case 'newPendingTransactions':
      return full ? 'pendingTransactions' : 'pendingHashes';
    default:
      return undefined;
  }
}

export const ethSubscriptions: Namespace = {
  eth_subscribe: method({
    description:
      'Notifies this connection of each newPendingTransactions (hashes; whole transactions with true) or newHeads. WebSocket only.',
    params: z.tuple([
      named('subscription', kind),
      named('full transactions', z.boolean({ error: 'expected true or false' }).nullish()),
    ]),
    result: identifierText,
    handler(_backend, [name, full], { subscriber }) {
      if (subscriber === undefined) {
        return new RpcFailure(RPC_CODE.methodNotFound, 'notifications not supported');
      }
      const feed = feedOf(name, full === true);
      if (feed === undefined) {
        const message = `no ${JSON.stringify(name)} subscription in eth namespace`;
        return new RpcFailure(RPC_CODE.methodNotFound, message);
      }
      return subscriber.subscribe(feed);
    },
  }),
  eth_unsubscribe: method({
    description: 'Ends a subscription of this connection.',
    params: z.tuple([named('subscription id', identifier)]),
    result: z.literal(true),
    handler(_backend, [id], { subscriber }) {
      if (subscriber?.unsubscribe(id) === true) return true as const;
      return new RpcFailure(RPC_CODE.serverError, 'subscription not found');
    },
  }),
};
