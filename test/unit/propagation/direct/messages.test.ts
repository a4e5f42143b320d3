import fc from 'fast-check';
import assert from 'node:assert/strict';
import { toHex } from '../../../../src/bytes.ts';
import { DirectFrameMeter } from '../../../../src/propagation/direct/direct-frame-meter.ts';
import { FrameReader } from '../../../../src/propagation/direct/frame-reader.ts';
import {
  decodeHashes,
  decodeMessage,
  DirectFault,
  HASHES,
  hashesFrame,
  REQUEST,
  requestFrame,
  RESPONSE,
  responseFrame,
  TRANSACTIONS,
  transactionsFrame,
} from '../../../../src/propagation/direct/messages.ts';
import { encodeByteStrings } from '../../../../src/transaction/rlp.ts';
import { seeded } from '../../../helpers/seed.ts';

const raws = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 5 });
const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex), {
  minLength: 1,
  maxLength: 5,
});
const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** A frame, what is to be read from it, and how many of its bytes are transactions. */
const frame = fc.oneof(
  raws.map((list) => {
    const content = encodeByteStrings(list);
    return {
      bytes: transactionsFrame(list),
      kind: TRANSACTIONS,
      number: 0,
      content,
      payload: content.length,
    };
  }),
  hashes.map((list) => {
    const content = Buffer.from(list.map((hash) => hash.slice(2)).join(''), 'hex');
    return { bytes: hashesFrame(list), kind: HASHES, number: 0, content, payload: 0 };
  }),
  fc.tuple(number, hashes).map(([id, list]) => {
    const content = Buffer.from(list.map((hash) => hash.slice(2)).join(''), 'hex');
    return { bytes: requestFrame(id, list), kind: REQUEST, number: id, content, payload: 0 };
  }),
  fc.tuple(number, raws).map(([id, list]) => {
    const content = encodeByteStrings(list);
    return {
      bytes: responseFrame(id, list),
      kind: RESPONSE,
      number: id,
      content,
      payload: content.length,
    };
  }),
);

function cut(stream: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, k = 0; at < stream.length; k++) {
    const size = sizes[k % sizes.length]!;
    pieces.push(stream.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe('messages of the baselines', () => {
  it('are read as they were written, and metered by kind, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        (frames, sizes) => {
          const stream = Buffer.concat(frames.map(({ bytes }) => bytes));
          const reader = new FrameReader(2000);
          const counted = { message: 0, control: 0 };
          const meter = new DirectFrameMeter(counted);
          const read: unknown[] = [];
          for (const piece of cut(stream, sizes)) {
            meter.push(piece);
            reader.push(piece, (body) => {
              const { kind, number: id, content } = decodeMessage(body);
              read.push({ kind, number: id, content: toHex(content) });
            });
          }
          assert.deepEqual(
            read,
            frames.map(({ kind, number: id, content }) => ({ kind, number: id, content: toHex(content) })),
          );
          const message = frames.reduce((sum, { payload }) => sum + payload, 0);
          assert.deepEqual(counted, { message, control: stream.length - message });
        },
      ),
      seeded(),
    );
  });

  it('of any bytes at all are messages or a fault, never more than is allowed, and every byte is metered', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (stream, sizes) => {
          const counted = { message: 0, control: 0 };
          const meter = new DirectFrameMeter(counted);
          const reader = new FrameReader(100);
          let isFaulty = false;
          for (const piece of cut(stream, sizes)) {
            meter.push(piece);
            if (isFaulty) continue;
            try {
              reader.push(piece, (body) => {
                assert.ok(body.length <= 100);
                const { kind, content } = decodeMessage(body);
                if (kind === HASHES) assert.ok(decodeHashes(content, 3).length <= 3);
              });
            } catch (error) {
              assert.ok(error instanceof DirectFault);
              isFaulty = true;
            }
          }
          assert.equal(counted.message + counted.control, stream.length);
        },
      ),
      { ...seeded(), numRuns: 1000 },
    );
  });

  const faults: [string, Uint8Array, RegExp][] = [
    ['an empty body', new Uint8Array(), /an empty frame/],
    ['another kind', Uint8Array.of(9, 1, 2), /unknown kind 9/],
    ['half a number', Uint8Array.of(REQUEST, 0, 0, 1), /without its number/],
  ];
  for (const [what, body, message] of faults) {
    it(`${what} is a fault`, () => {
      assert.throws(
        () => decodeMessage(body),
        (error) => error instanceof DirectFault && message.test(error.message),
      );
    });
  }

  it('lists of hashes are whole, not empty, and not longer than allowed', () => {
    assert.throws(() => decodeHashes(new Uint8Array(), 3), /0 bytes are no list of hashes/);
    assert.throws(() => decodeHashes(new Uint8Array(33), 3), /33 bytes are no list of hashes/);
    assert.throws(
      () => decodeHashes(new Uint8Array(4 * 32), 3),
      /4 hashes in one message, at most 3 allowed/,
    );
    assert.equal(decodeHashes(new Uint8Array(3 * 32), 3).length, 3);
  });

  it('a length prefix alone makes nobody wait for more than is allowed', () => {
    const reader = new FrameReader(100);
    assert.throws(() => reader.push(Uint8Array.of(0, 0, 0, 101), () => undefined), /101 bytes, at most 100/);
  });
});
