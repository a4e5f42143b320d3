/** The invariants of each node's events; invariants.ts says what they are. */
import type { Hex } from '../../src/bytes.ts';
import { MEANING } from '../../src/mempool/outcome.ts';
import type { ArrivalEvent, DepartureEvent, RefusedEvent } from '../../src/telemetry/trace.ts';
import { neighboursOf } from '../topology/connectivity.ts';
import { linkModel, linkState } from '../topology/link-model.ts';
import type { LinkModel } from '../topology/link-model.ts';
import { isOfLink } from './faults.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import type { Observation } from './observation.ts';
import type { Promises } from './promises.ts';
import { signSubmission } from './submission.ts';
import type { Submission } from './submission.ts';
import type { Violation } from './violation.ts';

/** Sums of fractions of a millisecond. */
const ROUNDING_MS = 1e-6;

export function eventViolations(
  resolved: ResolvedCase,
  promises: Promises,
  observation: Observation,
): Violation[] {
  const check = new EventCheck(resolved, promises, observation);
  return observation.nodes.flatMap((_, index) => check.node(index));
}

class EventCheck {
  readonly #resolved: ResolvedCase;
  readonly #promises: Promises;
  readonly #observation: Observation;
  readonly #submissions = new Map<Hex, Submission>();
  /** `<node>/<hash>` -> when it was first submitted there. */
  readonly #submittedMs = new Map<string, number>();
  /** Per node: when it first took or refused a transaction. */
  readonly #lookedAtMs: Map<Hex, number>[];
  readonly #indexOf: Map<string, number>;
  readonly #neighbours: number[][];
  readonly #links: LinkModel;

