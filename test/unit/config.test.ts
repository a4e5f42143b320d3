import assert from 'node:assert/strict';
import { ConfigError, resolveOptions } from '../../src/config.ts';

const refused = (options: Record<string, unknown>, message: string | RegExp): void =>
  assert.throws(
    () => resolveOptions(options),
    (error) => {
      assert.ok(error instanceof ConfigError);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );

describe('options of the chain', () => {
  it('an upstream is a URL of HTTP or WebSocket', () => {
    for (const upstream of ['http://localhost:8545', 'https://a.b/v3/key', 'ws://[::1]:8546', 'wss://u:p@h'])
      assert.equal(resolveOptions({ upstream }).upstream, upstream);
    for (const upstream of ['localhost:8545', 'ftp://h', 'ipc:///tmp/geth.ipc', ''])
      refused({ upstream }, /^option upstream: not a URL of http, https, ws or wss; it takes URL/);
  });

  it('an upstream and a genesis contradict each other', () => {
    refused(
      { upstream: 'http://localhost:8545', genesis: 'genesis.json' },
      'upstream and genesis are two sources of one account state; give one of them',
    );
  });

  it('a message may not wait longer for an account than it may wait at all', () => {
    const patience = { 'upstream.patience': 3000, 'validation.maxage': 3000 };
    refused(
      { upstream: 'http://localhost:8545', ...patience },
      'upstream.patience (3000 ms) must be below validation.maxage (3000 ms): a message that waits for an account would be too old for its verdict',
    );
    // On genesis nothing waits.
    assert.equal(resolveOptions(patience)['upstream.patience'], 3000);
  });

  it('limits of the upstream have a least value', () => {
    refused({ 'upstream.accounts': 10 }, /^option upstream\.accounts: .*>=1024/);
    refused({ 'upstream.concurrency': 0 }, /^option upstream\.concurrency: /);
    refused({ 'upstream.depth': 0 }, /^option upstream\.depth: /);
  });
});

describe('options of batches', () => {
  it('a call that waits for its receipt is answered before its connection counts as stalled', () => {
    refused({ 'rpc.txsync.maxtimeout': 29_001 }, /^option rpc\.txsync\.maxtimeout: .*<=29000/);
    refused(
      { 'rpc.txsync.maxtimeout': 10_000, 'rpc.txsync.defaulttimeout': 10_001 },
      'rpc.txsync.defaulttimeout must not exceed rpc.txsync.maxtimeout',
    );
  });

  it('no batch is larger than what every peer takes', () => {
    refused({ 'batch.transactions': 1_025 }, /^option batch\.transactions: .*<=1024; it takes N /);
    refused({ 'batch.bytes': 262_145 }, /^option batch\.bytes: .*<=262144; it takes BYTES /);
    const largest = { 'batch.transactions': 1_024, 'batch.bytes': 262_144 };
    assert.equal(resolveOptions(largest)['batch.bytes'], 262_144);
  });
});

describe('options of JSON-RPC', () => {
  it('namespaces are names there are, each alone or with commas between', () => {
    assert.deepEqual(resolveOptions({ 'http.api': ['eth,net', 'admin'] })['http.api'], [
      'eth',
      'net',
      'admin',
    ]);
    assert.deepEqual(resolveOptions({ 'http.api': 'web3' })['http.api'], ['web3']);
    assert.equal(resolveOptions({})['http.api'], undefined);
    refused(
      { 'http.api': 'eth,nope' },
      /^option http\.api: there is no JSON-RPC namespace "nope"; choose from admin, eth, net, rpc, txgossip/,
    );
  });
});
