import assert from 'node:assert/strict';
import { Feeds } from '../../../src/rpc/feeds.ts';
import { transactionView } from '../../../src/rpc/transaction-view.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';

describe('rpc feeds', () => {
  let backend: FakeBackend;
  let chain: FakeChain;
  let feeds: Feeds;
  beforeEach(() => {
    backend = new FakeBackend();
    chain = new FakeChain();
    feeds = new Feeds(backend.pool, chain);
  });

  const heard = (feed: Parameters<Feeds['listen']>[0]): [unknown[], () => void] => {
    const events: unknown[] = [];
    return [events, feeds.listen(feed, (text) => events.push(JSON.parse(text)))];
  };

  async function submit(nonce: bigint) {
    const outcome = await backend.submit(signed({ nonce }));
    assert.ok('hash' in outcome);
    return outcome.hash;
  }

  it('tell of transactions when they become pending, not while queued', async () => {
    const [hashes] = heard('pendingHashes');
    const second = await submit(1n);
    assert.deepEqual(hashes, []);
    const first = await submit(0n);
    assert.deepEqual(hashes, [first, second]);
  });

  it('tell the hash, or the whole transaction', async () => {
    const [hashes] = heard('pendingHashes');
    const [transactions] = heard('pendingTransactions');
    const hash = await submit(0n);
    assert.deepEqual(hashes, [hash]);
    assert.deepEqual(transactions, [transactionView(backend.pool.get(hash)!.transaction)]);
  });

  it('hand one and the same text to all who listen', async () => {
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) feeds.listen('pendingTransactions', (text) => texts.push(text));
    await submit(0n);
    assert.equal(texts.length, 3);
    assert.equal(new Set(texts).size, 1);
  });

  it('tell of heads as the upstream wrote them', () => {
    const [heads] = heard('newHeads');
    const { header } = chain.advance();
    assert.deepEqual(heads, [header]);
  });

  it('are silent about heads without a chain', async () => {
    feeds = new Feeds(backend.pool, undefined);
    const [heads] = heard('newHeads');
    await submit(0n);
    assert.deepEqual(heads, []);
  });

  it('a listener may end itself, or another, while it is told', async () => {
    const [others, endOthers] = heard('pendingHashes');
    const end = feeds.listen('pendingHashes', () => {
      end();
      endOthers();
    });
    await submit(0n);
    await submit(1n);
    assert.equal(others.length, 1);
    assert.equal(feeds.listenerCount, 0);
  });

  it('stop listening to pool and chain when stopped', async () => {
    const [hashes] = heard('pendingHashes');
    feeds.stop();
    await submit(0n);
    assert.deepEqual(hashes, []);
    assert.equal(feeds.listenerCount, 0);
    assert.equal(chain.listenerCount, 0);
  });
});
