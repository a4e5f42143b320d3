import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import type { Feed } from '../../../src/rpc/feeds.ts';
import { FakeBackend } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf, type RpcAnswer } from '../../helpers/rpc-client.ts';

describe('rpc eth_subscribe', () => {
  let dispatcher: Dispatcher;
  beforeEach(() => (dispatcher = dispatcherOf(new FakeBackend())));

  /** Asks as a connection does that keeps the subscriptions it makes. */
  async function ask(method: string, params: unknown[], feeds = new Map<Hex, Feed>()): Promise<RpcAnswer> {
    const subscriber = {
      subscribe(feed: Feed): Hex {
        const id: Hex = `0x${(feeds.size + 1).toString(16)}`;
        feeds.set(id, feed);
        return id;
      },
      unsubscribe: (id: Hex) => feeds.delete(id),
    };
    const payload = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const text = await dispatcher.dispatch(payload, { subscriber, charge: () => undefined });
    return JSON.parse(text!) as RpcAnswer;
  }

  it('subscribes to what its name and flag say', async () => {
    const feeds = new Map<Hex, Feed>();
    for (const params of [
      ['newHeads'],
      ['newPendingTransactions'],
      ['newPendingTransactions', false],
      ['newPendingTransactions', null],
      ['newPendingTransactions', true],
    ]) {
      const { result } = await ask('eth_subscribe', params, feeds);
      assert.equal(result, `0x${feeds.size}`);
    }
    const hashes = 'pendingHashes';
    assert.deepEqual([...feeds.values()], ['newHeads', hashes, hashes, hashes, 'pendingTransactions']);
  });

  it('ends a subscription once', async () => {
    const feeds = new Map<Hex, Feed>();
    const { result: id } = await ask('eth_subscribe', ['newHeads'], feeds);
    assert.equal((await ask('eth_unsubscribe', [id], feeds)).result, true);
    const { error } = await ask('eth_unsubscribe', [id], feeds);
    assert.deepEqual(error, { code: -32000, message: 'subscription not found' });
  });

  it('has geth’s words for what it does not know', async () => {
    for (const kind of ['logs', 'syncing', 'x"y']) {
      const { error } = await ask('eth_subscribe', [kind]);
      const message = `no ${JSON.stringify(kind)} subscription in eth namespace`;
      assert.deepEqual(error, { code: -32601, message });
    }
    for (const params of [[], [7], ['newHeads', 'x']]) {
      assert.equal((await ask('eth_subscribe', params)).error!.code, -32602);
    }
  });

  it('has geth’s words where notifications cannot be sent', async () => {
    const error = await errorOf(dispatcher, 'eth_subscribe', 'newHeads');
    assert.deepEqual(error, { code: -32601, message: 'notifications not supported' });
    const ended = await errorOf(dispatcher, 'eth_unsubscribe', '0x1');
    assert.deepEqual(ended, { code: -32000, message: 'subscription not found' });
  });
});
