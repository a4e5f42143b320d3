import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { FrameMeter, publishFieldBytes } from '../../../src/propagation/frame-meter.ts';
import { seeded } from '../../helpers/seed.ts';
import { frameOf, TOPIC } from '../../helpers/rpc-frame.ts';

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const rpc: fc.Arbitrary<RPC> = fc.record({
  subscriptions: fc.array(fc.record({ subscribe: fc.boolean(), topic: fc.constant(TOPIC) }), {
    maxLength: 2,
  }),
  messages: fc.array(fc.record({ topic: fc.constant(TOPIC), data: bytes(300) }), { maxLength: 3 }),
  control: fc.option(
    fc.record({
      ihave: fc.array(
        fc.record({ topicID: fc.constant(TOPIC), messageIDs: fc.array(bytes(20), { maxLength: 3 }) }),
        { maxLength: 2 },
      ),
      iwant: fc.array(fc.record({ messageIDs: fc.array(bytes(20), { maxLength: 3 }) }), { maxLength: 2 }),
      graft: fc.array(fc.record({ topicID: fc.constant(TOPIC) }), { maxLength: 2 }),
      prune: fc.constant([]),
      idontwant: fc.constant([]),
    }),
    { nil: undefined },
  ),
});

describe('FrameMeter', () => {
  it('tells payload from everything else, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(rpc, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (rpcs, cuts) => {
          const stream = Buffer.concat(rpcs.map((each) => frameOf(each)));
          const meter = new FrameMeter({ message: 0, control: 0 });
          for (let at = 0, k = 0; at < stream.length; k++) {
            const end = at + cuts[k % cuts.length]!;
            meter.push(stream.subarray(at, end));
            at = end;
          }
          const expected = rpcs
            .flatMap(({ messages }) => messages)
            .reduce((sum, { data }) => sum + publishFieldBytes(data!.length, TOPIC.length), 0);
          assert.equal(meter.bytes.message, expected);
          assert.equal(meter.bytes.message + meter.bytes.control, stream.length);
        },
      ),
      seeded(),
    );
  });

  it('counts every byte of what is no protobuf, and throws nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (pieces) => {
        const meter = new FrameMeter({ message: 0, control: 0 });
        for (const piece of pieces) meter.push(piece);
        const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
        const counted = meter.bytes.message + meter.bytes.control;
        // At most the header under way is not counted yet.
        assert.ok(counted <= total && total - counted <= 21, `${counted} of ${total}`);
      }),
      seeded(),
    );
  });
});
