import fc from 'fast-check';
import assert from 'node:assert/strict';
import { MEMBERS_PROTOCOL, PING_PROTOCOL } from '../../../src/host/protocols.ts';
import { MemberFrameMeter } from '../../../src/propagation/member-frame-meter.ts';
import { varint } from '../../../src/propagation/sync/messages.ts';
import { seeded } from '../../helpers/seed.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });

function framesIn(protocol: string, stream: Uint8Array, pieces: readonly number[]): number {
  const frames = { members: 0 };
  const meter = new MemberFrameMeter(protocol, frames);
  for (let at = 0, k = 0; at < stream.length; k++) {
    const end = at + pieces[k % pieces.length]!;
    meter.push(stream.subarray(at, end));
    at = end;
  }
  return frames.members;
}

describe('MemberFrameMeter', () => {
  it('counts frames behind their lengths, empty ones too, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), cuts, (bodies, pieces) => {
        const stream = Buffer.concat(bodies.flatMap((body) => [varint(body.byteLength), body]));
        assert.equal(framesIn(MEMBERS_PROTOCOL, stream, pieces), bodies.length);
      }),
      seeded(),
    );
  });

  it('counts pings by their length', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9 }), cuts, (pings, pieces) => {
        // No head tells their length: these would read as frames of another one.
        assert.equal(framesIn(PING_PROTOCOL, new Uint8Array(32 * pings).fill(7), pieces), pings);
      }),
      seeded(),
    );
  });

  it('counts a frame that begins and does not end', () => {
    assert.equal(framesIn(MEMBERS_PROTOCOL, Uint8Array.of(0x80), [1]), 1);
    assert.equal(framesIn(MEMBERS_PROTOCOL, Uint8Array.of(3, 1), [1]), 1);
    assert.equal(framesIn(PING_PROTOCOL, new Uint8Array(33), [64]), 2);
  });
});
