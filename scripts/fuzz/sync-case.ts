/**
 * One case of the hunt for bugs in reconciliation: two nodes hold a session in virtual time, and what one of them sends
 * is bent on its way, or made up altogether. Whatever comes, the other must neither fail nor hang, keep its pool in
 * order, send and hold no more than a session may, and leave nothing open.
 */
import type { Stream } from '@libp2p/interface';
import type { Random } from '../../src/environment.ts';
import type { Host } from '../../src/host/host.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import { Admission, type Admitted } from '../../src/propagation/admission.ts';
import {
  decodeBitmap,
  decodeCount,
  decodeDifferent,
  decodeFlagged,
  decodeHello,
  decodeKeys,
  decodeSymbols,
  encodeCount,
  encodeDifferent,
  encodeHello,
  encodeKeys,
  KIND,
  SyncFault,
} from '../../src/propagation/sync/messages.ts';
import { defaultSyncOptions } from '../../src/propagation/sync/options.ts';
import { Reconciliation, SYNC_PROTOCOL } from '../../src/propagation/sync/reconciliation.ts';
import { Unbroadcast } from '../../src/propagation/unbroadcast.ts';
import { noTrace } from '../../src/telemetry/trace.ts';
import { transactionHash } from '../../src/transaction/decode.ts';
import { decodeByteStrings, encodeByteStrings } from '../../src/transaction/rlp.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { linkConditions } from '../../testnet/networks/link-conditions.ts';
import { SimulatedHost } from '../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import { SimulatedNetwork } from '../../testnet/networks/simulated/simulated-network.ts';
import { VirtualClock } from '../../testnet/networks/simulated/virtual-clock.ts';
import { int, streamOf } from '../../testnet/random.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { must } from './case-failure.ts';
import { knownVerifier, PER_SENDER, richState, SENDERS, transfers } from './known-transfers.ts';
import { noise } from './noise.ts';

const LATENCY_MS = 10;
/** Longer than any session may take, and than all that follows one. */
const SETTLED_MS = 2 * defaultSyncOptions.maxSessionMs;
/** A session of these pools, ids, symbols and all pages, is far below. */
const MAX_SENT_BYTES = 512 * 1024;
const MAX_EVENTS = 100_000;

interface Side {
  host: SimulatedHost;
  pool: Mempool;
  reconciliation: Reconciliation;
  /** What it holds against the other side. */
  faults: string[];
}

/** @throws {CaseFailure} @throws whatever a node failed with. */
export async function runSyncCase(seed: number): Promise<void> {
  const dice = streamOf(seed, 'case');
  decodersStand(dice);
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, {
    conditionsOf: () => linkConditions({ latencyMs: LATENCY_MS }),
  });
  const hostOf = async (owner: number): Promise<SimulatedHost> => {
    const host = new SimulatedHost({
      network,
      owner,
      privateKey: await simulatedKey(streamOf(7, 'node', owner)),
    });
    await host.start();
    return host;
  };
  const hosts = [await hostOf(0), await hostOf(1)] as const;
  const bend = new Bending(dice, clock);
  const options = { pageBytes: 1024 + int(dice, 8_000), maxSpread: int(dice, 40) };
  const attacker = side(hosts[0], clock, streamOf(seed, 'attacker'), options, (host) => bend.host(host));
  const victim = side(hosts[1], clock, streamOf(seed, 'victim'), options, (host) => host);
  const sides = [attacker, victim];
  const later = (ms: number): Promise<void> => clock.runUntil(clock.nowMs() + ms);

  await fill(sides, dice);
  for (const [owner, each] of sides.entries()) await clock.perform(owner, () => each.reconciliation.start());
  await clock.perform(0, () => attacker.host.dial(victim.host.address));
  await later(LATENCY_MS);

  const sentBefore = victim.host.transportBytes().sent;
  const eventsBefore = clock.statistics.executed;
  const changes = dice.next() < 0.5;
  if (changes) changeMeanwhile(sides, clock, dice);
  let settled = false;
  const babbles = dice.next() < 0.2;
  const attackerAsks = dice.next() < 0.5;
  const sessions = babbles
    ? clock.perform(0, async () => {
        babble(await attacker.host.openStream(victim.host.peerId, SYNC_PROTOCOL), dice, clock);
      })
    : attackerAsks
      ? clock.perform(0, () => attacker.reconciliation.syncWith(victim.host.peerId))
      : clock.perform(1, () => victim.reconciliation.syncWith(attacker.host.peerId));
  sessions.catch(() => undefined).finally(() => (settled = true));
  await sessions.catch(() => undefined);
  await later(SETTLED_MS);

  must(settled, 'a session hangs');
  if (!babbles && !bend.bends) {
    const faults = sides.flatMap((each) => each.faults);
    must(faults.length === 0, `an honest peer is blamed: ${faults.join(', ')}`);
    if (!changes)
      must(
        attacker.pool.pendingDigest === victim.pool.pendingDigest,
        'an honest session left pools different',
      );
  }
  const sent = victim.host.transportBytes().sent - sentBefore;
  must(sent <= MAX_SENT_BYTES, `the victim sent ${sent} bytes`);
  const events = clock.statistics.executed - eventsBefore;
  must(events <= MAX_EVENTS, `it took ${events} events`);
  victim.pool.checkInvariants();
  const known = new Set(transfers.flat().map((raw) => Buffer.from(raw).toString('hex')));
  for (const { raw } of victim.pool.pendingTransactions())
    must(known.has(Buffer.from(raw).toString('hex')), 'something nobody signed is in the pool');
  for (const [owner, each] of sides.entries()) {
    await clock.perform(owner, () => each.reconciliation.stop());
    await clock.perform(owner, () => each.host.stop());
  }
  await later(SETTLED_MS);
  const { pending } = clock.statistics;
  must(pending === 0, `${pending} timers are open after the stop`);
}

