import assert from 'node:assert/strict';

import type { Stream, StreamCloseEvent } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';

import { simulatedPair } from '../../../../helpers/simulated-pair.ts';
import { SimulatedStream } from '../../../../../testnet/networks/simulated/simulated-stream.ts';

const PROTOCOL = '/test/1';

/** A stream between nodes 0 and 1, 10 ms apart, both ends of it. */
async function streams(uplinkBitsPerSecond = Infinity) {
  const pair = await simulatedPair({ latencyMs: 10, uplinkBitsPerSecond });
  const { clock, hosts } = pair;
  let accepted: Stream | undefined;
  await hosts[1].handle(PROTOCOL, (stream) => (accepted = stream));
  await pair.dial();
  const near = await clock.perform(0, () => hosts[0].openStream(hosts[1].peerId, PROTOCOL));
  const far: Stream | undefined = accepted;
  assert.ok(near instanceof SimulatedStream && far instanceof SimulatedStream);
  return { ...pair, near, far };
}

const text = (data: { subarray(): Uint8Array }): string => Buffer.from(data.subarray()).toString();
const bytes = (string: string): Uint8Array => new TextEncoder().encode(string);

function record(stream: SimulatedStream): string[] {
  const events: string[] = [];
  stream.addEventListener('message', ({ data }) => events.push(`message ${text(data)}`));
  for (const type of ['remoteCloseWrite', 'end', 'drain'] as const) {
    stream.addEventListener(type, () => events.push(type));
  }
  stream.addEventListener('close', ({ error }: StreamCloseEvent) =>
    events.push(`close ${error?.name ?? 'in order'}`),
  );
  return events;
}

