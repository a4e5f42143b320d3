/** Admission where accounts come from elsewhere and have to be waited for. */
import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import type { AccountView } from '../../../src/mempool/account-view.ts';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { Admission, type Source } from '../../../src/propagation/admission.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import { transactionHash } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import { FakeState } from '../../helpers/fake-state.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { CHAIN_ID, DEV_ACCOUNTS, signed } from '../../helpers/rpc-backend.ts';

const SOURCE: Source = { provenance: 'push', from: 'peer', receivedAtMs: 0, validationAtMs: 0 };

/** Knows an account once it was prepared, which `answer` decides. */
class DistantState extends FakeState implements AccountView {
  readonly known = new Set<Hex>();
  readonly asked: Hex[][] = [];
  answer: (addresses: readonly Hex[]) => Promise<void> = () => Promise.resolve();

  override nonce(address: Hex): bigint {
    assert.ok(this.known.has(address), 'asked for before it was prepared');
    return super.nonce(address);
  }

  override balance(address: Hex): bigint {
    assert.ok(this.known.has(address), 'asked for before it was prepared');
    return super.balance(address);
  }

  prepare(addresses: readonly Hex[]): Promise<void> | undefined {
    const missing = addresses.filter((address) => !this.known.has(address));
    if (missing.length === 0) return undefined;
    this.asked.push(missing);
    return this.answer(missing).then(() => {
      for (const address of missing) this.known.add(address);
    });
  }
}

describe('Admission on an upstream', () => {
  let state: DistantState;
  let pool: Mempool;
  let admission: Admission;
  let events: TraceEvent[];

  beforeEach(() => {
    state = new DistantState();
    pool = new Mempool(state);
    events = [];
    admission = new Admission({
      pool,
      verifier: {
        verify: async (batch) => batch.map(recoverSender),
        canAcceptWork: () => true,
        queued: 0,
        stop: async () => undefined,
      },
      rules: { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID },
      clock: new ManualClock(),
      trace: { record: (event) => void events.push(event) },
    });
  });

  const codesOf = async (raws: Uint8Array[], whole: boolean): Promise<string[]> => {
    const results = await (whole ? admission.admitWhole(raws, SOURCE) : admission.admit(raws, SOURCE));
    return results.map(({ outcome }) => (outcome.status === 'refused' ? outcome.code : outcome.status));
  };
  const address = (account: number): Hex => DEV_ACCOUNTS[account]!.address;

  it('waits for the senders of a message together, then adds in order', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    state.answer = () => promise;
    const answer = codesOf([signed({ nonce: 0n }), signed({ nonce: 1n }), signed({}, 1)], true);
    await new Promise(setImmediate);
    assert.equal(pool.counts.pending, 0);
    assert.deepEqual(state.asked, [[address(0), address(0), address(1)]]);
    resolve(undefined);
    assert.deepEqual(await answer, ['pending', 'pending', 'pending']);
  });

  it('asks again when the head moves in the moment the wait ends', async () => {
    let moves = 3;
    const prepare = state.prepare.bind(state);
    state.prepare = (addresses) => {
      const preparing = prepare(addresses);
      // Before who waits has its turn, and after what it waits for has come.
      if (preparing !== undefined && moves-- > 0) void preparing.then(() => state.known.clear());
      return preparing;
    };
    assert.deepEqual(await codesOf([signed(), signed({}, 1)], true), ['pending', 'pending']);
    assert.equal(state.asked.length, 4);
  });

  it('refuses those whose state cannot be had, for now, and takes the others of the message', async () => {
    state.known.add(address(1));
    state.answer = () =>
      Promise.reject(new Error('account state is not available now: it is down; try again'));
    const raws = [signed(), signed({}, 1)];
    assert.deepEqual(await codesOf(raws, true), ['state-unavailable', 'pending']);
    const [refused] = events;
    assert.ok(refused?.kind === 'refused');
    assert.equal(refused.code, 'state-unavailable');
    // It is worth fetching again.
    assert.equal(admission.wants(transactionHash(raws[0]!)), true);
    state.answer = () => Promise.resolve();
    assert.deepEqual(await codesOf(raws, false), ['pending', 'known']);
  });

  it('asks for nobody when a message is at fault, and a fault is named before the state is missed', async () => {
    state.answer = () => Promise.reject(new Error('it is down'));
    const fault = signed({ chainId: 1n });
    assert.deepEqual(await codesOf([signed(), fault], true), ['malformed', 'wrong-chain-id']);
    assert.deepEqual(state.asked, []);
    assert.deepEqual(await codesOf([signed(), fault], false), ['state-unavailable', 'wrong-chain-id']);
  });

  it('notes what the chain gave back to the pool like any arrival, and why it was not taken', async () => {
    state.known.add(address(0));
    await codesOf([signed()], false);
    const { hash } = [...pool.pendingTransactions()][0]!;
    events.length = 0;
    const source: Source = { ...SOURCE, provenance: 'sync', from: null };
    admission.noteReturned(hash, { status: 'pending', hash, promoted: [], departed: [] }, source);
    const refused = { status: 'refused', code: 'nonce-too-low', message: 'nonce too low' } as const;
    pool.remove(hash, 'included');
    admission.noteReturned(hash, refused, source);
    assert.deepEqual(
      events.map((event) => [event.kind, 'provenance' in event ? event.provenance : undefined]),
      [
        ['arrival', 'sync'],
        ['refused', 'sync'],
      ],
    );
    assert.equal(admission.wants(hash), false);
  });
});
