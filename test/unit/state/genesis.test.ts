import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGenesis, readGenesisFile } from '../../../src/state/genesis.ts';

const ADDRESS = 'Fe3B557E8Fb62b89F4916B721be55cEb828dBd73';
const LOWER = `0x${ADDRESS.toLowerCase()}` as const;

/** As `geth dumpgenesis` and genesis generators write it. */
const FULL = {
  config: { chainId: 1337, homesteadBlock: 0, londonBlock: 0, terminalTotalDifficulty: 0, blobSchedule: {} },
  nonce: '0x0',
  timestamp: '0x0',
  extraData: '0x',
  gasLimit: '0x1c9c380',
  difficulty: '0x1',
  mixHash: `0x${'00'.repeat(32)}`,
  coinbase: `0x${'00'.repeat(20)}`,
  alloc: {
    [ADDRESS]: { balance: '0xad78ebc5ac6200000' },
    '0x627306090abaB3A6e1400e9345bC60c78a8BEf57': { balance: '90000000000000000000000', nonce: '0x5' },
    '0xf17f52151ebef6c7334fad080c5704d77216b732': {
      balance: 7,
      code: '0xEF0100',
      storage: { '0x00': '0x01' },
    },
  },
  number: '0x0',
  gasUsed: '0x0',
  parentHash: `0x${'00'.repeat(32)}`,
  baseFeePerGas: '0x7',
  excessBlobGas: null,
  blobGasUsed: null,
};

const parse = (genesis: unknown): ReturnType<typeof parseGenesis> => parseGenesis(JSON.stringify(genesis));
const alloc = (accounts: unknown): unknown => ({ config: { chainId: 1 }, alloc: accounts });

describe('genesis', () => {
  it('is read in the form of geth', () => {
    assert.deepEqual(parse(FULL), {
      chainId: 1337n,
      blockGasLimit: 30_000_000n,
      baseFee: 7n,
      accounts: new Map([
        [LOWER, { balance: 200n * 10n ** 18n, nonce: 0n, code: '0x' }],
        [
          '0x627306090abab3a6e1400e9345bc60c78a8bef57',
          { balance: 90_000n * 10n ** 18n, nonce: 5n, code: '0x' },
        ],
        ['0xf17f52151ebef6c7334fad080c5704d77216b732', { balance: 7n, nonce: 0n, code: '0xef0100' }],
      ]),
    });
  });

  it('needs no more than a chain id and accounts', () => {
    assert.deepEqual(parse({ config: { chainId: '0x7a69' }, alloc: {}, baseFeePerGas: null }), {
      chainId: 31_337n,
      blockGasLimit: 30_000_000n,
      baseFee: 1_000_000_000n,
      accounts: new Map(),
    });
  });

  const wrong: [string, unknown, string][] = [
    ['no object', [], 'genesis: is []; write an object with "config" and "alloc"'],
    ['no config', { alloc: {} }, 'config: missing; write an object with "chainId"'],
    [
      'no chain id',
      { config: {}, alloc: {} },
      'config.chainId: missing; write a number such as "0x1f" or "31"',
    ],
    [
      'chain id 0',
      { config: { chainId: 0 }, alloc: {} },
      'config.chainId: 0 is out of range; write 1 to 2^256 - 1',
    ],
    [
      'no alloc',
      { config: { chainId: 1 } },
      'alloc: missing; write an object of address -> {"balance": ...}',
    ],
    ['a slip of case', { ...FULL, gaslimit: '0x1' }, 'gaslimit: unknown key; write gasLimit'],
    [
      'an unknown account key',
      alloc({ [ADDRESS]: { balance: '1', funds: '2' } }),
      `alloc.${ADDRESS}.funds: unknown key; remove it, or write one of balance, nonce, code, storage, secretKey`,
    ],
    [
      'a short address',
      alloc({ '0x1234': { balance: '1' } }),
      'alloc.0x1234: not an address; write 40 hexadecimal digits, with or without 0x',
    ],
    [
      'an address twice',
      alloc({ [ADDRESS]: { balance: '1' }, [LOWER]: { balance: '2' } }),
      `alloc.${LOWER}: this address is there twice, written differently; keep one`,
    ],
    ['a bare balance', alloc({ [ADDRESS]: '1' }), `alloc.${ADDRESS}: is "1"; write an object with "balance"`],
    [
      'no balance',
      alloc({ [ADDRESS]: {} }),
      `alloc.${ADDRESS}.balance: missing; write a number such as "0x1f" or "31"`,
    ],
    [
      'a balance with a point',
      alloc({ [ADDRESS]: { balance: '1.5' } }),
      `alloc.${ADDRESS}.balance: "1.5" is not a whole number; write hexadecimal "0x1f" or decimal "31"`,
    ],
    [
      'a negative balance',
      alloc({ [ADDRESS]: { balance: '-1' } }),
      `alloc.${ADDRESS}.balance: "-1" is not a whole number; write hexadecimal "0x1f" or decimal "31"`,
    ],
    [
      'a balance that JSON rounds',
      alloc({ [ADDRESS]: { balance: 1e22 } }),
      `alloc.${ADDRESS}.balance: 1e+22 is not a whole number (a larger number must stand in quotes, to be exact); ` +
        'write hexadecimal "0x1f" or decimal "31"',
    ],
    [
      'a balance beyond 256 bits',
      alloc({ [ADDRESS]: { balance: `0x1${'00'.repeat(32)}` } }),
      `alloc.${ADDRESS}.balance: "0x1${'0'.repeat(53)}... is out of range; write 0 to 2^256 - 1`,
    ],
    [
      'a nonce that is never reached',
      alloc({ [ADDRESS]: { balance: '1', nonce: '0xffffffffffffffff' } }),
      `alloc.${ADDRESS}.nonce: "0xffffffffffffffff" is out of range; write 0 to 18446744073709551614`,
    ],
    [
      'half a byte of code',
      alloc({ [ADDRESS]: { balance: '1', code: '0x123' } }),
      `alloc.${ADDRESS}.code: "0x123" is not code; write 0x and whole bytes in hexadecimal`,
    ],
    [
      'a gas limit of 0',
      { ...FULL, gasLimit: '0x0' },
      'gasLimit: "0x0" is out of range; write 1 to 18446744073709551615',
    ],
  ];
  for (const [what, genesis, message] of wrong) {
    it(`says what is wrong: ${what}`, () => {
      assert.throws(() => parse(genesis), { name: 'GenesisError', message });
    });
  }

  it('says when it is not JSON', () => {
    assert.throws(() => parseGenesis('{"config": }'), { name: 'GenesisError', message: /^not JSON: / });
  });

  describe('file', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'genesis-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('is read', async () => {
      const path = join(folder, 'genesis.json');
      await writeFile(path, JSON.stringify(FULL));
      assert.deepEqual(await readGenesisFile(path), parse(FULL));
    });

    it('is named in the error', async () => {
      const path = join(folder, 'bad.json');
      await writeFile(path, '{"alloc": {}}');
      const message = `${path}: config: missing; write an object with "chainId"`;
      await assert.rejects(readGenesisFile(path), { name: 'GenesisError', message });
      const missing = join(folder, 'none.json');
      await assert.rejects(readGenesisFile(missing), {
        name: 'GenesisError',
        message: new RegExp(`^genesis file ${missing} cannot be read: ENOENT`),
      });
    });
  });
});
