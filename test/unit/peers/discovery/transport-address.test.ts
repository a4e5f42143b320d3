import { multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import { dialAddress, rangeOf, transportOf } from '../../../../src/peers/discovery/transport-address.ts';
import { isWithin, reachOf } from '../../../../src/peers/reach.ts';

const ID = '12D3KooWLc5u4okcuwz2edBPNsQJDsK4Y8GGLPjpiRdFv2RNxuTJ';
const transport = (text: string): string | undefined => transportOf(multiaddr(text));
const range = (text: string): string | undefined => rangeOf(multiaddr(text));

describe('addresses that can be told', () => {
  it('are ways over TCP by number, or simulated ones, without the peer', () => {
    assert.equal(transport(`/ip4/1.2.3.4/tcp/4001/p2p/${ID}`), '/ip4/1.2.3.4/tcp/4001');
    assert.equal(transport('/ip6/2001:db8::1/tcp/4001'), '/ip6/2001:db8::1/tcp/4001');
    assert.equal(transport(`/memory/7/p2p/${ID}`), '/memory/7');
    assert.equal(dialAddress('/memory/7', ID).toString(), `/memory/7/p2p/${ID}`);
    for (const text of [
      '/dns4/example.org/tcp/4001',
      '/ip4/1.2.3.4/udp/4001',
      '/ip4/1.2.3.4/tcp/4001/ws',
      `/ip4/1.2.3.4/tcp/4001/p2p/${ID}/p2p-circuit/p2p/${ID}`,
      '/ip4/1.2.3.4/tcp/0',
      '/ip4/0.0.0.0/tcp/4001',
      '/ip6/::/tcp/4001',
      '/ip4/1.2.3.4',
      `/p2p/${ID}`,
    ]) {
      assert.equal(transport(text), undefined, text);
    }
  });

  it('are told and believed only as far as they reach', () => {
    const reach = (text: string) => reachOf(multiaddr(text));
    assert.equal(reach('/ip4/127.0.0.1/tcp/1'), 'machine');
    assert.equal(reach('/ip6/::1/tcp/1'), 'machine');
    assert.equal(reach('/memory/1'), 'machine');
    assert.equal(reach('/ip4/10.0.0.1/tcp/1'), 'private');
    assert.equal(reach('/ip6/fd00::1/tcp/1'), 'private');
    assert.equal(reach('/ip4/8.8.8.8/tcp/1'), 'public');
    assert.equal(reach('/ip6/2a00::1/tcp/1'), 'public');
    assert.ok(
      isWithin('public', 'public') && isWithin('public', 'machine') && isWithin('private', 'private'),
    );
    assert.ok(!isWithin('private', 'public') && !isWithin('machine', 'private'));
  });

  it('are in a range where strangers can be', () => {
    assert.equal(range('/ip4/8.8.4.4/tcp/1'), '8.8.4.0/24');
    assert.equal(range('/ip4/8.8.4.200/tcp/9'), '8.8.4.0/24');
    assert.notEqual(range('/ip4/8.8.5.4/tcp/1'), '8.8.4.0/24');
    assert.equal(range('/ip6/2a00:1:2:3::4/tcp/1'), range('/ip6/2a00:1:2:3:ffff::9/tcp/2'));
    assert.notEqual(range('/ip6/2a00:1:2:3::4/tcp/1'), range('/ip6/2a00:1:2:4::4/tcp/1'));
    assert.equal(range('/ip6/::ffff:8.8.4.4/tcp/1'), '8.8.4.0/24');
    for (const text of ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.9/tcp/1', '/memory/1', '/ip6/::1/tcp/1'])
      assert.equal(range(text), undefined, text);
  });
});
