/** What a peer that breaks the rules of reconciliation, or only wears it out, costs, and what it pays. */
import type { Stream } from '@libp2p/interface';
import assert from 'node:assert/strict';
import { lengthen, noSymbols } from '../../../../src/propagation/sync/coded-symbols.ts';
import type { SyncFrames } from '../../../../src/propagation/sync/frames.ts';
import {
  encodeBitmap,
  encodeCount,
  encodeDifferent,
  encodeFlagged,
  encodeHello,
  encodeKeys,
  encodeSymbols,
  KIND,
  MAX_OFFERED,
  MAX_SYMBOLS_A_FRAME,
  varint,
  decodeCount,
  decodeDifferent,
  type Kind,
} from '../../../../src/propagation/sync/messages.ts';
import { keyOf } from '../../../../src/propagation/sync/short-id.ts';
import { keysOf } from '../../../../src/propagation/sync/snapshot.ts';
import { finish } from '../../../../src/propagation/sync/turns.ts';
import { transactionHash } from '../../../../src/transaction/decode.ts';
import { encodeByteStrings } from '../../../../src/transaction/rlp.ts';
import { int, streamOf } from '../../../../testnet/random.ts';
import { signed } from '../../../helpers/rpc-backend.ts';
import { give, giveCommon, syncedPair, transfers } from '../../../helpers/synced-pair.ts';

type Pair = Awaited<ReturnType<typeof syncedPair>>;
type Talk = (frames: SyncFrames, stream: Stream) => Promise<unknown>;

const SALT = new Uint8Array(8).fill(7);
const MANY = 2 ** 32 - 1;
const MORE_THAN_ANY = 1 << 20;
const hello = (count: number): Uint8Array => encodeHello({ salt: SALT, count, digest: new Uint8Array(16) });
const list = (raws: readonly Uint8Array[], isLast = true): Uint8Array =>
  encodeFlagged(isLast, encodeByteStrings(raws));

/** HELLO, the answer, and the first symbols or ids, if there are any to tell. */
async function open(frames: SyncFrames, count = 100, told = true): Promise<ReturnType<typeof keyOf>> {
  await frames.write(KIND.hello, hello(count));
  const { body } = await frames.read(100);
  if (told) await frames.read(MORE_THAN_ANY);
  return keyOf(SALT, decodeDifferent(body).salt);
}

/** Symbols that belong to no set. */
function noise(from: number, count: number, setSize: number): Uint8Array {
  const random = streamOf(from, 'noise');
  const symbols = noSymbols();
  lengthen(symbols, from + count);
  for (let i = from; i < from + count; i++) {
    for (const column of ['low', 'high', 'check'] as const) symbols[column][i] = int(random, 2 ** 32) | 0;
    symbols.count[i] = int(random, setSize);
  }
  return encodeSymbols(symbols, from, from + count, setSize);
}

/** A pool of a hundred at the far side, and the near side spoken by hand. */
async function asked(talk: Talk): Promise<Pair> {
  const pair = await syncedPair();
  giveCommon([pair.far], 100);
  await pair.byHand(talk);
  await pair.later(200);
  return pair;
}

function pays(pair: Pair, fault: RegExp): void {
  assert.equal(pair.far.faults.length, 1, JSON.stringify(pair.far.failures));
  assert.match(pair.far.faults[0]!, fault);
  assert.equal(pair.areConnected(), false);
  assert.equal(pair.clock.statistics.pending <= 6, true);
}

const offering = (raws: readonly Uint8Array[], then: (frames: SyncFrames) => Promise<unknown>): Talk => {
  return async (frames) => {
    const key = await open(frames);
    await frames.write(KIND.offer, encodeKeys(finish(keysOf(raws.map(transactionHash), key))));
    await frames.read(100);
    await then(frames);
  };
};

