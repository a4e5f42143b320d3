import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import { Agenda } from '../../../../src/propagation/sync/agenda.ts';

describe('Agenda', () => {
  let peers: PeerId[];
  before(async () => {
    peers = await Promise.all([0, 1].map(async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))));
  });

  it('has one entry a peer, at the earlier of its times', () => {
    const agenda = new Agenda();
    const [one, other] = peers as [PeerId, PeerId];
    assert.equal(agenda.earliest(), undefined);
    agenda.add(one, 500);
    agenda.add(other, 300, 2);
    assert.deepEqual(agenda.earliest(), { peerId: other, atMs: 300, attempts: 2 });
    agenda.add(one, 100);
    agenda.add(one, 900, 3);
    assert.deepEqual(agenda.earliest(), { peerId: one, atMs: 100, attempts: 0 });
    agenda.remove(one.toString());
    assert.equal(agenda.earliest()?.peerId, other);
    agenda.clear();
    assert.equal(agenda.earliest(), undefined);
  });
});
