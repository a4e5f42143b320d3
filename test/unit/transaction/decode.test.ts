import assert from 'node:assert/strict';
import { encode } from '@ethereumjs/rlp';
import { createTxFromRLP } from '@ethereumjs/tx';
import { Transaction as EthersTransaction } from 'ethers';
import fc from 'fast-check';
import { keccak256, type Hex as ViemHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { fromHex, toHex, type Hex } from '../../../src/bytes.ts';
import { decodeTransaction } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { isRefusal, type TransactionRefusalCode } from '../../../src/transaction/refusal.ts';
import { headerLength, writeListHeader } from '../../../src/transaction/rlp.ts';
import type { UnsignedTransaction } from '../../../src/transaction/sign.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import {
  ACCESS_LIST,
  ADDRESS,
  AUTHORIZATION,
  decoded,
  DYNAMIC_FEE,
  LEGACY,
  PRIVATE_KEY,
  propertyOptions,
  RULES,
  SET_CODE,
  signed,
  TO,
  validTransaction,
} from './samples.ts';

const viemAccount = privateKeyToAccount(toHex(PRIVATE_KEY));

/** viem builds, encodes and signs on its own; nothing of ours is in these bytes. */
async function signedByViem(unsigned: UnsignedTransaction): Promise<Uint8Array> {
  const { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value, data, accessList, authorizationList } =
    unsigned;
  const common = { nonce: Number(nonce), gas: gasLimit, to, value, data: toHex(data ?? new Uint8Array(0)) };
  const typed = {
    ...common,
    chainId: Number(chainId),
    accessList: accessList?.map((entry) => ({ ...entry })),
  };
  const fees = { maxFeePerGas: feeCap, maxPriorityFeePerGas: tipCap };
  const authorizations = authorizationList?.map(({ chainId, nonce, r, s, address, yParity }) => ({
    address,
    chainId: Number(chainId),
    nonce: Number(nonce),
    yParity,
    r: word(r),
    s: word(s),
  }));
  const raw: ViemHex = await {
    0: () =>
      viemAccount.signTransaction({
        ...common,
        type: 'legacy',
        gasPrice: feeCap,
        ...(chainId !== undefined && { chainId: Number(chainId) }),
      }),
    1: () => viemAccount.signTransaction({ ...typed, type: 'eip2930', gasPrice: feeCap }),
    2: () => viemAccount.signTransaction({ ...typed, ...fees, type: 'eip1559' }),
    4: () =>
      viemAccount.signTransaction({
        ...typed,
        ...fees,
        type: 'eip7702',
        authorizationList: authorizations ?? [],
      }),
  }[type]();
  return fromHex(raw);
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

function recovered(raw: Uint8Array): Transaction {
  const result = recoverSender(decoded(raw));
  if (isRefusal(result)) throw new Error(result.message);
  return result;
}

describe('decodeTransaction', () => {
  it('reads the example of EIP-155', () => {
    const raw = fromHex(
      '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025' +
        'a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276' +
        'a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    );
    const transaction = recovered(raw);
    assert.equal(
      toHex(transaction.signingHash),
      '0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53',
    );
    assert.equal(transaction.hash, '0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788');
    assert.equal(transaction.sender, ADDRESS);
    assert.deepEqual(
      { ...transaction, signingHash: undefined, hash: undefined, raw: undefined },
      {
        hash: undefined,
        raw: undefined,
        signingHash: undefined,
        type: 0,
        chainId: 1n,
        nonce: 9n,
        gasLimit: 21_000n,
        feeCap: 20_000_000_000n,
        tipCap: 20_000_000_000n,
        to: TO,
        value: 10n ** 18n,
        data: new Uint8Array(0),
        accessList: [],
        authorizationList: [],
        yParity: 0,
        r: 18515461264373351373200002665853028612451056578545711640558177340181847433846n,
        s: 46948507304638947509940763649030358759909902576025900602547168820602576006531n,
        sender: ADDRESS,
      },
    );
  });

  it('reads what viem signs, of every type: same fields, hash and sender', async () => {
    const types = new Set<number>();
    await fc.assert(
      fc.asyncProperty(validTransaction, async (unsigned) => {
        const raw = await signedByViem(unsigned);
        const transaction = recovered(raw);
        types.add(transaction.type);
        const { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value, data } = unsigned;
        assert.deepEqual(
          [
            transaction.type,
            transaction.chainId,
            transaction.nonce,
            transaction.gasLimit,
            transaction.feeCap,
          ],
          [type, chainId, nonce, gasLimit, feeCap],
        );
        assert.deepEqual(
          [transaction.tipCap, transaction.to, transaction.value, transaction.data],
          [tipCap ?? feeCap, to, value, data],
        );
        assert.deepEqual(transaction.accessList, unsigned.accessList ?? []);
        assert.deepEqual(transaction.authorizationList, unsigned.authorizationList ?? []);
        assert.equal(transaction.hash, keccak256(raw));
        assert.equal(transaction.sender, viemAccount.address.toLowerCase());
        assert.equal(transaction.raw, raw);
      }),
      propertyOptions(60),
    );
    assert.deepEqual([...types].toSorted(), [0, 1, 2, 4]);
  });

  it('agrees with @ethereumjs/tx and ethers on hash, signing hash, signature and sender', () => {
    fc.assert(
      fc.property(validTransaction, (unsigned) => {
        const raw = signed(unsigned);
        const transaction = recovered(raw);
        const oracle = createTxFromRLP(raw);
        assert.equal(transaction.hash, toHex(oracle.hash()));
        assert.deepEqual(transaction.signingHash, oracle.getHashedMessageToSign());
        assert.equal(transaction.sender, oracle.getSenderAddress().toString());
        assert.deepEqual([transaction.r, transaction.s], [oracle.r, oracle.s]);
        const second = EthersTransaction.from(toHex(raw));
        assert.equal(transaction.hash, second.hash);
        assert.equal(transaction.sender, second.from?.toLowerCase());
        assert.equal(transaction.yParity, second.signature?.yParity);
      }),
      propertyOptions(40),
    );
  });

  it('reads a chain id of several bytes', () => {
    for (const chainId of [0n, 55n, 127n, 128n, 1337n, 11_155_111n, (1n << 64n) + 5n]) {
      const rules = { ...RULES, chainId };
      for (const unsigned of [LEGACY, DYNAMIC_FEE]) {
        const transaction = decoded(signed(unsigned, { chainId }), rules);
        assert.equal(transaction.chainId, chainId);
        assert.deepEqual(recoverSender(transaction), { ...transaction, sender: ADDRESS });
      }
    }
  });

  it('gives data as a view of the bytes', () => {
    const raw = signed(DYNAMIC_FEE, { data: Uint8Array.of(1, 2, 3) });
    assert.equal(decoded(raw).data.buffer, raw.buffer);
  });
});

function assertRefused(
  raw: Uint8Array,
  code: TransactionRefusalCode,
  message: string | RegExp,
  rules = RULES,
): void {
  const result = decodeTransaction(raw, rules);
  assert.ok(isRefusal(result), 'accepted');
  assert.equal(result.code, code);
  if (typeof message === 'string') assert.equal(result.message, message);
  else assert.match(result.message, message);
}

describe('decodeTransaction refuses', () => {
  it('oversized', () => {
    const raw = signed(DYNAMIC_FEE, { gasLimit: 30_000_000n, data: new Uint8Array(131_072) });
    assertRefused(raw, 'oversized', `oversized data: transaction size ${raw.length}, limit 131072`);
    const small = signed(DYNAMIC_FEE);
    assertRefused(small, 'oversized', /^oversized data/, { ...RULES, maxBytes: small.length - 1 });
    assert.equal(decoded(small, { ...RULES, maxBytes: small.length }).type, 2);
  });

  it('malformed: nothing, or a type alone', () => {
    for (const hex of ['0x', '0x01', '0x02', '0x04']) {
      assertRefused(fromHex(hex), 'malformed', 'typed transaction too short');
    }
  });

  it('malformed: a string where the list belongs', () => {
    assertRefused(fromHex('0x83010203'), 'malformed', 'rlp: expected input list, decoding into transaction');
    assertRefused(
      fromHex('0x0283010203'),
      'malformed',
      'rlp: expected input list, decoding into transaction',
    );
  });

  it('type-not-supported: blobs, and types nobody defined', () => {
    for (const type of [0x00, 0x03, 0x05, 0x7f]) {
      const raw = signed(DYNAMIC_FEE);
      raw[0] = type;
      assertRefused(raw, 'type-not-supported', 'transaction type not supported');
    }
  });

  it('wrong-chain-id', () => {
    const message = 'invalid sender: invalid chain id for signer: have 5 want 1';
    for (const unsigned of [LEGACY, ACCESS_LIST, DYNAMIC_FEE, SET_CODE]) {
      assertRefused(signed(unsigned, { chainId: 5n }), 'wrong-chain-id', message);
    }
  });

  it('wrong-chain-id: none at all, where the rules want one', () => {
    const raw = signed(LEGACY, { chainId: undefined });
    assert.equal(decoded(raw).chainId, undefined);
    const rules = { ...RULES, requireReplayProtection: true };
    assertRefused(raw, 'wrong-chain-id', 'only replay-protected (EIP-155) transactions allowed', rules);
    assert.equal(decoded(signed(LEGACY), rules).chainId, 1n);
  });

  it('nonce-too-large (EIP-2681)', () => {
    const largest = 2n ** 64n - 2n;
    assert.equal(decoded(signed(DYNAMIC_FEE, { nonce: largest })).nonce, largest);
    for (const nonce of [largest + 1n, largest + 2n, 2n ** 300n]) {
      assertRefused(signed(DYNAMIC_FEE, { nonce }), 'nonce-too-large', 'nonce has max value');
    }
  });

  it('tip-above-fee-cap', () => {
    const raw = signed(DYNAMIC_FEE, { feeCap: 10n, tipCap: 11n });
    const figures = 'maxPriorityFeePerGas: 11, maxFeePerGas: 10';
    assertRefused(
      raw,
      'tip-above-fee-cap',
      `max priority fee per gas higher than max fee per gas: ${figures}`,
    );
    assert.equal(decoded(signed(DYNAMIC_FEE, { feeCap: 10n, tipCap: 10n })).tipCap, 10n);
  });

  it('fee-overflow', () => {
    assertRefused(
      signed(LEGACY, { feeCap: 2n ** 256n }),
      'fee-overflow',
      'max fee per gas higher than 2^256-1',
    );
    const tip = signed(DYNAMIC_FEE, { feeCap: 1n, tipCap: 2n ** 256n });
    assertRefused(tip, 'fee-overflow', 'max priority fee per gas higher than 2^256-1');
    const message = 'insufficient funds for gas * price + value: required balance exceeds 256 bits';
    const gasLimit = 2n ** 20n;
    assertRefused(signed(LEGACY, { gasLimit, feeCap: 2n ** 236n }), 'fee-overflow', message);
    const most = { gasLimit, feeCap: 2n ** 236n - 1n };
    assert.equal(decoded(signed(LEGACY, { ...most, value: gasLimit - 1n })).value, gasLimit - 1n);
    assertRefused(signed(LEGACY, { ...most, value: gasLimit }), 'fee-overflow', message);
  });

  it('empty-authorization-list (EIP-7702)', () => {
    const raw = signed(SET_CODE, { authorizationList: [] });
    assertRefused(raw, 'empty-authorization-list', 'set code tx must have at least one authorization tuple');
  });

  it('set-code-creates-contract (EIP-7702)', () => {
    const raw = signed(SET_CODE, { to: undefined });
    const message = 'EIP-7702 transaction cannot be used to create contract';
    assertRefused(raw, 'set-code-creates-contract', message);
  });

  it('init-code-too-large (EIP-3860)', () => {
    const create = { ...DYNAMIC_FEE, to: undefined, gasLimit: 30_000_000n };
    const raw = signed(create, { data: new Uint8Array(49_153) });
    assertRefused(raw, 'init-code-too-large', 'max initcode size exceeded: code size 49153 limit 49152');
    assert.equal(decoded(signed(create, { data: new Uint8Array(49_152) })).to, undefined);
    assert.equal(decoded(signed(create, { data: new Uint8Array(49_153), to: TO })).to, TO);
  });

  it('intrinsic-gas-too-low', () => {
    const message = 'intrinsic gas too low: gas 20999, minimum needed 21000';
    assertRefused(signed(DYNAMIC_FEE, { gasLimit: 20_999n }), 'intrinsic-gas-too-low', message);
    assert.equal(decoded(signed(DYNAMIC_FEE, { gasLimit: 21_000n })).gasLimit, 21_000n);
    assertRefused(signed(SET_CODE, { gasLimit: 45_999n }), 'intrinsic-gas-too-low', /minimum needed 46000$/);
  });

  it('floor-data-gas-too-low (EIP-7623)', () => {
    const data = new Uint8Array(100).fill(1);
    const message = 'insufficient gas for floor data gas cost: gas 24999, minimum needed 25000';
    assertRefused(signed(DYNAMIC_FEE, { data, gasLimit: 24_999n }), 'floor-data-gas-too-low', message);
    assert.equal(decoded(signed(DYNAMIC_FEE, { data, gasLimit: 25_000n })).gasLimit, 25_000n);
  });
});

type Item = Uint8Array | bigint | Item[];

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The fields of a signed type 2 transaction, to be spoilt one at a time. Places by name. */
const PLACE = {
  chainId: 0,
  nonce: 1,
  gasLimit: 4,
  to: 5,
  value: 6,
  data: 7,
  accessList: 8,
  yParity: 9,
  r: 10,
  s: 11,
};
function withField(place: keyof typeof PLACE, item: Item): Uint8Array {
  const { chainId, nonce, tipCap, feeCap, gasLimit, value, yParity, r, s } = decoded(signed(DYNAMIC_FEE));
  const empty = new Uint8Array(0);
  const fields: Item[] = [chainId!, nonce, tipCap, feeCap, gasLimit, fromHex(TO), value, empty, []];
  fields.push(BigInt(yParity), r, s);
  fields[PLACE[place]] = item;
  return Uint8Array.of(2, ...encode(fields));
}

function withAuthorization(changes: Partial<typeof AUTHORIZATION>): Uint8Array {
  return signed(SET_CODE, { authorizationList: [{ ...AUTHORIZATION, ...changes }] });
}

describe('decodeTransaction refuses a field out of range:', () => {
  it('(and takes it when within)', () => {
    assert.equal(decoded(withField('value', 2n ** 200n)).value, 2n ** 200n);
  });

  for (const [what, raw] of [
    ['a chain id of 257 bits', withField('chainId', 2n ** 256n)],
    ['a value of 257 bits', withField('value', 2n ** 256n)],
    ['a gas limit of 65 bits', withField('gasLimit', 2n ** 64n)],
    ['a recipient of 19 bytes', withField('to', new Uint8Array(19))],
    ['a recipient of 21 bytes', withField('to', new Uint8Array(21))],
    ['a recipient that is a list', withField('to', [])],
    ['data that is a list', withField('data', [])],
    ['an access list that is a string', withField('accessList', new Uint8Array(0))],
    ['an access list of strings', withField('accessList', [new Uint8Array(20)])],
    ['an access list entry of one item', withField('accessList', [[new Uint8Array(20)]])],
    ['an access list entry of three items', withField('accessList', [[new Uint8Array(20), [], []]])],
    ['an access list address of 19 bytes', withField('accessList', [[new Uint8Array(19), []]])],
    ['a storage key of 31 bytes', withField('accessList', [[new Uint8Array(20), [new Uint8Array(31)]]])],
    ['a storage key of 33 bytes', withField('accessList', [[new Uint8Array(20), [new Uint8Array(33)]]])],
    ['an authorization chain id of 257 bits', withAuthorization({ chainId: 2n ** 256n })],
    ['an authorization nonce of 65 bits', withAuthorization({ nonce: 2n ** 64n })],
    ['an authorization yParity of 9 bits', withAuthorization({ yParity: 256 })],
    ['an authorization r of 257 bits', withAuthorization({ r: 2n ** 256n })],
    ['an authorization s of 257 bits', withAuthorization({ s: 2n ** 256n })],
    ['an authorization address of 19 bytes', withAuthorization({ address: `0x${'11'.repeat(19)}` })],
  ] as const) {
    it(what, () => assertRefused(raw, 'malformed', /^rlp: /));
  }

  it('takes the largest authorization EIP-7702 allows', () => {
    const most = { ...AUTHORIZATION, chainId: 2n ** 256n - 1n, nonce: 2n ** 64n - 1n, yParity: 255 };
    const largest = { ...most, r: 2n ** 256n - 1n, s: 2n ** 256n - 1n };
    assert.deepEqual(decoded(withAuthorization(largest)).authorizationList, [largest]);
  });

  for (const [what, raw] of [
    ['yParity 2', withField('yParity', 2n)],
    ['r of 0', withField('r', 0n)],
    ['s of 0', withField('s', 0n)],
    ['r of the group order', withField('r', ORDER)],
    ['s of the group order', withField('s', ORDER)],
    ['r of 257 bits', withField('r', 2n ** 256n)],
    ['s above half the order (EIP-2)', withField('s', (ORDER >> 1n) + 1n)],
  ] as const) {
    const message = 'invalid sender: invalid transaction v, r, s values';
    it(what, () => assertRefused(raw, 'invalid-signature', message));
  }

  it('takes the largest r and s', () => {
    assert.equal(decoded(withField('r', ORDER - 1n)).r, ORDER - 1n);
    assert.equal(decoded(withField('s', ORDER >> 1n)).s, ORDER >> 1n);
  });

  it('legacy v', () => {
    const { nonce, feeCap, gasLimit, value, r, s } = decoded(signed(LEGACY));
    const withV = (v: bigint) =>
      encode([nonce, feeCap, gasLimit, fromHex(TO), value, new Uint8Array(0), v, r, s]);
    for (const v of [0n, 1n, 26n, 29n, 34n]) {
      assertRefused(withV(v), 'invalid-signature', 'invalid sender: invalid transaction v, r, s values');
    }
    for (const v of [35n, 36n, 39n, 2n ** 256n - 1n])
      assertRefused(withV(v), 'wrong-chain-id', /invalid chain id/);
    assertRefused(withV(2n ** 256n), 'malformed', /^rlp: /);
    for (const [v, chainId, yParity] of [
      [27n, undefined, 0],
      [28n, undefined, 1],
      [37n, 1n, 0],
      [38n, 1n, 1],
    ] as const) {
      const transaction = decoded(withV(v));
      assert.deepEqual([transaction.chainId, transaction.yParity], [chainId, yParity]);
    }
  });
});

/** `raw` with `find` replaced, the header of its list grown to fit. */
function replaced(raw: Uint8Array, find: string, by: string): Uint8Array {
  const hex = toHex(raw).slice(2);
  assert.equal(hex.split(find).length, 2, `${find} is not there exactly once`);
  const body = fromHex(`0x${hex.slice(6).replace(find, by)}`);
  return Uint8Array.of(2, 0xf8, body.length, ...body);
}

describe('decodeTransaction refuses a second encoding of the same transaction:', () => {
  // 0x02 f8 len: chainId 01, nonce 09, tip 843b9aca00, fee cap 8504a817c800, gas 830186a0, to 94.., value 88.., 80, c0
  const raw = signed(DYNAMIC_FEE);

  it('(and takes the first)', () => {
    assert.deepEqual(replaced(raw, '0109843b9aca00', '0109843b9aca00'), raw);
    assert.equal(decoded(raw).nonce, 9n);
  });

  for (const [what, other] of [
    ['a leading zero in an integer', replaced(raw, '0109843b', '01820009843b')],
    ['a leading zero in a longer integer', replaced(raw, '843b9aca00', '85003b9aca00')],
    ['zero as a byte', replaced(raw, '0109843b', '0100843b')],
    ['a single byte with a header', replaced(raw, '0109843b', '018109843b')],
    ['a short string in long form', replaced(raw, '843b9aca00', 'b8043b9aca00')],
    ['a short list in long form', replaced(raw, '80c0', '80f800')],
    ['a length with a leading zero', Uint8Array.of(2, 0xf9, 0, ...raw.subarray(2))],
    ['a list longer than the input', Uint8Array.of(2, 0xf8, raw[2]! + 1, ...raw.subarray(3))],
    ['a list shorter than its items', Uint8Array.of(2, 0xf8, raw[2]! - 1, ...raw.subarray(3))],
    ['a byte behind', Uint8Array.of(...raw, 0)],
    ['one field too many', Uint8Array.of(2, 0xf8, raw[2]! + 1, ...raw.subarray(3), 0x80)],
    ['one field too few', Uint8Array.of(2, 0xf8, raw[2]! - 33, ...raw.subarray(3, -33))],
    ['the envelope as a string', encode(raw)],
  ] as const) {
    it(what, () => assertRefused(other, 'malformed', /^rlp: /));
  }

  it('the other s of the same signature (EIP-2)', () => {
    const { s } = decoded(raw);
    assertRefused(withField('s', ORDER - s), 'invalid-signature', /v, r, s/);
  });

  for (const [what, listOf] of [
    ['any change of one byte', (raw) => raw],
    // Insertions and deletions that the list's own header does not give away.
    ['any change of one byte in the list, its header made to fit', rewrapped],
  ] as readonly [string, (mutated: Uint8Array, original: Uint8Array) => Uint8Array][]) {
    it(`${what} is refused, or is another transaction canonically encoded`, () => {
      let accepted = 0;
      const change = fc.record({
        kind: fc.constantFrom('flip' as const, 'insert' as const, 'delete' as const),
        position: fc.nat(),
        byte: fc.integer({ min: 1, max: 255 }),
      });
      fc.assert(
        fc.property(
          validTransaction,
          fc.array(change, { minLength: 20, maxLength: 20 }),
          (unsigned, changes) => {
            const original = signed(unsigned);
            for (const { kind, position, byte } of changes) {
              const at = position % original.length;
              const head = original.subarray(0, at);
              const mutate = {
                flip: () => Uint8Array.of(...head, original[at]! ^ byte, ...original.subarray(at + 1)),
                insert: () => Uint8Array.of(...head, byte, ...original.subarray(at)),
                delete: () => Uint8Array.of(...head, ...original.subarray(at + 1)),
              };
              const mutated = listOf(mutate[kind](), original);
              const result = decodeTransaction(mutated, RULES);
              if (isRefusal(result)) continue;
              accepted++;
              const oracle = createTxFromRLP(mutated);
              assert.equal(toHex(oracle.serialize()), toHex(mutated));
              assert.equal(toHex(oracle.hash()), result.hash);
              assert.deepEqual(oracle.getHashedMessageToSign(), result.signingHash);
            }
          },
        ),
        propertyOptions(60),
      );
      assert.ok(accepted > 60, `only ${accepted} accepted: the property hardly says anything`);
    });
  }
});

/** `mutated` with the header of its list written anew, for as many bytes as now follow the original's header. */
function rewrapped(mutated: Uint8Array, original: Uint8Array): Uint8Array {
  const listStart = original[0]! < 0xc0 ? 1 : 0;
  const first = original[listStart]!;
  const payload = mutated.subarray(listStart + (first > 0xf7 ? first - 0xf7 + 1 : 1));
  const out = new Uint8Array(listStart + headerLength(payload.length) + payload.length);
  out.set(original.subarray(0, listStart));
  out.set(payload, writeListHeader(out, listStart, payload.length));
  return out;
}

describe('decodeTransaction never throws', () => {
  it('on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
        assert.ok(isRefusal(decodeTransaction(raw, RULES)));
      }),
      propertyOptions(500),
    );
  });

  it('on arbitrary structures in a list, of every type', () => {
    const { item } = fc.letrec<{ item: Item }>((tie) => ({
      item: fc.oneof(
        { depthSize: 'small' },
        fc.uint8Array({ maxLength: 40 }),
        fc.bigInt({ min: 0n, max: 2n ** 270n }),
        fc.array(tie('item'), { maxLength: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 14 }), fc.constantFrom([], [1], [2], [4]), (fields, type) => {
        assert.ok(isRefusal(decodeTransaction(Uint8Array.of(...type, ...encode(fields)), RULES)));
      }),
      propertyOptions(500),
    );
  });

  it('on lists nested as deep as bytes allow', () => {
    const nested = new Uint8Array(RULES.maxBytes);
    let start = nested.length - 1;
    nested[start] = 0xc0;
    for (let bytes = 1; start >= 5; bytes = nested.length - start) {
      start -= headerLength(bytes);
      writeListHeader(nested, start, bytes);
    }
    nested[start - 1] = 2;
    for (const listStart of [start, start - 1]) {
      assertRefused(nested.subarray(listStart), 'malformed', /^rlp: expected input string/);
    }
  });
});