describe('SimulatedStream', () => {
  it('carries messages both ways, each after its latency', async () => {
    const { clock, near, far } = await streams();
    const atNear = record(near);
    const atFar = record(far);
    const start = clock.nowMs();
    assert.equal(near.send(bytes('there')), true);
    far.send(bytes('back'));
    await clock.runUntil(start + 9.9);
    assert.deepEqual([atNear, atFar], [[], []]);
    await clock.runUntil(start + 10);
    assert.deepEqual([atNear, atFar], [['message back'], ['message there']]);
  });

  it('keeps data until somebody listens, and while paused', async () => {
    const { clock, near, far } = await streams();
    near.send(bytes('early'));
    await clock.runUntil(clock.nowMs() + 20);
    assert.equal(far.readBufferLength, 5);
    const events = record(far);
    await Promise.resolve();
    assert.deepEqual(events, ['message early']);
    far.pause();
    near.send(bytes('paused'));
    await clock.runUntil(clock.nowMs() + 20);
    assert.deepEqual(events, ['message early']);
    far.resume();
    assert.deepEqual(events, ['message early', 'message paused']);
    assert.equal(far.readBufferLength, 0);
  });

  it('half-closes: the other side may still answer', async () => {
    const { clock, near, far } = await streams();
    const atNear = record(near);
    const atFar = record(far);
    near.send(bytes('question'));
    await near.close();
    assert.throws(() => near.send(bytes('more')), /Cannot write to a stream that is closed/);
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(atFar, ['message question', 'remoteCloseWrite', 'end']);
    assert.equal(far.status, 'open');
    far.send(bytes('answer'));
    await far.close();
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(atNear, ['message answer', 'remoteCloseWrite', 'end', 'close in order']);
    assert.deepEqual(atFar.at(-1), 'close in order');
    assert.deepEqual([near.status, far.status], ['closed', 'closed']);
  });

  it('aborts: the other side is reset, and unread data is gone', async () => {
    const { clock, near, far } = await streams();
    const atNear = record(near);
    const atFar = record(far);
    near.abort(new Error('enough'));
    assert.deepEqual(atNear, ['end', 'close Error']);
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(atFar, ['end', 'close StreamResetError']);
    assert.deepEqual([near.status, far.status], ['aborted', 'reset']);
    near.abort(new Error('again'));
    assert.equal(atNear.length, 2);
  });

  it('iterates to the end, and throws on reset', async () => {
    const { clock, near, far } = await streams();
    const read = (async () => {
      const messages: string[] = [];
      for await (const chunk of far) messages.push(text(chunk));
      return messages;
    })();
    near.send(bytes('a'));
    near.send(bytes('b'));
    await near.close();
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(await read, ['a', 'b']);
    const failing = (async () => {
      for await (const _ of near) assert.fail('nothing was sent');
    })();
    far.abort(new Error('no'));
    const failed = assert.rejects(failing, { name: 'StreamResetError' });
    await clock.runUntil(clock.nowMs() + 10);
    await failed;
  });

  it('serves the length-prefixed reader and writer of libp2p', async () => {
    const { clock, near, far } = await streams();
    const answer = clock.perform(0, async () => {
      const messages = lpStream(near);
      await messages.write(bytes('ping'));
      return text(await messages.read());
    });
    void clock.perform(1, async () => {
      const messages = lpStream(far);
      await messages.write(bytes(`${text(await messages.read())} pong`));
    });
    assert.equal(await answer, 'ping pong');
  });

  it('pushes back on the writer when its line is slow, and loses nothing', async () => {
    // 100 kB take 100 ms.
    const { clock, near, far } = await streams(8e6);
    let received = 0;
    far.addEventListener('message', ({ data }) => (received += data.byteLength));
    const atNear = record(near);
    const results = Array.from({ length: 6 }, () => near.send(new Uint8Array(100_000)));
    assert.deepEqual(results, [true, true, false, false, false, false]);
    assert.equal(near.writableNeedsDrain, true);
    // Frames of 64 KiB, and 256 KiB of them before the line is full.
    assert.equal(near.writeBufferLength, 600_000 - 200_000 - 65_536);
    const drained = near.onDrain();
    const closed = near.close();
    await clock.runUntil(clock.nowMs() + 1000);
    await drained;
    await closed;
    assert.equal(received, 600_000);
    // Filled three times: by what fits, and twice from the buffer.
    assert.deepEqual(atNear, ['drain', 'drain', 'drain']);
    assert.equal(near.writeBufferLength, 0);
    assert.equal(far.remoteWriteStatus, 'closed');
  });

  it('aborts when its write buffer outgrows its limit', async () => {
    const { near } = await streams(8e6);
    const events = record(near);
    near.maxWriteBufferLength = 150_000;
    for (let sent = 0; sent < 4; sent++) near.send(new Uint8Array(100_000));
    assert.equal(near.status, 'open');
    near.send(new Uint8Array(100_000));
    assert.equal(near.status, 'aborted');
    assert.deepEqual(events, ['end', 'close StreamBufferError']);
  });

  it('aborts when nobody reads and the read buffer outgrows its limit', async () => {
    const { clock, near, far } = await streams();
    far.maxReadBufferLength = 10;
    near.send(bytes('0123456789'));
    near.send(bytes('x'));
    await clock.runUntil(clock.nowMs() + 20);
    assert.equal(far.status, 'aborted');
    assert.equal(near.status, 'reset');
  });

  it('does not see what its writer later does to the list it sent', async () => {
    const { clock, near, far } = await streams();
    void clock.perform(0, () => lpStream(near).write(bytes('abcd')));
    const list = await clock.perform(1, () => lpStream(far).read());
    const events = record(near);
    far.send(list);
    list.consume(3);
    await clock.runUntil(clock.nowMs() + 10);
    assert.deepEqual(events, ['message abcd']);
  });

  it('wakes who waits for a drain when the stream dies, and heeds their signal', async () => {
    const { clock, near } = await streams(8e6);
    for (let sent = 0; sent < 4; sent++) near.send(new Uint8Array(100_000));
    const controller = new AbortController();
    const given = near.onDrain({ signal: controller.signal });
    controller.abort(new Error('impatient'));
    await assert.rejects(given, /impatient/);
    const waiting = near.onDrain();
    near.abort(new Error('dead'));
    await assert.rejects(waiting, /dead/);
    await clock.runUntil(clock.nowMs() + 10);
  });
});