/** Frames of any kind with any content, now and then. */
function babble(stream: Stream, dice: Random, clock: VirtualClock): void {
  let left = 1 + int(dice, 40);
  const speak = (): void => {
    if (stream.status !== 'open' || left-- === 0) return;
    try {
      stream.send(frameOf(dice));
    } catch {
      return;
    }
    clock.after(int(dice, 60), speak);
  };
  speak();
}

function frameOf(dice: Random): Uint8Array {
  const body = noise(dice, dice.next() < 0.1 ? 5_000 : 60);
  if (dice.next() < 0.15) return body;
  const kinds = Object.values(KIND);
  const kind = kinds[int(dice, kinds.length)]!;
  const honest =
    kind === KIND.hello
      ? encodeHello({ salt: new Uint8Array(8), count: int(dice, 2 ** 32), digest: new Uint8Array(16) })
      : kind === KIND.moreSymbols
        ? encodeCount(int(dice, 300))
        : body;
  const content = Buffer.concat([Uint8Array.of(kind), honest]);
  return Buffer.concat([encodeCount(dice.next() < 0.1 ? int(dice, 2 ** 32) : content.byteLength), content]);
}

/** Bends what a host sends on its streams of reconciliation. */
class Bending {
  readonly #dice: Random;
  readonly #clock: VirtualClock;
  /** Of all that is sent. */
  readonly #share: number;
  readonly #said: Uint8Array[] = [];

  constructor(dice: Random, clock: VirtualClock) {
    this.#dice = dice;
    this.#clock = clock;
    this.#share = [0, 0.05, 0.3, 1][int(dice, 4)]!;
  }

  get bends(): boolean {
    return this.#share > 0;
  }

