import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Message, Reach } from '../../../../src/peers/membership/actions.ts';
import { FrameReader } from '../../../../src/peers/membership/frame-reader.ts';
import {
  decodeMessage,
  encodeMessage,
  MAX_FRAME_BYTES,
  MAX_UPDATES,
  MemberFault,
} from '../../../../src/peers/membership/messages.ts';
import { MAX_ACCUSERS, MAX_ADDRESSES, type Update } from '../../../../src/peers/membership/update.ts';
import { seeded } from '../../../helpers/seed.ts';

const plain = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const peer = fc.string({
  unit: fc.constantFrom(...BASE58.split('')),
  minLength: 32,
  maxLength: 64,
});
const address = fc
  .string({ unit: 'grapheme-ascii', maxLength: 100 })
  .map((text) => `/${text.replaceAll(' ', '')}x`);
const number = fc.maxSafeNat();
const state = fc.constantFrom('alive', 'suspect', 'dead', 'left') satisfies fc.Arbitrary<Update['state']>;
const update = (of: fc.Arbitrary<Update['state']> = state): fc.Arbitrary<Update> =>
  plain({
    peer,
    state: of,
    incarnation: number,
    addresses: fc.array(address, { maxLength: MAX_ADDRESSES }),
    by: fc.array(peer, { maxLength: MAX_ACCUSERS }),
  });
const updates = fc.array(update(), { maxLength: MAX_UPDATES });
const reach = fc.constantFrom<Reach>('reached', 'silent', 'refused', 'unreachable', 'unknown');
const message: fc.Arbitrary<Message> = fc.oneof(
  plain({
    kind: fc.constant('hello' as const),
    self: update(fc.constant('alive' as const)),
    digest: fc.nat(2 ** 32 - 1),
    isAnswer: fc.boolean(),
  }),
  plain({ kind: fc.constantFrom('news' as const, 'list' as const), updates }),
  plain({
    kind: fc.constant('ask' as const),
    id: number,
    peer,
    addresses: fc.array(address, { maxLength: MAX_ADDRESSES }),
  }),
  plain({ kind: fc.constant('answer' as const), id: number, reach }),
  plain({ kind: fc.constant('goodbye' as const), incarnation: number }),
);

/** Without its length. */
function bodyOf(frame: Uint8Array): Uint8Array {
  let body: Uint8Array | undefined;
  new FrameReader().push(frame, (read) => (body = read));
  return body!;
}

const decodes = (body: Uint8Array): Message | undefined => {
  try {
    return decodeMessage(body);
  } catch (error) {
    assert.ok(error instanceof MemberFault, `not a fault of the peer: ${String(error)}`);
    return undefined;
  }
};

describe('messages of members', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const frame = encodeMessage(sent);
        assert.ok(frame.byteLength <= MAX_FRAME_BYTES + 3);
        assert.deepEqual(decodeMessage(bodyOf(frame)), sent);
      }),
      seeded(),
    );
  });

  it('finds a fault in every other text, or reads what would be written just so', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        const read = decodes(body);
        if (read !== undefined) assert.deepEqual(bodyOf(encodeMessage(read)), Buffer.from(body));
      }),
      { ...seeded(), numRuns: 2000 },
    );
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, where, change) => {
        const body = Uint8Array.from(bodyOf(encodeMessage(sent)));
        body[where % body.length]! ^= change;
        const read = decodes(body);
        if (read !== undefined) assert.deepEqual(bodyOf(encodeMessage(read)), Buffer.from(body));
      }),
      { ...seeded(), numRuns: 2000 },
    );
  });

  it('finds a fault in one that is cut short, or has more behind it', () => {
    fc.assert(
      fc.property(message, fc.nat(), (sent, where) => {
        const body = bodyOf(encodeMessage(sent));
        const cut = decodes(body.subarray(0, where % body.length));
        // A list of updates may end after any.
        if (cut !== undefined) assert.ok(cut.kind === 'news' || cut.kind === 'list', cut.kind);
        assert.equal(decodes(Buffer.concat([body, Uint8Array.of(0)])), undefined);
      }),
      seeded(),
    );
  });

  it('does not take more updates, addresses or accusers than there may be', () => {
    const one: Update = { peer: 'x'.repeat(52), state: 'alive', incarnation: 0, addresses: [], by: [] };
    const body = bodyOf(encodeMessage({ kind: 'news', updates: Array<Update>(MAX_UPDATES).fill(one) }));
    assert.notEqual(decodes(body), undefined);
    assert.equal(
      decodes(Buffer.concat([body, body.subarray(1, 1 + (body.length - 1) / MAX_UPDATES)])),
      undefined,
    );
    // The count of addresses is the last but one byte of an update without any.
    for (const [from, many] of [
      [2, MAX_ADDRESSES + 1],
      [1, MAX_ACCUSERS + 1],
    ] as const) {
      const changed = Uint8Array.from(bodyOf(encodeMessage({ kind: 'news', updates: [one] })));
      changed[changed.length - from] = many;
      assert.throws(() => decodeMessage(changed), /at most/);
    }
  });

  it('leaves out what is too long for a frame', () => {
    const long = { peer: 'x'.repeat(52), state: 'alive', incarnation: 0, by: [] } as const;
    const addresses = [
      `/${'x'.repeat(200)}`,
      '/memory/1',
      '/memory/2',
      '/memory/3',
      '/memory/4',
      '/memory/5',
    ];
    const sent = encodeMessage({ kind: 'news', updates: [{ ...long, addresses }] });
    const read = decodeMessage(bodyOf(sent)) as Extract<Message, { kind: 'news' }>;
    assert.deepEqual(read.updates[0]!.addresses, addresses.slice(1, 5));
  });
});

describe('frames of members', () => {
  it('come whole, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.array(fc.nat()), (sent, cuts) => {
        const all = Buffer.concat(sent.map(encodeMessage));
        const at = [0, ...cuts.map((cut) => cut % all.length).sort((a, b) => a - b), all.length];
        const reader = new FrameReader();
        const read: Message[] = [];
        for (let i = 1; i < at.length; i++) {
          reader.push(all.subarray(at[i - 1], at[i]), (body) => void read.push(decodeMessage(body)));
        }
        assert.deepEqual(read, sent);
      }),
      seeded(),
    );
  });

  it('are refused by their length alone', () => {
    for (const head of [[0], [0x81, 0x80, 0x02], [0xff, 0xff, 0xff, 0xff]]) {
      assert.throws(() => new FrameReader().push(Uint8Array.from(head), () => undefined), MemberFault);
    }
  });
});
