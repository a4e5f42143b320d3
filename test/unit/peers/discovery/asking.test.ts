import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import type { HostConnection } from '../../../../src/host/host.ts';
import { Asking } from '../../../../src/peers/discovery/asking.ts';
import { defaultDiscoveryOptions as options } from '../../../../src/peers/discovery/options.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('whom to ask for peers', () => {
  let connections: HostConnection[];
  let clock: ManualClock;
  let asked: number;
  let answered: 'news' | 'nothing new' | 'not';
  let asking: Asking;

  before(async () => {
    const keys = await Promise.all([0, 1, 2].map(() => generateKeyPair('Ed25519')));
    connections = keys.map((key) => ({ peerId: peerIdFromPrivateKey(key) }) as unknown as HostConnection);
  });
  beforeEach(() => {
    clock = new ManualClock();
    asked = 0;
    answered = 'nothing new';
    asking = new Asking({
      clock,
      random: { next: () => 0 },
      options,
      ask: () => {
        asked++;
        return answered === 'not' ? Promise.reject(new Error('no time')) : Promise.resolve([]);
      },
      onTold: () => answered === 'news',
    });
  });

  /** Questions in so long, asking each second. */
  const pass = async (ms: number, isInNeed: boolean): Promise<number> => {
    const before = asked;
    for (let passedMs = 0; passedMs < ms; passedMs += 1000) {
      for (let more = true; more;) more = asking.askOne(connections, isInNeed);
      await new Promise(setImmediate);
      clock.advance(1000);
    }
    return asked - before;
  };
  const everyRoundMs = 2 * options.answerMs;

  it('in need: all, again and again, as long as they have news', async () => {
    answered = 'news';
    const rounds = 30;
    assert.equal(await pass(rounds * everyRoundMs, true), rounds * connections.length);
  });

  it('in need that nobody can help: ever more rarely, down to one now and then', async () => {
    for (const silence of ['nothing new', 'not'] as const) {
      answered = silence;
      await pass(20 * options.askMs, true);
      const calls = await pass(20 * options.askMs, true);
      assert.ok(calls >= 20 && calls <= 20 + connections.length, `${calls} questions`);
    }
  });

  it('in need again as before, once one of them has news or is new', async () => {
    await pass(20 * options.askMs, true);
    answered = 'news';
    await pass(options.askMs, true);
    assert.ok((await pass(10 * everyRoundMs, true)) >= 10);
    answered = 'nothing new';
    await pass(20 * options.askMs, true);
    for (const { peerId } of connections) asking.forget(peerId.toString());
    assert.equal(await pass(1000, true), connections.length);
  });

  it('not in need: one now and then', async () => {
    answered = 'news';
    assert.equal(await pass(20 * options.askMs, false), 20);
  });
});
