import * as HdKey from 'ox/HdKey';
import * as Mnemonic from 'ox/Mnemonic';
import { fromHex, toHex, type Hex } from '../bytes.ts';
import { addressOf } from '../transaction/crypto.ts';

/** The words every development chain knows (anvil, hardhat, ganache); worth nothing elsewhere. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

export interface DevAccount {
  /** Lower case. */
  address: Hex;
  /** 32 bytes. */
  privateKey: Uint8Array;
}

/**
 * The first `count` accounts at m/44'/60'/0'/0/i (BIP-32, BIP-44), as wallets and development chains derive them.
 * @throws {RangeError} when `mnemonic` is not a BIP-39 phrase of English words with a valid checksum.
 */
export function deriveDevAccounts(mnemonic: string, count: number): DevAccount[] {
  if (!Mnemonic.validate(mnemonic, Mnemonic.english)) {
    throw new RangeError('not a BIP-39 mnemonic: 12 to 24 English words whose checksum holds');
  }
  const parent = HdKey.fromSeed(Mnemonic.toSeed(mnemonic)).derive("m/44'/60'/0'/0");
  return Array.from({ length: count }, (_, index) => {
    const privateKey = fromHex(parent.derive(`m/${index}`).privateKey);
    return { address: toHex(addressOf(privateKey)), privateKey };
  });
}
