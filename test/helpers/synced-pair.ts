import type { Stream } from '@libp2p/interface';
import assert from 'node:assert/strict';
import type { Hex } from '../../src/bytes.ts';
import type { Clock } from '../../src/environment.ts';
import type { Host } from '../../src/host/host.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import type { MempoolOptions } from '../../src/mempool/options.ts';
import { Admission, type Admitted } from '../../src/propagation/admission.ts';
import { Unbroadcast } from '../../src/propagation/unbroadcast.ts';
import type { SessionResult } from '../../src/propagation/sync/exchange.ts';
import { SyncFrames } from '../../src/propagation/sync/frames.ts';
import { defaultSyncOptions, type SyncOptions } from '../../src/propagation/sync/options.ts';
import { Reconciliation, SYNC_PROTOCOL } from '../../src/propagation/sync/reconciliation.ts';
import type { TraceEvent } from '../../src/telemetry/trace.ts';
import type { DecodedTransaction, Transaction } from '../../src/transaction/transaction.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import type { Verifier, VerifyResult } from '../../src/transaction/verifier.ts';
import { streamOf } from '../../testnet/random.ts';
import { makeTransaction } from './make-transaction.ts';
import { CHAIN_ID, DEV_ACCOUNTS, signed } from './rpc-backend.ts';
import { FakeState } from './fake-state.ts';
import { simulatedPair, type SimulatedPairOptions } from './simulated-pair.ts';

/** Nothing by itself, unless a test sets it otherwise: sessions are held by hand. */
const BY_HAND: Partial<SyncOptions> = { intervalMs: 1e9, graceMs: 0, minIntervalMs: 0 };

export interface SyncedPairOptions {
  options?: Partial<SyncOptions>;
  /** Of the near side; the far one has room for all. */
  pools?: Partial<MempoolOptions>;
  pair?: SimulatedPairOptions;
}

/** One node's pool and reconciliation on a host, its verifier and its account state at the test's will. */
export interface SyncedSide {
  host: Host;
  pool: Mempool;
  state: FakeState;
  admission: Admission;
  reconciliation: Reconciliation;
  unbroadcast: Unbroadcast;
  /** What gossip is to carry on. */
  spread: Admitted[];
  faults: string[];
  lapses: string[];
  failures: string[];
  events: TraceEvent[];
  verifier: { busy: boolean };
}

const ROOMY: Partial<MempoolOptions> = {
  maxPendingTransactions: 100_000,
  maxPendingSlots: 100_000,
  maxPendingTransactionsPerSender: 100_000,
  maxPendingSlotsPerSender: 100_000,
};

function syncedSide(
  host: Host,
  clock: Clock,
  seed: number,
  { options = {}, pools = {} }: Omit<SyncedPairOptions, 'pair'> = {},
): SyncedSide {
  const state = new FakeState();
  const pool = new Mempool(state, { ...ROOMY, ...pools });
  const events: TraceEvent[] = [];
  const verifier = { busy: false };
  const admission = new Admission({
    pool,
    verifier: instantVerifier(verifier),
    rules: { ...DEFAULT_TRANSACTION_RULES, chainId: CHAIN_ID },
    clock,
    trace: { record: (event) => void events.push(event) },
  });
  const side = {
    host,
    pool,
    state,
    admission,
    unbroadcast: new Unbroadcast(),
    spread: [] as Admitted[],
    faults: [] as string[],
    lapses: [] as string[],
    failures: [] as string[],
    events,
    verifier,
  };
  const reconciliation = new Reconciliation({
    host,
    clock,
    random: streamOf(seed, 'sync'),
    pool,
    admission,
    unbroadcast: side.unbroadcast,
    options: { ...defaultSyncOptions, ...BY_HAND, ...options },
    maxTransactionBytes: DEFAULT_TRANSACTION_RULES.maxBytes,
    baseFee: () => state.baseFee,
    spread: (results) => void side.spread.push(...results),
    onFault: (_, { message }) => void side.faults.push(message),
    onLapse: (_, { message }) => void side.lapses.push(message),
    onFailure: (_, { message }) => void side.failures.push(message),
  });
  return { ...side, reconciliation };
}

