import type { Stream } from '@libp2p/interface';
import assert from 'node:assert/strict';
import type { PeersFault, ToldPeer } from '../../../../src/peers/discovery/messages.ts';
import { MAX_ADDRESSES, MAX_ANSWER_BYTES } from '../../../../src/peers/discovery/messages.ts';
import { PeerExchange } from '../../../../src/peers/discovery/peer-exchange.ts';
import { simulatedPair } from '../../../helpers/simulated-pair.ts';

const PROTOCOL = '/txgossip/peers/1';
const ANSWER_MS = 2_000;

/** A frame of up to 127 bytes. */
const frame = (...body: number[]): Uint8Array => Uint8Array.of(body.length, ...body);

/** Host 0 has the exchange; host 1 is whatever the test makes of it. Both are connected. */
async function exchangeOf(known: readonly ToldPeer[] | undefined = []) {
  const pair = await simulatedPair({ latencyMs: 10 });
  const { clock, hosts } = pair;
  const faults: string[] = [];
  const said = { answered: 0, tooOften: 0 };
  const exchange = new PeerExchange({
    host: hosts[0],
    clock,
    answerMs: ANSWER_MS,
    known: () => known,
    onAnswered: () => {
      said.answered++;
    },
    onFault: (_, fault: PeersFault) => void faults.push(fault.message),
    onTooOften: () => {
      said.tooOften++;
    },
  });
  await clock.perform(0, () => exchange.start());
  await pair.dial();
  /** What host 1 is told for these bytes; undefined when the stream is reset instead. */
  const say = async (bytes: Uint8Array): Promise<Uint8Array | undefined> => {
    const pieces: Uint8Array[] = [];
    const stream = await clock.perform(1, async () => {
      const opened = await hosts[1].openStream(hosts[0].peerId, PROTOCOL);
      opened.addEventListener('message', ({ data }) => pieces.push(Uint8Array.from(data.subarray())));
      opened.send(bytes);
      return opened;
    });
    await clock.runUntil(clock.nowMs() + 100);
    return stream.status === 'reset' || stream.status === 'aborted' ? undefined : Buffer.concat(pieces);
  };
  /** Host 0 asks host 1, which does `answer` with the stream. */
  const ask = async (answer: (stream: Stream) => void): Promise<ToldPeer[]> => {
    await clock.perform(1, () => hosts[1].handle(PROTOCOL, answer));
    return clock.perform(0, () => exchange.ask(hosts[1].peerId));
  };
  return { ...pair, exchange, faults, said, say, ask };
}

describe('PeerExchange', () => {
  it('tells what it knows to whoever asks, at its pace', async () => {
    const { hosts, clock, say, said, faults } = await exchangeOf([]);
    assert.deepEqual([...(await say(frame(8)))!], [1, 0]);
    assert.equal(await say(frame(8)), undefined, 'too soon');
    assert.deepEqual(said, { answered: 1, tooOften: 1 });
    await clock.runUntil(clock.nowMs() + ANSWER_MS);
    assert.deepEqual([...(await say(frame(8)))!], [1, 0]);
    assert.deepEqual([said, faults], [{ answered: 2, tooOften: 1 }, []]);
    assert.equal(hosts[0].connections().length, 1);
  });

  it('hears what another tells', async () => {
    const peer = (await simulatedPair()).hosts[1].peerId.toString();
    const told = [{ peer, addresses: ['/memory/7', '/ip4/8.8.8.8/tcp/4001'] }];
    const pair = await exchangeOf(told);
    const { clock, hosts } = pair;
    const other = new PeerExchange({
      host: hosts[1],
      clock,
      answerMs: ANSWER_MS,
      known: () => undefined,
      onAnswered: () => undefined,
      onFault: () => assert.fail('nobody is to blame'),
      onTooOften: () => undefined,
    });
    await clock.perform(1, () => other.start());
    assert.deepEqual(await clock.perform(1, () => other.ask(hosts[0].peerId)), told);
    await assert.rejects(
      clock.perform(0, () => pair.exchange.ask(hosts[1].peerId)),
      'it answers nobody',
    );
    assert.deepEqual(pair.faults, []);
    await clock.perform(1, () => other.stop());
    await assert.rejects(
      clock.perform(0, () => pair.exchange.ask(hosts[1].peerId)),
      'it is gone',
    );
  });

  it('blames a peer that asks for nothing, too much, at length, or goes on talking', async () => {
    for (const bytes of [
      frame(0),
      frame(MAX_ADDRESSES + 1),
      frame(1, 2),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f),
      new Uint8Array(4_096).fill(0x80),
    ]) {
      const { say, faults } = await exchangeOf();
      assert.equal(await say(bytes), undefined);
      assert.equal(faults.length, 1, `${bytes.subarray(0, 5).join(' ')}: ${faults.join()}`);
    }
  });

  it('blames a peer that answers what is no answer', async () => {
    for (const bytes of [
      frame(2, 1, 2, 3),
      frame(0, 0),
      frame(MAX_ADDRESSES + 1),
      Uint8Array.of(0xff, 0xff, 0x7f),
      new Uint8Array(4 * MAX_ANSWER_BYTES).fill(0x80),
    ]) {
      const { ask, faults } = await exchangeOf();
      await assert.rejects(ask((stream) => void stream.send(bytes)));
      assert.equal(faults.length, 1, `${bytes.subarray(0, 5).join(' ')}: ${faults.join()}`);
    }
  });

  it('waits for a silent one so long, and blames nobody for silence or for hanging up', async () => {
    const { ask, faults, clock } = await exchangeOf();
    const fromMs = clock.nowMs();
    await assert.rejects(
      ask(() => undefined),
      /silent for 10000 ms/,
    );
    assert.ok(clock.nowMs() - fromMs < 11_000);
    await assert.rejects(ask((stream) => stream.abort(new Error('no'))));
    await assert.rejects(ask((stream) => void stream.close()));
    assert.deepEqual(faults, []);
  });
});
