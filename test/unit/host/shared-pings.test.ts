import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import { SharedPings } from '../../../src/host/shared-pings.ts';

describe('SharedPings', () => {
  let peer: PeerId;
  let sent: { signal: AbortSignal; answer: PromiseWithResolvers<unknown> }[];
  let pings: SharedPings;
  const patient = new AbortController().signal;

  before(async () => {
    peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
  });
  beforeEach(() => {
    sent = [];
    pings = new SharedPings((_, signal) => {
      const answer = Promise.withResolvers<unknown>();
      sent.push({ signal, answer });
      return answer.promise;
    });
  });

  it('are one as long as it is not answered, and another afterwards', async () => {
    const all = Array.from({ length: 20 }, () => pings.ping(peer, patient));
    assert.equal(sent.length, 1);
    sent[0]!.answer.resolve(undefined);
    await Promise.all(all);
    const next = pings.ping(peer, patient);
    assert.equal(sent.length, 2);
    sent[1]!.answer.resolve(undefined);
    await next;
  });

  it('who gives up leaves the others waiting; the last takes the ping along', async () => {
    const [hasty, slow] = [new AbortController(), new AbortController()];
    const [first, second] = [pings.ping(peer, hasty.signal), pings.ping(peer, slow.signal)];
    hasty.abort(new Error('too slow'));
    await assert.rejects(first, /too slow/);
    assert.ok(!sent[0]!.signal.aborted);
    slow.abort(new Error('too slow as well'));
    await assert.rejects(second, /too slow as well/);
    assert.ok(sent[0]!.signal.aborted);
    const third = pings.ping(peer, patient);
    assert.equal(sent.length, 2, 'nobody joins what was given up');
    sent[1]!.answer.resolve(undefined);
    await third;
  });

  it('fail together, and with the connection', async () => {
    const refused = [pings.ping(peer, patient), pings.ping(peer, patient)];
    sent[0]!.answer.reject(new Error('no stream'));
    for (const ping of refused) await assert.rejects(ping, /no stream/);
    const lost = pings.ping(peer, patient);
    pings.lost(peer);
    await assert.rejects(lost, /is lost/);
    const next = pings.ping(peer, patient);
    assert.equal(sent.length, 3, 'over the next connection it is another');
    sent[2]!.answer.resolve(undefined);
    await next;
  });
});