/** Two hosts with a pool each, connected; neither asks the other unless told to. `sides[0]` asks. */
export async function syncedPair({ options = {}, pools = {}, pair: pairOptions }: SyncedPairOptions = {}) {
  const pair = await simulatedPair(pairOptions);
  const { clock } = pair;
  const near = syncedSide(pair.hosts[0], clock, 0, { options, pools });
  const far = syncedSide(pair.hosts[1], clock, 1, { options });
  await clock.perform(0, () => near.reconciliation.start());
  await clock.perform(1, () => far.reconciliation.start());
  await pair.dial();

  const later = (ms: number): Promise<void> => clock.runUntil(clock.nowMs() + ms);
  return {
    clock,
    network: pair.network,
    near,
    far,
    later,
    session: (): Promise<SessionResult> =>
      clock.perform(0, () => near.reconciliation.syncWith(far.host.peerId)),
    /** Speaks the near side by hand; `talk` ends when it likes, or when the other side has ended it. */
    byHand: (talk: (frames: SyncFrames, stream: Stream) => Promise<unknown>): Promise<void> =>
      clock.perform(0, async () => {
        const stream = await near.host.openStream(far.host.peerId, SYNC_PROTOCOL);
        await talk(framesOn(stream, clock), stream).catch(() => undefined);
      }),
    /** Speaks the far side by hand from now on. */
    answerByHand: (talk: (frames: SyncFrames, stream: Stream) => Promise<unknown>): Promise<void> =>
      clock.perform(1, async () => {
        await far.reconciliation.stop();
        await far.host.handle(SYNC_PROTOCOL, (stream) => {
          talk(framesOn(stream, clock), stream).catch(() => undefined);
        });
      }),
    areConnected: (): boolean => far.host.connections().length > 0,
    bytes: (): number => near.host.transportBytes().sent + far.host.transportBytes().sent,
  };
}

const framesOn = (stream: Stream, clock: Clock): SyncFrames =>
  new SyncFrames(stream, clock, { maxBufferBytes: 1 << 24, silenceMs: 60_000 });

/** At no cost of time, so that virtual time is that of the links alone. */
function instantVerifier(world: { busy: boolean }): Verifier {
  return {
    verify: (batch) => Promise.resolve(world.busy ? 'busy' : batch.map(recover)),
    canAcceptWork: () => !world.busy,
    queued: 0,
    stop: () => Promise.resolve(),
  };
}

const recovered = new Map<Hex, VerifyResult>();

/** Each once for all tests. */
function recover(decoded: DecodedTransaction): VerifyResult {
  let result = recovered.get(decoded.hash);
  if (result === undefined) recovered.set(decoded.hash, (result = recoverSender(decoded)));
  return result;
}

/** Real ones of a development account, from nonce 0 up. */
export function transfers(count: number, account = 0, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => signed({ nonce: BigInt(from + n) }, account));
}

/** Through Admission, as if a peer had sent them. */
export async function give(clock: Clock, side: SyncedSide, raws: readonly Uint8Array[]): Promise<void> {
  const nowMs = clock.nowMs();
  const source = { provenance: 'push', from: 'gossip', receivedAtMs: nowMs, validationAtMs: nowMs } as const;
  const results = await side.admission.admit(raws, source);
  assert.ok(results.every(({ outcome }) => outcome.status !== 'refused'));
}

/** The same synthetic ones into all pools, a sender each: compared, and never sent. */
export function giveCommon(sides: readonly SyncedSide[], count: number, tipCap = 10n ** 9n): Transaction[] {
  const all = Array.from({ length: count }, (_, n) =>
    makeTransaction({ tipCap, sender: `0x${(n + 1_000_000).toString(16).padStart(40, '0')}` }),
  ).map((transaction, n): Transaction => ({ ...transaction, hash: syntheticHash(n) }));
  for (const { pool } of sides)
    for (const transaction of all) assert.equal(pool.add(transaction, 'remote', 0).status, 'pending');
  return all;
}

/** Spread over all bits, as hashes are. */
function syntheticHash(n: number): Hex {
  const random = streamOf(n, 'synthetic hash');
  let text = '';
  for (let word = 0; word < 8; word++)
    text += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return `0x${text}`;
}

export const senderOf = (account: number): Hex => DEV_ACCOUNTS[account]!.address;
