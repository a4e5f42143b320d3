/**
 * Nodes on an upstream: a real anvil, with mining, reorganisation and death. COUNT says how many transactions travel
 * in the first test; it prints times when it is set.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { ConfigError, type NodeOptions } from '../../../src/config.ts';
import { launchNode } from '../../../src/launch.ts';
import type { Head } from '../../../src/state/chain.ts';
import { decodeTransaction, transactionHash } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import { PATIENT_UPSTREAM, startAnvil, type Anvil } from '../../helpers/anvil.ts';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, transfer, type TestNode } from '../../helpers/real-nodes.ts';

const COUNT = Number(process.env['COUNT'] ?? 100);
const SENDERS = 10;
const UPSTREAM = { 'upstream.poll': 50, ...PATIENT_UPSTREAM };

const pending = (nodes: readonly TestNode[], count: number): boolean =>
  nodes.every(({ node }) => node.pool.counts.pending === count && node.pool.counts.queued === 0);

const empty = (nodes: readonly TestNode[]): boolean => pending(nodes, 0);

function decodeSender(raw: Uint8Array): Hex {
  const decoded = decodeTransaction(raw, { ...DEFAULT_TRANSACTION_RULES, chainId: 31_337n });
  assert.ok('hash' in decoded);
  const recovered = recoverSender(decoded);
  assert.ok('sender' in recovered);
  return recovered.sender;
}

async function submit(nodes: readonly TestNode[], raws: readonly Uint8Array[]): Promise<Hex[]> {
  return Promise.all(
    raws.map(async (raw, index) => {
      const submission = await nodes[index % nodes.length]!.node.submit(raw);
      assert.ok('hash' in submission, JSON.stringify(submission));
      return submission.hash;
    }),
  );
}

async function inUpstreamPool(anvil: Anvil): Promise<number> {
  const { pending: count } = (await anvil.rpc('txpool_status')) as { pending: Hex };
  return Number(count);
}

async function nonceAtUpstream(anvil: Anvil, address: Hex): Promise<bigint> {
  return BigInt((await anvil.rpc('eth_getTransactionCount', address, 'latest')) as Hex);
}

describe('nodes on an upstream', function () {
  this.timeout(Math.max(180_000, COUNT * 60));
  let anvil: Anvil;
  let nodes: TestNode[] = [];

  const start = async (count: number, options: Partial<NodeOptions> = {}): Promise<void> => {
    nodes = await startLine(count, { upstream: anvil.url, ...UPSTREAM, ...options });
  };

  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
    await anvil.stop();
  });

  it('gossip, forward and see mined: every pool empties; a reorganisation brings the orphaned back', async () => {
    anvil = await startAnvil('--no-mining');
    await start(3);
    const times: Record<string, number> = {};
    let sinceMs = performance.now();
    const lap = (what: string): void => {
      times[what] = Math.round(performance.now() - sinceMs);
      sinceMs = performance.now();
    };
    const raws = Array.from({ length: COUNT }, (_, k) => transfer(k % SENDERS, Math.floor(k / SENDERS)));
    // All of a sender at one node: nonces arrive in order there.
    const hashes = await submit(
      Array.from({ length: SENDERS }, (_, sender) => nodes[sender % nodes.length]!),
      raws,
    );
    lap('submitted ms');
    await eventually('all of them at all nodes', () => pending(nodes, COUNT), 60_000);
    lap('gossiped ms');
    await eventually(
      'all of them at the upstream',
      async () => (await inUpstreamPool(anvil)) === COUNT,
      60_000,
    );
    lap('forwarded ms');

    const before = (await anvil.rpc('eth_blockNumber')) as Hex;
    await anvil.rpc('evm_mine');
    for (let left = COUNT; left > 0; left = await inUpstreamPool(anvil)) await anvil.rpc('evm_mine');
    await eventually('every pool to be empty', () => empty(nodes), 60_000);
    lap('mined and left ms');
    for (const { node, events } of nodes) {
      const departed = events.flatMap((event) => (event.kind === 'departure' ? [event] : []));
      assert.deepEqual(new Set(departed.map(({ hash }) => hash)), new Set(hashes));
      assert.ok(departed.every(({ reason }) => reason === 'included'));
      assert.equal(node.chain!.health().reachable, true);
    }

    const blocks = Number(await anvil.rpc('eth_blockNumber')) - Number(before);
    const arrivalsBefore = nodes.map(({ events }) => events.filter(({ kind }) => kind === 'arrival').length);
    // The blocks with transactions are replaced by empty ones.
    await anvil.rpc('anvil_dropAllTransactions');
    await anvil.rpc('anvil_reorg', blocks, []);
    await eventually('all of them to be back', () => pending(nodes, COUNT), 60_000);
    lap('reorganised and back ms');
    for (const [index, { node, events }] of nodes.entries()) {
      node.pool.checkInvariants();
      assert.ok(hashes.every((hash) => node.pool.has(hash)));
      assert.equal(events.filter(({ kind }) => kind === 'arrival').length, arrivalsBefore[index]! + COUNT);
    }
    // Submitted here, still answered for here.
    assert.equal(nodes[0]!.node.pool.get(hashes[0]!)!.origin, 'local');
    assert.equal(nodes[1]!.node.pool.get(hashes[0]!)!.origin, 'remote');

    await eventually(
      'them to be at the upstream again',
      async () => (await inUpstreamPool(anvil)) === COUNT,
      60_000,
    );
    lap('forwarded again ms');
    for (let left = COUNT; left > 0; left = await inUpstreamPool(anvil)) await anvil.rpc('evm_mine');
    await eventually('every pool to be empty again', () => empty(nodes), 60_000);
    lap('mined again and left ms');
    if (process.env['COUNT'] !== undefined) console.log(times);
  });

  it('keep gossiping while it is away, say so, and catch up with what they missed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anvil-'));
    try {
      const state = ['--no-mining', '--state', join(directory, 'state.json')];
      anvil = await startAnvil(...state);
      await start(2, { 'upstream.depth': 8 });
      const [first, second] = nodes;
      await submit([first!], [transfer(0, 0)]);
      await eventually('the first at both', () => pending(nodes, 1));
      await eventually('the first at the upstream', async () => (await inUpstreamPool(anvil)) === 1);
      await anvil.rpc('evm_mine');
      await eventually('the pools to be empty', () => empty(nodes));
      await submit([first!], [transfer(0, 1)]);
      await eventually('the second at both', () => pending(nodes, 1));
      const [known] = nodes.map(({ node }) => node.chain!.head.number);

      await anvil.stop('SIGTERM');
      await eventually('both to say so', () =>
        nodes.every(({ node }) => {
          const { reachable, problem } = node.chain!.health();
          return !reachable && problem !== undefined && problem.includes('ECONNREFUSED');
        }),
      );
      // Of an account that is known at this head, everything goes on.
      await submit([first!], [transfer(0, 2)]);
      await eventually('the third at both', () => pending(nodes, 2));
      // At once: that it is away is known. Patience that ran out would be told otherwise.
      const refused = await second!.node.submit(transfer(5, 0));
      assert.ok(refused.status === 'refused');
      assert.equal(refused.code, 'state-unavailable');
      assert.match(refused.message, /^account state is not available now: 127\.0\.0\.1:\d+ does not answer/);
      assert.equal(nodes[0]!.node.chain!.head.number, known);

      // The upstream has lost its pool, but not its chain; and that grows by more than is walked back.
      anvil = await startAnvil(...state, '--port', String(anvil.port));
      await eventually('both to be at ease again', () =>
        nodes.every(({ node }) => node.chain!.health().reachable),
      );
      await eventually('what is pending to be forwarded', async () => (await inUpstreamPool(anvil)) === 2);
      await anvil.rpc('anvil_mine', '0x14');
      await eventually('the pools to be empty again', () => empty(nodes));
      // Mined one after the other, and the pools are empty from the first on.
      await eventually('both to be at the head', () =>
        nodes.every(({ node }) => node.chain!.head.number === known! + 20n),
      );
      assert.ok('hash' in (await second!.node.submit(transfer(5, 0))));
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('are told of heads over WebSocket, and again after it was cut', async () => {
    anvil = await startAnvil('--no-mining');
    await start(2, { upstream: anvil.wsUrl });
    const heads: Head[] = [];
    nodes[0]!.node.chain!.onHead((head) => heads.push(head));
    for (let round = 0; round < 2; round++) {
      // By asking they would learn of it 15 s later.
      const beforeMs = performance.now();
      await submit([nodes[round]!], [transfer(0, round), transfer(1, round)]);
      await eventually('them to be at both nodes', () => pending(nodes, 2));
      await eventually('them to be forwarded', async () => (await inUpstreamPool(anvil)) === 2);
      await anvil.rpc('evm_mine');
      await eventually('the pools to be empty', () => empty(nodes));
      assert.ok(performance.now() - beforeMs < 14_000);
      await eventually('the listener to be told', () => heads.length === 1);
      assert.equal(heads[0]!.hash, ((await anvil.rpc('eth_getBlockByNumber', 'latest', false)) as Head).hash);
      assert.equal('transactions' in heads[0]!.header, false);
      if (round === 1) break;
      heads.length = 0;
      const { port } = anvil;
      await anvil.stop();
      await eventually('both to notice', () => nodes.every(({ node }) => !node.chain!.health().reachable));
      // From genesis again: the very block 0 is another, and what was included is not.
      anvil = await startAnvil('--no-mining', '--port', String(port), '--timestamp', '1');
      await eventually('the included to be back', () => pending(nodes, 2));
      await eventually('them to be forwarded again', async () => (await inUpstreamPool(anvil)) === 2);
      await anvil.rpc('evm_mine');
      await eventually('the pools to be empty', () => empty(nodes));
      await eventually('the listener to be told of both', () => heads.length === 2);
      heads.length = 0;
    }
  });

  it('take nonces, balances, base fee and gas limit from it', async () => {
    anvil = await startAnvil('--no-mining', '--gas-limit', '1000000', '--base-fee', '1000000000');
    await start(1);
    const { node } = nodes[0]!;
    const sender = decodeSender(transfer(0, 0));
    assert.equal(node.state.blockGasLimit, 1_000_000n);
    await node.state.prepare!([sender]);
    assert.equal(node.state.balance(sender), 10_000n * 10n ** 18n);
    // anvil gives its first block the base fee of genesis, whatever that held.
    await anvil.rpc('evm_mine');
    await eventually('the first head', () => node.chain!.head.number === 1n);
    // Full, half full and empty blocks: the base fee foretold is that of the block that follows.
    for (let block = 0; block < 6; block++) {
      const full = block % 3 === 0 ? 47 : block % 3 === 1 ? 20 : 0;
      const nonce = Number(await nonceAtUpstream(anvil, sender));
      await submit(
        [nodes[0]!],
        Array.from({ length: full }, (_, k) => transfer(0, nonce + k)),
      );
      await eventually('them to be forwarded', async () => (await inUpstreamPool(anvil)) === full);
      const number = node.chain!.head.number;
      const foretold = node.state.baseFee;
      await anvil.rpc('evm_mine');
      await eventually('the head', () => node.chain!.head.number === number + 1n);
      assert.equal(BigInt(node.chain!.head.header['baseFeePerGas'] as Hex), foretold, `block ${number + 1n}`);
    }
    assert.equal(node.pool.counts.pending, 0);
    await node.state.prepare!([sender]);
    assert.equal(node.state.nonce(sender), 134n);
    assert.equal(node.state.nonce(sender), await nonceAtUpstream(anvil, sender));
    assert.equal(
      node.state.balance(sender),
      BigInt((await anvil.rpc('eth_getBalance', sender, 'latest')) as Hex),
    );
  });

  it('drop what another transaction took the nonce of, and promote what another filled the gap of', async () => {
    anvil = await startAnvil('--no-mining');
    await start(2, { 'upstream.forward': false });
    await submit([nodes[0]!], [transfer(0, 0), transfer(1, 1), transfer(2, 0)]);
    await eventually('two pending at both', () => nodes.every(({ node }) => node.pool.counts.pending === 2));
    assert.equal(nodes[1]!.node.pool.counts.queued, 0);
    assert.equal(await inUpstreamPool(anvil), 0);
    await anvil.rpc('eth_sendRawTransaction', toHex(transfer(0, 0, { value: 7n })));
    await anvil.rpc('eth_sendRawTransaction', toHex(transfer(1, 0)));
    await anvil.rpc('evm_mine');
    await eventually('the gap to be filled here, and gossip to follow', () =>
      nodes.every(
        ({ node }) => node.pool.has(transactionHash(transfer(1, 1))) && node.pool.counts.queued === 0,
      ),
    );
    for (const { node } of nodes) {
      assert.equal(node.pool.has(transactionHash(transfer(0, 0))), false);
      assert.equal(node.pool.has(transactionHash(transfer(2, 0))), true);
    }
  });

  it('pass calls on, with the answers and errors of the upstream', async () => {
    anvil = await startAnvil('--no-mining');
    await start(1);
    const chain = nodes[0]!.node.chain!;
    assert.match((await chain.request('web3_clientVersion', [])) as string, /^anvil/);
    await assert.rejects(chain.request('eth_nonsense', []), { name: 'ChainError', code: -32601 });
  });

  it('do not start without it, nor on another chain', async () => {
    anvil = await startAnvil('--no-mining');
    const launch = async (options: Partial<NodeOptions>): Promise<unknown> =>
      launchNode({ 'http.port': 0, upstream: anvil.url, ...options });
    await assert.rejects(launch({ chainid: 5n }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(
        error.message,
        '--chainid 5 is not the chain id of the upstream (31337); leave it out, or choose another upstream',
      );
      return true;
    });
    await anvil.stop();
    for (const upstream of [anvil.url, anvil.wsUrl]) {
      const secret = `${upstream}/v3/secret`;
      await assert.rejects(launch({ upstream: secret }), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(
          error.message,
          /^cannot use the upstream: 127\.0\.0\.1:\d+ does not answer: .+; start it first, or choose another --upstream$/,
        );
        assert.ok(!error.message.includes('secret'));
        return true;
      });
    }
  });
});
