/** A network to work on by hand or from a script of your own: start, submit, wait, read the figures, stop. */
import { toHex, type Hex } from '../src/bytes.ts';
import { summarize } from './measure/summarize.ts';
import type { SubmissionRecord } from './measure/record.ts';
import type { Summary } from './measure/summary.ts';
import { decodeTransaction } from '../src/transaction/decode.ts';
import { isRefusal } from '../src/transaction/refusal.ts';
import { recoverSender } from '../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../src/transaction/rules.ts';
import { startLocal } from './networks/local/start-local.ts';
import type { Network, NetworkNode, NodeStatus, Progress, SubmitResult } from './networks/network.ts';
import { edgesOf } from './run.ts';
import { resolveScenario } from './scenario/resolve.ts';
import type { Scenario } from './scenario/scenario.ts';
import { fundedAccounts, TESTNET_CHAIN_ID, type FundedAccount } from './workload/accounts.ts';

export interface TestnetOptions {
  /** How many nodes. Default 10. */
  nodes?: number;
  nodesPerProcess?: number;
  /** Funded accounts; the first ten are the well-known development accounts. Default 10. */
  accounts?: number;
  seed?: number;
  /** JSON-RPC port of the first node; the others count up from it. Default 0: free ports. */
  httpPort?: number;
  /** Options of every node by the names of `txgossip node`. */
  nodeOptions?: Record<string, unknown>;
  progress?: Progress;
  signal?: AbortSignal;
}

/** How often a wait looks. */
const LOOK_MS = 50;

export class Testnet {
  readonly scenario: Scenario;
  readonly accounts: readonly FundedAccount[];
  readonly #network: Network;
  readonly #edges: ReturnType<typeof edgesOf>;
  readonly #submissions: SubmissionRecord[] = [];
  readonly #before: NodeStatus[];
  readonly #readyAtMs: number;

  private constructor(scenario: Scenario, network: Network, before: NodeStatus[]) {
    this.scenario = scenario;
    this.accounts = fundedAccounts(scenario);
    this.#network = network;
    this.#edges = edgesOf(scenario);
    this.#before = before;
    this.#readyAtMs = network.clock.nowMs();
  }

  /** Resolves when every node has its mesh. @throws when it cannot be started; nothing is left running then. */
  static async launch(options: TestnetOptions = {}): Promise<Testnet> {
    const { nodes = 10, nodesPerProcess = 1, accounts = 10, seed = 1, nodeOptions = {} } = options;
    const scenario = resolveScenario('', [
      `nodes.count=${nodes}`,
      `nodes.perProcess=${nodesPerProcess}`,
      `nodes.options=${JSON.stringify(nodeOptions)}`,
      `workload.senders=${accounts}`,
      `seed=${seed}`,
    ]);
    const network = await startLocal(scenario, edgesOf(scenario), {
      httpPort: options.httpPort,
      progress: options.progress,
      signal: options.signal,
    });
    return new Testnet(scenario, network, await network.status());
  }

  get nodes(): readonly NetworkNode[] {
    return this.#network.nodes;
  }

  /** Rejects when a node dies; never resolves. */
  get failed(): Promise<never> {
    return this.#network.failed;
  }

  /** Sends one signed transaction to one node through its JSON-RPC. Its figures count from now on. */
  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    const { clock } = this.#network;
    const sentAtMs = clock.nowMs();
    const result = await this.#network.submit(node, raw);
    const decoded = decodeTransaction(raw, { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID });
    const transaction = isRefusal(decoded) ? decoded : recoverSender(decoded);
    if (!isRefusal(transaction)) {
      const { hash, sender, nonce } = transaction;
      this.#submissions.push({
        hash,
        sender,
        nonce,
        sizeBytes: raw.length,
        entry: node,
        scheduledAtMs: sentAtMs,
        sentAtMs,
        answeredAtMs: clock.nowMs(),
        refusal: result.status === 'accepted' ? null : result.code,
      });
    }
    return result;
  }

  /** Resolves when every node has every one of these transactions. @throws when that takes longer than `timeoutMs`. */
  async waitForCoverage(hashes: readonly Hex[], timeoutMs = 10_000): Promise<void> {
    const deadlineMs = this.#network.clock.nowMs() + timeoutMs;
    for (;;) {
      const missing = await this.#missing(hashes);
      if (missing.length === 0) return;
      if (this.#network.clock.nowMs() > deadlineMs) {
        throw new Error(
          `after ${timeoutMs} ms nodes still lack transactions: ${missing.slice(0, 5).join(', ')}`,
        );
      }
      await this.#network.sleepUntil(this.#network.clock.nowMs() + LOOK_MS);
    }
  }

  /** What was measured so far. */
  async figures(): Promise<Summary> {
    const after = await this.#network.status();
    const traces = await this.#network.traces();
    // Asked first: what nodes count until they are asked belongs to what is measured.
    const nowMs = this.#network.clock.nowMs();
    const { summary } = summarize({
      network: this.#network.kind,
      seed: this.scenario.seed,
      edges: this.#edges,
      startedAtMs: this.#readyAtMs,
      readyAtMs: this.#readyAtMs,
      submittedAtMs: nowMs,
      endedAtMs: nowMs,
      submissions: this.#submissions,
      traces,
      before: this.#before,
      after,
      droppedBytes: this.#network.droppedBytes(),
      digest: this.#network.digest(),
    });
    return summary;
  }

  /** Leaves nothing behind. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#network.stop();
  }

  async #missing(hashes: readonly Hex[]): Promise<string[]> {
    const traces = await this.#network.traces();
    return traces.flatMap(({ index, events }) => {
      const here = new Set(events.flatMap((event) => (event.kind === 'arrival' ? [event.hash] : [])));
      return hashes.filter((hash) => !here.has(hash)).map((hash) => `${hash} at node ${index}`);
    });
  }
}

/** As `Testnet.launch`. */
export async function launchTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  return Testnet.launch(options);
}

export const privateKeyHex = ({ privateKey }: FundedAccount): Hex => toHex(privateKey);
