/**
 * geth's genesis.json (core/genesis.go, core/types/account.go), read for what a pool needs: chain id, block gas
 * limit, base fee, and the accounts. The rest of the header and the fork schedule are allowed and passed over.
 */
import { readFile } from 'node:fs/promises';
import type { Hex } from '../bytes.ts';

export interface GenesisAccount {
  /** Wei. */
  balance: bigint;
  nonce: bigint;
  /** `0x` for an account without code. */
  code: Hex;
}

export interface Genesis {
  chainId: bigint;
  /** Gas. */
  blockGasLimit: bigint;
  /** Wei per gas. */
  baseFee: bigint;
  /** By address, lower case. */
  accounts: Map<Hex, GenesisAccount>;
}

/**
 * Gas, when the file has none: what hardhat and anvil start with. (geth's own, 4,712,388, is from 2015 and holds no
 * ordinary contract deployment.)
 */
export const DEFAULT_BLOCK_GAS_LIMIT = 30_000_000n;

/** Wei per gas, when the file has none: EIP-1559's INITIAL_BASE_FEE, what geth, hardhat and anvil start with. */
export const DEFAULT_BASE_FEE = 1_000_000_000n;

/** A genesis that cannot be read; the message says which key is wrong and what to write instead. */
class GenesisError extends Error {
  override readonly name = 'GenesisError';
}

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_UINT256 = 2n ** 256n - 1n;

/** Keys of geth's Genesis. Others are most likely a slip of the pen, which would go unseen. */
const GENESIS_KEYS = new Set([
  ...[
    'config',
    'nonce',
    'timestamp',
    'extraData',
    'gasLimit',
    'difficulty',
    'mixHash',
    'mixhash',
    'coinbase',
  ],
  ...['alloc', 'number', 'gasUsed', 'parentHash', 'baseFeePerGas', 'excessBlobGas', 'blobGasUsed'],
  'slotNumber',
]);

/** Keys of geth's GenesisAccount. */
const ACCOUNT_KEYS = new Set(['balance', 'nonce', 'code', 'storage', 'secretKey']);

/** @throws {GenesisError} when the file cannot be read or is no genesis. */
export async function readGenesisFile(path: string): Promise<Genesis> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new GenesisError(`genesis file ${path} cannot be read: ${cause}`, { cause: error });
  }
  try {
    return parseGenesis(text);
  } catch (error) {
    if (error instanceof GenesisError) throw new GenesisError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** @throws {GenesisError} when `text` is no genesis. */
export function parseGenesis(text: string): Genesis {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new GenesisError(`not JSON: ${cause}`, { cause: error });
  }
  const genesis = object(json, 'genesis', 'an object with "config" and "alloc"');
  knownKeys(genesis, '', GENESIS_KEYS);
  const config = object(genesis['config'], 'config', 'an object with "chainId"');
  return {
    chainId: quantity(config['chainId'], 'config.chainId', { smallest: 1n }),
    blockGasLimit: quantity(genesis['gasLimit'], 'gasLimit', {
      smallest: 1n,
      largest: MAX_UINT64,
      absent: DEFAULT_BLOCK_GAS_LIMIT,
    }),
    baseFee: quantity(genesis['baseFeePerGas'], 'baseFeePerGas', { absent: DEFAULT_BASE_FEE }),
    accounts: accounts(object(genesis['alloc'], 'alloc', 'an object of address -> {"balance": ...}')),
  };
}

function accounts(alloc: Record<string, unknown>): Map<Hex, GenesisAccount> {
  const found = new Map<Hex, GenesisAccount>();
  for (const [key, value] of Object.entries(alloc)) {
    const path = `alloc.${key}`;
    const digits = /^(?:0x)?([0-9a-f]{40})$/i.exec(key)?.[1];
    if (digits === undefined) {
      throw new GenesisError(`${path}: not an address; write 40 hexadecimal digits, with or without 0x`);
    }
    const address: Hex = `0x${digits.toLowerCase()}`;
    if (found.has(address)) {
      throw new GenesisError(`${path}: this address is there twice, written differently; keep one`);
    }
    const account = object(value, path, 'an object with "balance"');
    knownKeys(account, `${path}.`, ACCOUNT_KEYS);
    found.set(address, {
      balance: quantity(account['balance'], `${path}.balance`, {}),
      nonce: quantity(account['nonce'], `${path}.nonce`, { largest: MAX_UINT64 - 1n, absent: 0n }),
      code: code(account['code'], `${path}.code`),
    });
  }
  return found;
}

function object(value: unknown, path: string, expected: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new GenesisError(
    `${path}: ${value === undefined ? 'missing' : `is ${show(value)}`}; write ${expected}`,
  );
}

function knownKeys(value: Record<string, unknown>, prefix: string, known: ReadonlySet<string>): void {
  for (const key of Object.keys(value)) {
    if (known.has(key)) continue;
    const meant = [...known].find((each) => each.toLowerCase() === key.toLowerCase());
    const hint =
      meant === undefined ? `remove it, or write one of ${[...known].join(', ')}` : `write ${meant}`;
    throw new GenesisError(`${prefix}${key}: unknown key; ${hint}`);
  }
}

interface Range {
  smallest?: bigint;
  largest?: bigint;
  /** What holds when the key is missing or null; without it the key is required. */
  absent?: bigint;
}

/** A number as geth takes it (math.HexOrDecimal256): "0x1f", "31", or a JSON number that is exact. */
function quantity(value: unknown, path: string, range: Range): bigint {
  const { smallest = 0n, largest = MAX_UINT256, absent } = range;
  if (value === undefined || value === null) {
    if (absent !== undefined) return absent;
    throw new GenesisError(`${path}: missing; write a number such as "0x1f" or "31"`);
  }
  let number: bigint | undefined;
  if (typeof value === 'string' && /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(value))
    number = BigInt(value.toLowerCase());
  if (typeof value === 'number' && Number.isSafeInteger(value)) number = BigInt(value);
  if (number === undefined) {
    const why = typeof value === 'number' ? ' (a larger number must stand in quotes, to be exact)' : '';
    throw new GenesisError(
      `${path}: ${show(value)} is not a whole number${why}; write hexadecimal "0x1f" or decimal "31"`,
    );
  }
  if (number < smallest || number > largest) {
    throw new GenesisError(`${path}: ${show(value)} is out of range; write ${smallest} to ${bound(largest)}`);
  }
  return number;
}

function code(value: unknown, path: string): Hex {
  if (value === undefined || value === null) return '0x';
  if (typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value)) return value.toLowerCase() as Hex;
  throw new GenesisError(`${path}: ${show(value)} is not code; write 0x and whole bytes in hexadecimal`);
}

function bound(largest: bigint): string {
  return largest === MAX_UINT256 ? '2^256 - 1' : `${largest}`;
}

/** As it stands in the file, but short. */
function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