  host(host: Host): Host {
    return new Proxy(host, {
      get: (target, name) => {
        if (name === 'openStream') {
          return async (...args: Parameters<Host['openStream']>) =>
            this.#bent(await target.openStream(...args));
        }
        if (name === 'handle') {
          return (...[protocol, handler]: Parameters<Host['handle']>) =>
            target.handle(protocol, (stream, peer) => handler(this.#bent(stream), peer));
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #bent(stream: Stream): Stream {
    const send = stream.send.bind(stream);
    stream.send = (data) => {
      let room = true;
      for (const piece of this.#pieces(Uint8Array.from(data.subarray()), stream)) {
        if (stream.writeStatus === 'writable') room = send(piece);
      }
      return room;
    };
    return stream;
  }

  #pieces(frame: Uint8Array, stream: Stream): Uint8Array[] {
    const dice = this.#dice;
    if (this.#said.length < 50) this.#said.push(Uint8Array.from(frame));
    if (dice.next() >= this.#share) return [frame];
    const at = int(dice, frame.length);
    switch (int(dice, 12)) {
      case 0:
        frame[at]! ^= 1 << int(dice, 8);
        return [frame];
      case 1:
        for (let n = 0; n < 5; n++) frame[int(dice, frame.length)] = int(dice, 256);
        return [frame];
      case 2:
        return [frame.subarray(0, at)];
      case 3:
        return [frame, noise(dice, 40)];
      case 4:
        return [frame, frame];
      case 5:
        return [];
      case 6:
        return [this.#said[int(dice, this.#said.length)]!, frame];
      case 7:
        return [frameOf(dice)];
      case 8:
        return [encodeCount(int(dice, 2 ** 32)), frame];
      case 9:
        // The kind, where the length is one byte.
        if (frame.length > 1) frame[1] = int(dice, 20);
        return [frame];
      case 10:
        this.#clock.after(int(dice, 2_000), () => stream.abort(new Error('bent')));
        return [frame];
      default:
        void stream.close().catch(() => undefined);
        return [];
    }
  }
}

function side(
  host: SimulatedHost,
  clock: VirtualClock,
  random: Random,
  options: { pageBytes: number; maxSpread: number },
  bent: (host: Host) => Host,
): Side {
  const pool = new Mempool(richState);
  const faults: string[] = [];
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };
  const reconciliation = new Reconciliation({
    host: bent(host),
    clock,
    random,
    pool,
    admission: new Admission({ pool, verifier: knownVerifier, rules, clock, trace: noTrace }),
    unbroadcast: new Unbroadcast(),
    // One session by hand, and what follows from it.
    options: { ...defaultSyncOptions, ...options, intervalMs: 1e9, graceMs: 0 },
    maxTransactionBytes: rules.maxBytes,
    baseFee: () => 0n,
    spread: () => undefined,
    onFault: (_, { message }) => void faults.push(message),
    onLapse: () => undefined,
    onFailure: () => undefined,
  });
  return { host, pool, reconciliation, faults };
}

/** Of each sender some in both pools, and some more in one of them. */
async function fill(sides: readonly Side[], dice: Random): Promise<void> {
  const admissions = sides.map(({ pool }) => pool);
  // Small pools have rules of their own: lists instead of symbols, sets that are empty.
  for (const raws of transfers.slice(0, int(dice, SENDERS + 1))) {
    const common = int(dice, PER_SENDER);
    const extra = int(dice, PER_SENDER + 1 - common);
    const richer = int(dice, 2);
    for (const [index, pool] of admissions.entries()) {
      for (const raw of raws.slice(0, index === richer ? common + extra : common)) await put(pool, raw);
    }
  }
}

/** Gossip and blocks do not stand still while pools are compared. */
function changeMeanwhile(sides: readonly Side[], clock: VirtualClock, dice: Random): void {
  for (let n = int(dice, 30); n > 0; n--) {
    const owner = int(dice, 2);
    const { pool } = sides[owner]!;
    const raw = transfers[int(dice, SENDERS)]![int(dice, PER_SENDER)]!;
    clock.schedule(owner, clock.nowMs() + int(dice, dice.next() < 0.5 ? 60 : 300), () => {
      const hash = transactionHash(raw);
      if (pool.has(hash)) pool.remove(hash, 'expired');
      else void admit(pool, raw);
    });
  }
}

async function put(pool: Mempool, raw: Uint8Array): Promise<void> {
  must((await admit(pool, raw))?.outcome.status === 'pending', 'a pool could not be filled');
}

async function admit(pool: Mempool, raw: Uint8Array): Promise<Admitted | undefined> {
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };
  const admission = new Admission({
    pool,
    verifier: knownVerifier,
    rules,
    clock: new VirtualClock(),
    trace: noTrace,
  });
  const source = { provenance: 'push', from: 'peer', receivedAtMs: 0, validationAtMs: 0 } as const;
  const [admitted] = await admission.admit([raw], source);
  return admitted;
}

/** Every decoder on made up bytes, and on bent ones: a value that is written so, or a fault, and nothing else. */
function decodersStand(dice: Random): void {
  const bytes = noise(dice, 200);
  const tolerant = (decode: () => unknown): void => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof SyncFault)) throw error;
    }
  };
  const same = (again: Uint8Array): void =>
    must(Buffer.compare(again, bytes) === 0, `${Buffer.from(bytes).toString('hex')} is read and not written`);
  tolerant(() => same(encodeHello(decodeHello(bytes))));
  tolerant(() => same(encodeDifferent(decodeDifferent(bytes))));
  tolerant(() => same(encodeCount(decodeCount(bytes))));
  tolerant(() => same(encodeKeys(decodeKeys(bytes, 20))));
  tolerant(() => decodeBitmap(bytes, int(dice, 1_600)));
  tolerant(() => decodeFlagged(bytes));
  const asked = int(dice, 20);
  tolerant(() =>
    must(decodeSymbols(bytes, int(dice, 5_000), 10_000, asked).length <= asked, 'too many symbols'),
  );

  const raws = transfers[int(dice, SENDERS)]!.slice(0, int(dice, 4));
  const batch = encodeByteStrings([...raws, noise(dice, 80)]);
  for (let n = int(dice, 4); n > 0; n--) batch[int(dice, batch.length)] = int(dice, 256);
  for (const each of [bytes, batch, batch.subarray(0, int(dice, batch.length))]) {
    const most = int(dice, 8);
    const items = decodeByteStrings(each, most);
    if (items === undefined) continue;
    must(items.length <= most, 'a batch has more items than it may');
    must(Buffer.compare(encodeByteStrings(items), each) === 0, 'a batch is read and not written');
  }
}