  constructor(resolved: ResolvedCase, promises: Promises, observation: Observation) {
    this.#resolved = resolved;
    this.#promises = promises;
    this.#observation = observation;
    for (const { submission: index, atMs } of observation.answers) {
      const submission = resolved.submissions[index]!;
      const { hash } = signSubmission(submission);
      this.#submissions.set(hash, submission);
      const key = `${submission.node}/${hash}`;
      if (!this.#submittedMs.has(key)) this.#submittedMs.set(key, atMs);
    }
    this.#lookedAtMs = observation.nodes.map(({ events }) => {
      const first = new Map<Hex, number>();
      for (const event of events) {
        if (event.kind !== 'arrival' && event.kind !== 'refused') continue;
        if (event.hash !== null && !first.has(event.hash)) first.set(event.hash, event.atMs);
      }
      return first;
    });
    this.#indexOf = new Map(observation.nodes.map(({ peerId }, index) => [peerId, index]));
    this.#neighbours = neighboursOf(resolved.scenario.nodes.count, resolved.edges);
    this.#links = linkModel(resolved.scenario);
  }

  node(index: number): Violation[] {
    const { roomy, unhurried } = this.#promises;
    const found: Violation[] = [];
    const report = (invariant: Violation['invariant'], message: string): void =>
      void found.push({ invariant, message: `node ${index}: ${message}` });
    const held = new Set<Hex>();
    let latestMs = -Infinity;
    const { events, lives } = this.#observation.nodes[index]!;
    for (const [place, event] of events.entries()) {
      if (lives.includes(place)) held.clear();
      if (event.atMs < latestMs) {
        report('time-order', `${event.kind} at ${event.atMs} ms follows an event at ${latestMs} ms`);
      }
      latestMs = event.atMs;
      switch (event.kind) {
        case 'arrival':
          if (held.has(event.hash)) report('arrives-once', `${event.hash} arrived and was there already`);
          held.add(event.hash);
          this.#arrival(index, event, report);
          break;
        case 'departure':
          if (!held.delete(event.hash)) report('arrives-once', `${event.hash} left and was not there`);
          this.#departure(event, roomy, report);
          break;
        case 'refused':
          this.#refusal(index, event, report);
          break;
        case 'drop':
          if (unhurried)
            report('nothing-dropped', `a message was dropped (${event.reason}) at ${event.atMs} ms`);
          break;
        case 'publish':
        case 'graft':
        case 'prune':
        case 'member':
        case 'connect':
        case 'disconnect':
        case 'link':
        case 'copies':
          break;
      }
    }
    return found;
  }

  #arrival(index: number, event: ArrivalEvent, report: Report): void {
    const { hash, provenance, from, receivedAtMs, validationAtMs, atMs } = event;
    if (!(receivedAtMs <= validationAtMs && validationAtMs <= atMs)) {
      report(
        'time-order',
        `${hash} was read at ${receivedAtMs}, validated at ${validationAtMs} and arrived at ${atMs} ms`,
      );
    }
    const submission = this.#submissions.get(hash);
    if (submission === undefined) report('known-transaction', `${hash} arrived, and nobody submitted it`);
    else if (submission.flaw !== undefined && !this.#mayTake(submission)) {
      report('known-transaction', `${hash} arrived, and it is ${submission.flaw}`);
    }
    if (provenance !== 'rpc') this.#caused(index, event, report);
    else if (from !== null || !((this.#submittedMs.get(`${index}/${hash}`) ?? Infinity) <= receivedAtMs)) {
      report('known-transaction', `${hash} arrived by RPC at ${atMs} ms, and was not submitted there before`);
    }
  }

  /** A pool that exempts local transactions from the floor. */
  #mayTake({ flaw }: Submission): boolean {
    return flaw === 'no-tip' && this.#resolved.scenario.nodes.options['txpool.exemptlocals'] === true;
  }

  #caused(
    index: number,
    { hash, from, receivedAtMs }: Pick<ArrivalEvent, 'hash' | 'from' | 'receivedAtMs'>,
    report: Report,
  ): void {
    const source = from === null ? undefined : this.#indexOf.get(from);
    if (source === undefined || !this.#neighbours[index]!.includes(source)) {
      report('came-from-neighbour', `${hash} came from ${source ?? from ?? 'nobody'}, which is no neighbour`);
      return;
    }
    const knownMs = this.#lookedAtMs[source]!.get(hash) ?? Infinity;
    const earliestMs = knownMs + this.#fastestMs(source, index);
    if (receivedAtMs < earliestMs - ROUNDING_MS) {
      report(
        'caused',
        `${hash} was read at ${receivedAtMs} ms from node ${source}, whose copy could be here at ${earliestMs} ms at the earliest`,
      );
    }
  }

  /** What the link between takes at least, whatever becomes of it. */
  #fastestMs(from: number, to: number): number {
    const changed = this.#resolved.faults.flatMap((fault) =>
      isOfLink(fault) && fault.kind === 'change' && fault.between.includes(from) && fault.between.includes(to)
        ? [fault.latencyMs ?? Infinity]
        : [],
    );
    return Math.min(linkState(from, to, this.#links).latencyMs, ...changed);
  }

  #departure({ hash, reason, atMs }: DepartureEvent, roomy: boolean, report: Report): void {
    if (reason === 'evicted' && !roomy) return;
    const gone = this.#submissions.get(hash);
    const replaced =
      reason === 'replaced' &&
      [...this.#submissions.values()].some(
        (other) =>
          other.account === gone?.account &&
          other.nonce === gone.nonce &&
          (other.feePercent ?? 100) > (gone.feePercent ?? 100),
      );
    if (!replaced) report('departs-for-a-reason', `${hash} left at ${atMs} ms: ${reason}`);
  }

  #refusal(index: number, { hash, code, provenance, atMs }: RefusedEvent, report: Report): void {
    if (provenance === 'rpc') return;
    const meaning = Object.hasOwn(MEANING, code) ? MEANING[code as keyof typeof MEANING] : undefined;
    if (meaning?.verdict !== 'ignore') {
      report('peers-blameless', `${hash ?? 'a message'} from a peer was refused at ${atMs} ms: ${code}`);
    }
    const { roomy, unhurried } = this.#promises;
    const { up } = this.#observation.nodes[index]!;
    if (roomy && unhurried && up && code !== 'replacement-underpriced') {
      report('valid-accepted', `${hash ?? 'a message'} from a peer was refused at ${atMs} ms: ${code}`);
    }
  }
}

type Report = (invariant: Violation['invariant'], message: string) => void;