describe('a hostile peer in reconciliation', () => {
  describe('that asks is disconnected when it', () => {
    const hostile: Record<string, { fault: RegExp; talk: Talk }> = {
      'names a frame longer than any': {
        fault: /a frame of 268435455 bytes/,
        talk: async (_, stream) => void stream.send(Uint8Array.of(255, 255, 255, 127)),
      },
      'names a frame without end': {
        fault: /without end/,
        talk: async (_, stream) => void stream.send(new Uint8Array(20).fill(255)),
      },
      'sends an empty frame': {
        fault: /empty/,
        talk: async (_, stream) => void stream.send(Uint8Array.of(0)),
      },
      'begins with something else': {
        fault: /begins with HELLO/,
        talk: (frames) => frames.write(KIND.want, new Uint8Array(20)),
      },
      'says half a HELLO': {
        fault: /too few/,
        talk: (frames) => frames.write(KIND.hello, new Uint8Array(10)),
      },
      'asks for too many symbols': {
        fault: /7169 symbols are asked for/,
        talk: async (frames) => {
          await open(frames);
          await frames.write(KIND.moreSymbols, encodeCount(MAX_SYMBOLS_A_FRAME + 1));
        },
      },
      'asks for symbols one by one': {
        fault: /the 97th time/,
        talk: async (frames) => {
          await open(frames);
          for (;;) {
            await frames.write(KIND.moreSymbols, encodeCount(1));
            await frames.read(MORE_THAN_ANY);
          }
        },
      },
      'asks for more ids than there are': {
        fault: /more ids/,
        talk: async (frames) => {
          await open(frames);
          for (;;) {
            await frames.write(KIND.moreIds);
            await frames.read(MORE_THAN_ANY);
          }
        },
      },
      'wants what was never there': {
        fault: /never there/,
        talk: async (frames) => {
          await open(frames);
          await frames.write(KIND.want, encodeFlagged(true, encodeKeys([1n, 2n])));
        },
      },
      'wants more than there is': {
        fault: /more are wanted/,
        talk: async (frames) => {
          await open(frames);
          const ids = Array.from({ length: 101 }, (_, n) => BigInt(n));
          await frames.write(KIND.want, encodeFlagged(false, encodeKeys(ids)));
        },
      },
      'chooses from a list it was not told': {
        fault: /not told to its end/,
        talk: async (frames) => {
          await open(frames);
          await frames.write(KIND.wantListed, encodeBitmap(new Array<boolean>(100).fill(true)));
        },
      },
      'wants once more': {
        fault: /out of its turn/,
        talk: async (frames) => {
          await open(frames, 5000);
          const nothing = encodeBitmap(new Array<boolean>(100).fill(false));
          await frames.write(KIND.wantListed, nothing);
          await frames.read(100);
          await frames.write(KIND.ack, encodeFlagged(true, new Uint8Array(0)));
          await frames.write(KIND.wantListed, nothing);
        },
      },
      'offers an id twice': {
        fault: /offered twice/,
        talk: async (frames) => {
          await open(frames);
          await frames.write(KIND.offer, encodeKeys([1n, 1n]));
        },
      },
      'offers too many at once': {
        fault: /no list of 1 to 2048 ids/,
        talk: async (frames) => {
          await open(frames, 5000);
          await frames.write(KIND.offer, new Uint8Array(8 * (MAX_OFFERED + 1)));
        },
      },
      'asks nothing': {
        fault: /asks nothing/,
        talk: async (frames) => {
          await open(frames);
          await frames.write(99 as Kind, new Uint8Array(5));
        },
      },
      'sends a page that is no list': {
        fault: /no list of transactions/,
        talk: offering(transfers(1), (frames) => frames.write(KIND.page, Uint8Array.of(1, 0xc1))),
      },
      'sends a page without end': {
        fault: /empty page/,
        talk: offering(transfers(1), (frames) => frames.write(KIND.page, list([], false))),
      },
      'sends another than was asked for': {
        fault: /not asked for/,
        talk: offering(transfers(1), (frames) => frames.write(KIND.page, list(transfers(1, 1)))),
      },
      'sends one twice': {
        fault: /not asked for/,
        talk: offering(transfers(2), (frames) => {
          const [raw] = transfers(1);
          return frames.write(KIND.page, list([raw!, raw!]));
        }),
      },
      'sends what no honest node would': {
        fault: /no node may forward/,
        talk: offering([signed({ chainId: 1n }), ...transfers(1)], (frames) =>
          frames.write(KIND.page, list([signed({ chainId: 1n }), ...transfers(1)])),
        ),
      },
    };
    for (const [what, { fault, talk }] of Object.entries(hostile)) {
      it(what, async () => {
        const pair = await asked(talk);
        pays(pair, fault);
        assert.equal(pair.far.pool.counts.pending, 100);
      });
    }
  });

  it('that offers more than any pool holds is disconnected', async () => {
    const pair = await syncedPair({ options: { maxIds: 2 * MAX_OFFERED } });
    let answered = 0;
    await pair.byHand(async (frames) => {
      const key = await open(frames, 100, false);
      // All of it came to the far side since it looked, so none is picked, and nothing has to be given.
      const there = giveCommon([pair.far], MAX_OFFERED).map(({ hash }) => hash);
      const keys = encodeKeys(finish(keysOf(there, key)));
      for (;;) {
        await frames.write(KIND.offer, keys);
        const { kind, body } = await frames.read(1_000);
        assert.deepEqual([kind, body.slice(1)], [KIND.pick, new Uint8Array(MAX_OFFERED / 8)]);
        answered++;
      }
    });
    await pair.later(200);
    pays(pair, /more is offered than any pool holds/);
    assert.equal(answered, 2);
  });

  it('that offers little by little is disconnected', async () => {
    const pair = await asked(
      offering(transfers(1), async (frames) => {
        await frames.write(KIND.page, list(transfers(1)));
        await frames.read(100);
        await frames.write(KIND.offer, encodeKeys([5n]));
      }),
    );
    pays(pair, /out of its turn/);
  });

  it('that sends on while its transactions are checked is disconnected', async () => {
    const pair = await syncedPair();
    giveCommon([pair.far], 100);
    pair.far.verifier.busy = true;
    await pair.byHand((frames, stream) =>
      offering(transfers(1), async () => {
        await frames.write(KIND.page, list(transfers(1), false));
        for (let n = 0; n < 60; n++) stream.send(new Uint8Array(60_000));
      })(frames, stream),
    );
    await pair.later(5_000);
    pays(pair, /without waiting/);
  });

  it('that answers a page with a bitmap of another size is disconnected', async () => {
    const pair = await syncedPair();
    await give(pair.clock, pair.far, transfers(30));
    await pair.byHand(async (frames) => {
      await open(frames, 0);
      await frames.write(KIND.wantListed, encodeBitmap(new Array<boolean>(30).fill(true)));
      await frames.read(MORE_THAN_ANY);
      await frames.write(KIND.ack, encodeFlagged(true, new Uint8Array(3)));
    });
    await pair.later(200);
    pays(pair, /a bitmap of 3 bytes for 30/);
  });

  it('that was disconnected is not talked to for ten minutes, however often it comes back', async () => {
    const pair = await asked((frames) => frames.write(KIND.want, new Uint8Array(20)));
    const { near, far, clock } = pair;
    const again = async (): Promise<boolean> => {
      await clock.perform(0, () => near.host.dial(far.host.addresses()[0]!));
      await pair.later(100);
      let heard = false;
      await pair.byHand(async (frames) => {
        await frames.write(KIND.hello, hello(5));
        await frames.read(100);
        heard = true;
      });
      await clock.perform(0, () => near.host.disconnect(far.host.peerId));
      await pair.later(100);
      return heard;
    };
    assert.equal(await again(), false);
    await pair.later(590_000);
    assert.equal(await again(), false);
    await pair.later(20_000);
    assert.equal(await again(), true);
  });

  describe('that answers is disconnected when it', () => {
    const different = encodeDifferent({ salt: SALT, count: 1000 });
    const hostile: Record<string, { fault: RegExp; talk: Talk }> = {
      'answers with something else': {
        fault: /no answer to HELLO/,
        talk: (frames) => frames.write(KIND.page),
      },
      'answers more than that pools are the same': {
        fault: /no answer to HELLO/,
        talk: (frames) => frames.write(KIND.same, new Uint8Array(3)),
      },
      'goes on after the end': {
        fault: /after the end/,
        talk: async (frames) => {
          await frames.write(KIND.same);
          await frames.write(KIND.same);
        },
      },
      'sends more symbols than were asked for': {
        fault: /17 symbols where 16/,
        talk: async (frames) => {
          await frames.write(KIND.different, different);
          await frames.write(KIND.symbols, noise(0, 17, 1000));
        },
      },
      'names symbols it does not send': {
        fault: /are no 16 symbols/,
        talk: async (frames) => {
          await frames.write(KIND.different, different);
          await frames.write(KIND.symbols, noise(0, 16, 1000).subarray(0, 100));
        },
      },
      'lists its ids one by one': {
        fault: /1 ids where 1000 were due/,
        talk: async (frames) => {
          await frames.write(KIND.different, different);
          await frames.write(KIND.ids, encodeKeys([1n]));
        },
      },
      'gives what was not asked for': {
        fault: /not asked for/,
        talk: async (frames) => {
          await frames.write(KIND.different, encodeDifferent({ salt: SALT, count: 1 }));
          await frames.write(KIND.ids, encodeKeys([1n]));
          await frames.read(100);
          await frames.write(KIND.page, list(transfers(1)));
        },
      },
      'picks with bits to spare': {
        fault: /beyond its end/,
        talk: async (frames) => {
          await frames.write(KIND.different, encodeDifferent({ salt: SALT, count: 0 }));
          await frames.read(MORE_THAN_ANY);
          await frames.write(KIND.pick, Uint8Array.of(1, 0xff));
        },
      },
    };
    for (const [what, { fault, talk }] of Object.entries(hostile)) {
      it(what, async () => {
        const pair = await syncedPair();
        await give(pair.clock, pair.near, transfers(3));
        await pair.answerByHand(async (frames) => {
          await frames.read(100);
          await talk(frames, undefined as never);
        });
        await pair.later(100);
        await assert.rejects(pair.session(), fault);
        assert.equal(pair.near.faults.length, 1);
        await pair.later(100);
        assert.equal(pair.areConnected(), false);
        assert.equal(pair.near.pool.counts.pending, 3);
      });
    }
  });

  it('that sends symbols of no set is asked for a list at last: the symbols cost no more than that', async () => {
    const pair = await syncedPair();
    const count = 5_000;
    let symbols = 0;
    let listed = 0;
    await pair.answerByHand(async (frames) => {
      await frames.read(100);
      await frames.write(KIND.different, encodeDifferent({ salt: SALT, count }));
      await frames.write(KIND.symbols, noise(0, 16, count));
      symbols += 16;
      for (;;) {
        const { kind, body } = await frames.read(MORE_THAN_ANY);
        if (kind === KIND.moreSymbols) {
          const more = decodeCount(body);
          await frames.write(KIND.symbols, noise(symbols, more, count));
          symbols += more;
        } else if (kind === KIND.moreIds) {
          listed += count;
          await frames.write(KIND.ids, encodeKeys(Array.from({ length: count }, (_, n) => BigInt(n))));
        } else {
          // It is asked for five thousand that it has not got.
          await frames.write(KIND.page, list([]));
        }
      }
    });
    giveCommon([pair.near], count);
    await pair.later(100);
    await assert.rejects(pair.session(), /gave 0 of 5000/);
    assert.equal(listed, count);
    assert.ok(symbols * 13 <= count * 8 * 1.2, `${symbols} symbols`);
    assert.equal(pair.near.lapses.length, 1);
    // It may be honest: the chain may have taken what it had. It stays connected, and rests.
    assert.ok(pair.areConnected());
  });

  it('that claims more than any pool holds is not listened to', async () => {
    const pair = await syncedPair();
    giveCommon([pair.near], 100);
    await pair.answerByHand(async (frames) => {
      await frames.read(100);
      await frames.write(KIND.different, encodeDifferent({ salt: SALT, count: MANY }));
      await frames.write(KIND.ids, encodeKeys(Array.from({ length: 16_384 }, (_, n) => BigInt(n))));
    });
    await pair.later(100);
    await assert.rejects(pair.session(), /more than 1048576 are not listed/);
  });

  it('that says it lacks everything, though it does not, costs ids of our pool and pages at their rate', async () => {
    const pair = await syncedPair({ options: { bytesPerSecond: 50_000, maxSessionMs: 20_000 } });
    const { far, clock } = pair;
    const raws = transfers(500).map((_, n) =>
      signed({ nonce: BigInt(n), data: new Uint8Array(2_000), gasLimit: 100_000n }),
    );
    await give(clock, far, raws);
    const before = far.host.transportBytes().sent;
    const startMs = clock.nowMs();
    await pair.byHand(async (frames) => {
      await open(frames, 0);
      await frames.write(KIND.wantListed, encodeBitmap(new Array<boolean>(500).fill(true)));
      for (;;) {
        const { body } = await frames.read(MORE_THAN_ANY);
        // As many as it can say it holds, unread.
        body;
        await frames.write(KIND.ack, encodeFlagged(true, new Uint8Array(2)));
      }
    });
    const sent = far.host.transportBytes().sent - before;
    const seconds = (clock.nowMs() - startMs) / 1000;
    assert.ok(sent <= 4_000 + 256 * 1024 + 50_000 * (seconds + 1), `${sent} bytes in ${seconds} s`);
  });

  describe('that is silent', () => {
    it('after it has opened loses the stream after ten seconds, and that is held against it', async () => {
      const pair = await syncedPair();
      let ended = false;
      await pair.clock.perform(0, async () => {
        const stream = await pair.near.host.openStream(pair.far.host.peerId, '/txgossip/sync/1');
        stream.addEventListener('close', () => (ended = true));
      });
      await pair.later(9_900);
      assert.equal(ended, false);
      await pair.later(200);
      assert.ok(ended);
      assert.equal(pair.far.lapses.length, 1);
      assert.ok(pair.areConnected());
    });

    it('when asked costs one session of ours', async () => {
      const pair = await syncedPair();
      await pair.answerByHand(async () => undefined);
      await pair.later(100);
      const startMs = pair.clock.nowMs();
      await assert.rejects(pair.session(), /silent for 10000 ms/);
      assert.ok(pair.clock.nowMs() - startMs <= 10_100);
      assert.equal(pair.near.lapses.length, 1);
    });

    it('but for a byte now and then has a minute', async () => {
      const pair = await syncedPair();
      giveCommon([pair.far], 100);
      let ended = false;
      await pair.clock.perform(0, async () => {
        const stream = await pair.near.host.openStream(pair.far.host.peerId, '/txgossip/sync/1');
        stream.addEventListener('close', () => (ended = true));
        // Symbols are asked for in time, again and again.
        stream.send(Buffer.concat([varint(1 + hello(5).byteLength), Uint8Array.of(KIND.hello), hello(5)]));
        for (let n = 1; n <= 20; n++) {
          pair.clock.schedule(0, pair.clock.nowMs() + 8_000 * n, () => {
            if (stream.status === 'open') stream.send(Uint8Array.of(2, KIND.moreSymbols, 1));
          });
        }
      });
      await pair.later(59_000);
      assert.equal(ended, false);
      await pair.later(2_000);
      assert.ok(ended);
      assert.deepEqual(pair.far.failures, ['a session took more than 60000 ms']);
    });

    it('in the place where things are taken in loses it', async () => {
      const pair = await syncedPair();
      const { far, near, clock } = pair;
      await pair.byHand(async (frames) => {
        const key = await open(frames, 100, false);
        await frames.write(KIND.offer, encodeKeys(finish(keysOf(transfers(1).map(transactionHash), key))));
        await frames.read(100);
      });
      await give(clock, near, transfers(2, 1));
      await pair.later(10_100);
      assert.equal(far.lapses.length, 1);
      assert.equal((await pair.session()).given, 2);
    });
  });

  it('that comes in a crowd finds so many places', async () => {
    const pair = await syncedPair({ options: { maxIncoming: 0 } });
    let heard = false;
    await pair.byHand(async (frames) => {
      await frames.write(KIND.hello, hello(5));
      await frames.read(100);
      heard = true;
    });
    assert.equal(heard, false);
    assert.ok(pair.areConnected());
    assert.deepEqual(pair.far.faults, []);
  });
});
