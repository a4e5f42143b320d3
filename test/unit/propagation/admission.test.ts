import assert from 'node:assert/strict';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { Admission, type Source } from '../../../src/propagation/admission.ts';
import { transactionHash } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { BLOCK_GAS_LIMIT, CHAIN_ID, DEV_ACCOUNTS, FakeState, signed } from '../../helpers/rpc-backend.ts';

const SOURCE: Source = { provenance: 'push', from: 'peer', receivedAtMs: 0, validationAtMs: 0 };

function start() {
  const clock = new ManualClock();
  const state = new FakeState();
  const pool = new Mempool(state, { minTipWei: 10n });
  const events: TraceEvent[] = [];
  let verified = 0;
  const admission = new Admission({
    pool,
    verifier: {
      verify: async (batch) => {
        verified += batch.length;
        return batch.map(recoverSender);
      },
      canAcceptWork: () => true,
      queued: 0,
      stop: async () => undefined,
    },
    rules: { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID },
    clock,
    trace: { record: (event) => void events.push(event) },
  });
  const codeOf = async (raw: Uint8Array): Promise<string> => {
    const [{ outcome } = assert.fail()] = await admission.admit([raw], SOURCE);
    return outcome.status === 'refused' ? outcome.code : outcome.status;
  };
  return { clock, state, pool, admission, events, codeOf, verified: () => verified };
}

describe('Admission', () => {
  /**
   * Each has the fault it is named for and all those below it, so that the code tells which was looked at first. Those
   * above the line cost no signature.
   */
  it('the order of admission: the cheapest check first', async () => {
    const { state, codeOf, verified } = start();
    const [{ address } = assert.fail()] = DEV_ACCOUNTS;
    const all = { nonce: 0n, chainId: 1n, gasLimit: 20_000n, tipCap: 1n, feeCap: 1n };
    state.nonces.set(address, 1n);
    state.balances.set(address, 0n);
    const wrongType = (raw: Uint8Array): Uint8Array =>
      Uint8Array.from(raw, (byte, index) => (index === 0 ? 3 : byte));
    const oversized = signed({ ...all, data: new Uint8Array(140_000) });
    assert.equal(await codeOf(wrongType(oversized)), 'oversized');
    assert.equal(await codeOf(Uint8Array.of(...signed(all), 0)), 'malformed');
    assert.equal(await codeOf(wrongType(signed(all))), 'type-not-supported');
    assert.equal(await codeOf(signed(all)), 'wrong-chain-id');
    assert.equal(await codeOf(signed({ ...all, chainId: CHAIN_ID })), 'intrinsic-gas-too-low');
    const gassy = { ...all, chainId: CHAIN_ID, gasLimit: BLOCK_GAS_LIMIT + 1n };
    assert.equal(await codeOf(signed(gassy)), 'gas-limit-above-block');
    const cheap = { ...gassy, gasLimit: 30_000n };
    assert.equal(await codeOf(signed(cheap)), 'tip-too-low');
    assert.equal(verified(), 0);
    // ---
    const dear = { ...cheap, tipCap: 100n, feeCap: 100n };
    assert.equal(await codeOf(signed(dear)), 'nonce-too-low');
    assert.equal(await codeOf(signed({ ...dear, nonce: 1n })), 'insufficient-funds');
    assert.equal(verified(), 2);
  });

  it('rule 1: what is known is neither decoded nor verified a second time', async () => {
    const { pool, codeOf, verified, events } = start();
    // Decoded, it would be of another chain.
    const raw = signed({ chainId: 1n });
    const own = signed();
    assert.equal(await codeOf(own), 'pending');
    const held = pool.get(transactionHash(own))!.transaction;
    pool.add({ ...held, hash: transactionHash(raw), nonce: 1n, raw }, 'remote', 0);
    const before = verified();
    assert.equal(await codeOf(raw), 'known');
    assert.equal(await codeOf(own), 'known');
    assert.equal(verified(), before);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['arrival'],
    );
  });

  it('passes the hash of the bytes on', async () => {
    const { pool, codeOf } = start();
    await codeOf(signed());
    const hash = transactionHash(signed());
    assert.equal(pool.get(hash)?.transaction.hash, hash);
  });

  it('rule 23: wants neither what it has nor, for ten minutes, what it refused for good', async () => {
    const { clock, state, admission, codeOf } = start();
    const [{ address } = assert.fail()] = DEV_ACCOUNTS;
    const wants = (raw: Uint8Array): boolean => admission.wants(transactionHash(raw));
    const [good, bad, cheap, spent, poor] = [
      signed({ nonce: 5n }),
      signed({ chainId: 1n }),
      signed({ tipCap: 1n }),
      signed({ nonce: 4n }),
      signed({ nonce: 5n }, 1),
    ];
    state.nonces.set(address, 5n);
    state.balances.set(DEV_ACCOUNTS[1]!.address, 0n);
    for (const raw of [good, bad, cheap, spent, poor]) assert.ok(wants(raw));
    const codes = ['pending', 'wrong-chain-id', 'tip-too-low', 'nonce-too-low', 'insufficient-funds'];
    for (const [index, raw] of [good, bad, cheap, spent, poor].entries()) {
      assert.equal(await codeOf(raw), codes[index]);
    }
    const seen = (): boolean[] => [good, bad, cheap, spent, poor].map(wants);
    assert.deepEqual(seen(), [false, false, false, false, true]);
    clock.advance(599_999);
    assert.deepEqual(seen(), [false, false, false, false, true]);
    clock.advance(1);
    assert.deepEqual(seen(), [false, true, true, true, true]);
  });
});
