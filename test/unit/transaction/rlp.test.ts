import assert from 'node:assert/strict';
import { decode, encode } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { fromHex } from '../../../src/bytes.ts';
import {
  countByteStrings,
  decodeByteStrings,
  encodeByteStrings,
  RlpReader,
  TWO_POW_256,
} from '../../../src/transaction/rlp.ts';
import { propertyOptions, uint } from './samples.ts';

const byteString = fc.oneof(
  fc.uint8Array({ maxLength: 2 }),
  fc.uint8Array({ minLength: 50, maxLength: 60 }),
  fc.uint8Array({ minLength: 250, maxLength: 260 }),
);

describe('byte strings', () => {
  it('are written as @ethereumjs/rlp writes them, and read back', () => {
    fc.assert(
      fc.property(fc.array(byteString, { maxLength: 8 }), (items) => {
        const bytes = encodeByteStrings(items);
        assert.deepEqual(bytes, encode(items));
        assert.deepEqual(decodeByteStrings(bytes, items.length), items);
        assert.equal(countByteStrings(bytes, items.length), items.length);
      }),
      propertyOptions(300),
    );
  });

  it('may be long: three and four bytes of length', () => {
    const items = [new Uint8Array(70_000).fill(1), new Uint8Array(17_000_000).fill(2)];
    const bytes = encodeByteStrings(items);
    assert.deepEqual([...bytes.subarray(0, 9)], [0xfb, 0x01, 0x04, 0x77, 0xb9, 0xba, 0x01, 0x11, 0x70]);
    assert.equal(Buffer.compare(decodeByteStrings(bytes, 2)![1]!, items[1]!), 0);
  });

  it('are copies: keeping one does not keep the message', () => {
    const bytes = encodeByteStrings([Uint8Array.of(1, 2, 3)]);
    const [item] = decodeByteStrings(Buffer.from(bytes), 1)!;
    assert.equal(item!.buffer.byteLength, 3);
    assert.equal(item!.constructor, Uint8Array);
  });

  it('are refused above maxItems', () => {
    const bytes = encodeByteStrings([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]);
    assert.equal(decodeByteStrings(bytes, 2), undefined);
    assert.equal(countByteStrings(bytes, 2), undefined);
    assert.equal(decodeByteStrings(bytes, 3)?.length, 3);
    assert.deepEqual(decodeByteStrings(Uint8Array.of(0xc0), 0), []);
  });

  for (const [what, hex] of [
    ['nothing', '0x'],
    ['a string instead of a list', '0x83010203'],
    ['a list inside', '0xc1c0'],
    ['a byte behind', '0xc10100'],
    ['a single byte below 0x80 with a header', '0xc28101'],
    ['a string longer than its list', '0xc28201'],
    ['a list longer than the input', '0xc201'],
    ['a short string in long form', '0xc3b80180'],
    ['a string of 55 bytes in long form', `0xf839b837${'80'.repeat(55)}`],
    ['a short list in long form', '0xf80101'],
    ['a list of 55 bytes in long form', `0xf837${'01'.repeat(55)}`],
    ['a length with a leading zero', `0xf90038${'01'.repeat(56)}`],
    ['a length cut off', '0xf9'],
    ['a length beyond 2^53', '0xffffffffffffffffff'],
  ] as const) {
    it(`refuse ${what}`, () => assert.equal(decodeByteStrings(fromHex(hex), 100), undefined));
  }

  it('are refused or, written again, the same bytes', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(byteString, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.nat(255),
        (items, position, byte) => {
          const bytes = encodeByteStrings(items);
          bytes[position % bytes.length] = byte;
          const read = decodeByteStrings(bytes, 1_000);
          if (read === undefined) return;
          accepted++;
          assert.deepEqual(encodeByteStrings(read), bytes);
        },
      ),
      propertyOptions(500),
    );
    assert.ok(accepted > 20, `only ${accepted} accepted`);
  });

  it('agree with @ethereumjs/rlp on what a flat list is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (tail) => {
        const bytes = Uint8Array.of(0xc0 + tail.length, ...tail);
        let expected: unknown;
        try {
          expected = decode(bytes);
        } catch {
          // Not RLP.
        }
        const flat = Array.isArray(expected) && expected.every((item) => item instanceof Uint8Array);
        assert.deepEqual(decodeByteStrings(bytes, 10), flat ? expected : undefined);
      }),
      propertyOptions(500),
    );
  });
});

describe('RlpReader', () => {
  it('reads integers of every length', () => {
    fc.assert(
      fc.property(uint(256), (value) => {
        const reader = new RlpReader(encode(value));
        assert.equal(reader.integer('x'), value);
        assert.equal(reader.fault, undefined);
      }),
      propertyOptions(300),
    );
  });

  it('reads as 2^256 what is larger, however large', () => {
    assert.equal(new RlpReader(encode(TWO_POW_256)).integer('x'), TWO_POW_256);
    assert.equal(new RlpReader(encode(new Uint8Array(100_000).fill(9))).integer('x'), TWO_POW_256);
  });

  it('refuses leading zeros and what is not below the limit', () => {
    for (const [hex, fault] of [
      ['0x00', 'rlp: non-canonical integer (leading zero bytes), decoding into x'],
      ['0x820001', 'rlp: non-canonical integer (leading zero bytes), decoding into x'],
      ['0x820100', 'rlp: input string too long for uint8, decoding into x'],
      ['0xc0', 'rlp: expected input string or byte, decoding into x'],
      ['0x', 'rlp: too few elements, decoding into x'],
    ] as const) {
      const reader = new RlpReader(fromHex(hex));
      assert.equal(reader.integer('x', 256n), 0n);
      assert.equal(reader.fault, fault);
    }
  });

  it('keeps the first fault and reads nothing behind it', () => {
    const reader = new RlpReader(fromHex('0xc3000102'));
    const outer = reader.enterList('list');
    reader.integer('first');
    assert.equal(reader.hasMore(), false);
    assert.equal(reader.integer('second'), 0n);
    assert.equal(reader.byteString('third').length, 0);
    reader.leaveList('list', outer);
    reader.finish();
    assert.equal(reader.fault, 'rlp: non-canonical integer (leading zero bytes), decoding into first');
  });

  it('does not let an item reach out of its list', () => {
    const reader = new RlpReader(fromHex('0xc6c28301020304'));
    reader.enterList('outer');
    reader.enterList('inner');
    reader.byteString('x');
    assert.equal(reader.fault, 'rlp: value size exceeds available input length, decoding into x');
  });

  it('wants every item of a list read', () => {
    const reader = new RlpReader(fromHex('0xc4c2010203'));
    const outer = reader.enterList('outer');
    const inner = reader.enterList('inner');
    reader.integer('x');
    reader.leaveList('inner', inner);
    reader.leaveList('outer', outer);
    assert.equal(reader.fault, 'rlp: input list has too many elements, decoding into inner');
  });
});
