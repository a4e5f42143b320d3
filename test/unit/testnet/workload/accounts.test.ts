import assert from 'node:assert/strict';

import { toHex } from '../../../../src/bytes.ts';
import { addressOf } from '../../../../src/transaction/crypto.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { deriveAccounts, fundedAccounts, genesisOf } from '../../../../testnet/workload/accounts.ts';

describe('accounts', () => {
  it('begin with the development accounts everybody knows', () => {
    const accounts = deriveAccounts(10);
    assert.equal(accounts[0]!.address, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266');
    assert.equal(
      toHex(accounts[0]!.privateKey),
      '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    );
    assert.equal(accounts[9]!.address, '0xa0ee7a142d267c1f36714e4a8f75612f20a79720');
  });

  it('are as many as asked, all different, each with its own key, and the longer list begins with the shorter', () => {
    const accounts = deriveAccounts(300);
    assert.equal(new Set(accounts.map(({ address }) => address)).size, 300);
    for (const { address, privateKey } of accounts) assert.equal(toHex(addressOf(privateKey)), address);
    assert.deepEqual(accounts.slice(0, 12), deriveAccounts(12));
    assert.deepEqual(deriveAccounts(3), accounts.slice(0, 3));
  });

  it('of a scenario are its senders and the development accounts in any case, whatever the seed', () => {
    assert.equal(fundedAccounts(resolveScenario('workload: {senders: 3}')).length, 10);
    const many = fundedAccounts(resolveScenario('workload: {senders: 25}'));
    assert.equal(many.length, 25);
    assert.deepEqual(fundedAccounts(resolveScenario('{workload: {senders: 25}, seed: 9}')), many);
  });

  it('make a genesis with 10,000 ether each', () => {
    const { config, alloc } = genesisOf(resolveScenario(''));
    assert.equal(config.chainId, 31337);
    assert.equal(Object.keys(alloc).length, 10);
    assert.equal(alloc['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266']!.balance, '0x21e19e0c9bab2400000');
    assert.equal(BigInt('0x21e19e0c9bab2400000'), 10_000n * 10n ** 18n);
  });
});
