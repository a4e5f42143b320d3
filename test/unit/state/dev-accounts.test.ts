import assert from 'node:assert/strict';
import { mnemonicToAccount } from 'viem/accounts';
import { toHex } from '../../../src/bytes.ts';
import { deriveDevAccounts, DEV_MNEMONIC } from '../../../src/state/dev-accounts.ts';

describe('deriveDevAccounts', () => {
  it("gives every development chain's first account", () => {
    const [first] = deriveDevAccounts(DEV_MNEMONIC, 1);
    assert.equal(first!.address, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266');
    assert.equal(
      toHex(first!.privateKey),
      '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    );
  });

  it('derives as viem does', () => {
    const accounts = deriveDevAccounts(DEV_MNEMONIC, 4);
    for (const [addressIndex, { address, privateKey }] of accounts.entries()) {
      const expected = mnemonicToAccount(DEV_MNEMONIC, { addressIndex });
      assert.equal(address, expected.address.toLowerCase());
      assert.deepEqual(privateKey, expected.getHdKey().privateKey);
    }
    assert.equal(new Set(accounts.map(({ address }) => address)).size, 4);
  });

  it('refuses a phrase whose checksum fails', () => {
    assert.throws(() => deriveDevAccounts(DEV_MNEMONIC.replace('junk', 'test'), 1), /not a BIP-39 mnemonic/);
  });
});
