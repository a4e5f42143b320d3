import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { JsonRpcProvider, Wallet } from 'ethers';
import { createPublicClient, createWalletClient, http, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { hardhat } from 'viem/chains';
import { childrenOf, isAlive, ROOT, txgossip, type Command } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';

const CAST = `${ROOT}node_modules/.bin/cast`;

describe('txgossip testnet', function () {
  this.timeout(120_000);
  let testnet: Command;
  let urls: string[];
  let keys: Hex[];

  before(async () => {
    testnet = txgossip('testnet', '--nodes', '5');
    await testnet.printed(/ready/);
    urls = [...testnet.stdout.matchAll(/^ +\d +(http:\S+)/gm)].map((match) => match[1]!);
    keys = [...testnet.stdout.matchAll(/^ +0x[0-9a-f]{40} +(0x[0-9a-f]{64})/gm)].map(
      (match) => match[1] as Hex,
    );
  });
  after(async () => testnet.end());

  const call = async (url: string, method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return ((await response.json()) as { result: unknown }).result;
  };
  const everywhere = async (hash: string): Promise<void> => {
    for (const url of urls) {
      await eventually(`${hash} in txpool_content of ${url}`, async () => {
        const { pending } = (await call(url, 'txpool_content')) as {
          pending: Record<string, Record<string, { hash: string }>>;
        };
        return Object.values(pending).some((byNonce) =>
          Object.values(byNonce).some((transaction) => transaction.hash === hash),
        );
      });
    }
  };

  it('prints a URL for each node and the well-known accounts', () => {
    assert.equal(urls.length, 5);
    assert.equal(keys[0], '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
    assert.equal(keys.length, 10);
  });

  it('takes a transaction from cast', async () => {
    const args = [
      'send',
      '--async',
      '--rpc-url',
      urls[0]!,
      '--private-key',
      keys[0]!,
      '--value',
      '1',
      '0x00000000000000000000000000000000000000aa',
    ];
    const { stdout } = await promisify(execFile)(CAST, args);
    const hash = stdout.trim();
    await everywhere(hash);
    const explained = (await call(urls[4]!, 'txgossip_explainTransaction', hash)) as { fate: string };
    assert.equal(explained.fate, 'pending');
  });

  it('tells at each node who is alive', async () => {
    for (const url of urls) {
      await eventually(`four others, alive, at ${url}`, async () => {
        const { members } = (await call(url, 'txgossip_members')) as { members: { state: string }[] };
        return members.length === 4 && members.every(({ state }) => state === 'alive');
      });
    }
  });

  it('takes a transaction from a viem wallet', async () => {
    const transport = http(urls[1]);
    const wallet = createWalletClient({ account: privateKeyToAccount(keys[1]!), chain: hardhat, transport });
    const hash = await wallet.sendTransaction({
      to: '0x00000000000000000000000000000000000000bb',
      value: 1n,
    });
    await everywhere(hash);
    const found = await createPublicClient({ chain: hardhat, transport: http(urls[4]) }).getTransaction({
      hash,
    });
    assert.equal(found.from.toLowerCase(), privateKeyToAccount(keys[1]!).address.toLowerCase());
    assert.equal(found.blockNumber, null);
  });

  it('takes a transaction from an ethers wallet', async () => {
    const provider = new JsonRpcProvider(urls[2]);
    try {
      const { hash } = await new Wallet(keys[2]!, provider).sendTransaction({
        to: '0x00000000000000000000000000000000000000cc',
        value: 1n,
      });
      await everywhere(hash);
    } finally {
      provider.destroy();
    }
  });

  it('stops on Ctrl-C and leaves no process', async () => {
    const children = await childrenOf(testnet.process.pid!);
    assert.equal(children.length, 5);
    testnet.process.kill('SIGINT');
    assert.deepEqual(await testnet.exit, { code: 0, signal: null });
    assert.deepEqual(children.filter(isAlive), []);
  });
});
