/**
 * How true the links of a network are, through nothing but its interface: two nodes, one link, changed live as faults
 * change it. One way is from the pool of one node to the moment the other has read it; what that takes on a link
 * without latency (batching, encryption, timers) is measured before each row and taken off.
 */
import type { Hex } from '../../src/bytes.ts';
import type { ArrivalEvent } from '../../src/telemetry/trace.ts';
import type { LinkChange, LinkPair } from '../../testnet/faults/fault.ts';
import { percentile, sampleOf } from '../../testnet/measure/statistics.ts';
import type { Edge, Network } from '../../testnet/networks/network.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { planWorkload, type PlannedTransaction } from '../../testnet/workload/plan.ts';
import type { BenchRow } from './row.ts';

const LATENCIES_MS = [5, 20, 50, 100];
const MESSAGES = 25;
/** Code is slow until it has been compiled. */
const WARM_UP = 50;
const JITTER_MS = 40;
const BANDWIDTH_MBPS = 2;
const LOSS = 0.1;
/** Few, so that the mean is known to a tenth or so. */
const LOSS_MESSAGES = 100;
/** TCP_RTO_MIN; see link-conditions.ts. */
const RETRANSMISSION_MS = 200;
const CUT_MS = 400;
const CUTS = 5;
const DATA_BYTES = 10_000;
const LINK: LinkPair[] = [[0, 1]];
/** More than a batch gathers for: what is submitted then leaves at once. */
const IDLE_MS = 10;
const PATIENCE_MS = 30_000;

/** About 25 s on real time. */
export async function linkAccuracy(
  name: string,
  start: (scenario: Scenario, edges: readonly Edge[]) => Promise<Network>,
): Promise<BenchRow[]> {
  const messages = WARM_UP + 2 * MESSAGES * (LATENCIES_MS.length + 4) + LOSS_MESSAGES + CUTS;
  const scenario = resolveScenario(
    JSON.stringify({
      nodes: { count: 2 },
      topology: { kind: 'line' },
      workload: { transactions: messages, senders: messages, dataBytes: DATA_BYTES },
    }),
  );
  const plan = await planWorkload(scenario);
  const network = await start(scenario, edgesOf(scenario));
  try {
    return await new LinkBench(name, network, plan).rows();
  } finally {
    await network.stop();
  }
}

class LinkBench {
  readonly #name: string;
  readonly #network: Network;
  readonly #plan: PlannedTransaction[];

  constructor(name: string, network: Network, plan: PlannedTransaction[]) {
    this.#name = name;
    this.#network = network;
    this.#plan = plan;
  }

  async rows(): Promise<BenchRow[]> {
    await this.#hops(WARM_UP, {});
    const rows: BenchRow[] = [];
    const add = async (
      what: string,
      askedMs: number,
      measure: () => Promise<readonly number[]>,
    ): Promise<void> => {
      const bareMs = mean(await this.#hops(MESSAGES, {}));
      const gotMs = (await measure()).map((ms) => ms - bareMs);
      const sample = sampleOf(gotMs);
      const at = (percent: number): string => percentile(sample, percent).toFixed(1);
      rows.push({
        name: `${this.#name}: ${what}, asked ${askedMs.toFixed(1)} ms`,
        value: `got ${mean(gotMs).toFixed(2)} ms in the mean, p10 ${at(10)}, p50 ${at(50)}, p90 ${at(90)} ms`,
        ratio: `${(mean(gotMs) / askedMs).toFixed(3)}x`,
      });
    };
    const addHops = (what: string, askedMs: number, change: LinkChange, count = MESSAGES): Promise<void> =>
      add(what, askedMs, () => this.#hops(count, change));
    for (const latencyMs of LATENCIES_MS) {
      await addHops(`one way of ${latencyMs} ms`, latencyMs, { latencyMs });
    }
    const jittered = { latencyMs: 20, jitterMs: JITTER_MS };
    await addHops(`20 ms and a jitter of 0 to ${JITTER_MS}`, 20 + JITTER_MS / 2, jittered);
    // Its frame adds a few bytes to the data, signature and fields.
    const lineMs = ((this.#plan[0]!.sizeBytes + 60) * 8) / (BANDWIDTH_MBPS * 1000);
    const thin = { bandwidthMbps: BANDWIDTH_MBPS };
    await addHops(`${DATA_BYTES} bytes at ${BANDWIDTH_MBPS} Mbit/s`, lineMs, thin);
    const packets = Math.ceil(this.#plan[0]!.sizeBytes / 1460);
    const lossMs = 5 + expectedLossMs(LOSS, packets);
    const lossy = { latencyMs: 5, lossRate: LOSS };
    await addHops(`${packets} packets at ${LOSS * 100} % loss`, lossMs, lossy, LOSS_MESSAGES);
    await add(`a cut of ${CUT_MS} ms`, CUT_MS, () => this.#cuts());
    return rows;
  }

  /** One after the other on a link as `change` has it, ms. */
  async #hops(count: number, change: LinkChange): Promise<number[]> {
    if (Object.keys(change).length > 0) await this.#network.inflict({ kind: 'change', links: LINK, change });
    const hops: number[] = [];
    for (let k = 0; k < count; k++) hops.push(await this.#arrived(await this.#submit()));
    await this.#network.inflict({ kind: 'restore', links: LINK });
    return hops;
  }

  async #cuts(): Promise<number[]> {
    const hops: number[] = [];
    for (let k = 0; k < CUTS; k++) {
      await this.#network.inflict({ kind: 'cut', links: LINK });
      const cutAtMs = this.#network.clock.nowMs();
      const hash = await this.#submit();
      await this.#network.sleepUntil(cutAtMs + CUT_MS);
      await this.#network.inflict({ kind: 'heal', links: LINK });
      const waitedMs = await this.#arrived(hash);
      hops.push(waitedMs + IDLE_MS);
    }
    return hops;
  }

  async #submit(): Promise<Hex> {
    const { raw, hash } = this.#plan.shift()!;
    // Else it would wait for its batch.
    await this.#network.sleepUntil(this.#network.clock.nowMs() + IDLE_MS);
    const answer = await this.#network.submit(0, raw);
    if (answer.status !== 'accepted') throw new Error(`refused: ${answer.message}`);
    return hash;
  }

  async #arrived(hash: Hex): Promise<number> {
    const { clock } = this.#network;
    const deadlineMs = clock.nowMs() + PATIENCE_MS;
    for (;;) {
      const [from, to] = (await this.#network.traces()).map(({ events }) =>
        events.findLast((event): event is ArrivalEvent => event.kind === 'arrival' && event.hash === hash),
      );
      if (from !== undefined && to !== undefined) return to.receivedAtMs - from.atMs;
      if (clock.nowMs() > deadlineMs) throw new Error(`${hash} did not arrive within ${PATIENCE_MS} ms`);
      await this.#network.sleepUntil(clock.nowMs() + 10);
    }
  }
}

/** Mean of the unluckiest of so many packets: it is lost k times in a row with p^k, and waits 200, 600, 1400 ... ms. */
function expectedLossMs(p: number, packets: number): number {
  let expectedMs = 0;
  for (let k = 1, gainMs = RETRANSMISSION_MS; k < 30; k++, gainMs *= 2) {
    expectedMs += gainMs * (1 - (1 - p ** k) ** packets);
  }
  return expectedMs;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
