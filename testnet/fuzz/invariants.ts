/**
 * What must hold after every case. `promises.ts` says when the conditions named here are met; where none is named, it
 * holds always, whatever breaks.
 *
 * Of the run:
 *   start                 the network forms its mesh (when everybody is promised everything: a hub may turn away whom
 *                         it has no room for)
 *   exception             no exception, nothing logged as an error, no reach for the real world (the simulation
 *                         throws these), and after the stop no timer and no node is left
 *   unhandled-rejection   no promise fails unseen
 *   in-time               it ends (checked by case-runner.ts)
 *   same-again            run again it is the same, event for event (checked by hunt.ts on a sample)
 *
 * Of submissions:
 *   answered              each to a node that lives on is answered
 *   flawed-refused        what is invalid is refused for what is wrong with it (a pool that exempts local transactions
 *                         from the floor may take one without a tip)
 *   valid-accepted        the rest is taken, or refused as known or as a replacement that pays too little (roomy, and
 *                         the verifier not swamped: unhurried; by a node that lives on, for one that stops checks no
 *                         signature any more)
 *
 * Of each node's events:
 *   known-transaction     nothing enters a pool but what was submitted; by RPC only what was submitted there
 *   came-from-neighbour   what a peer brought came from a neighbour
 *   caused                that neighbour had seen it before, by at least the latency of the link between
 *   forwarded             what it takes as executable each peer of its mesh has no later than one way after; where it
 *                         was submitted, a batch's wait later (calm)
 *   arrives-once          nothing arrives twice without having left between, in one life of a node
 *   time-order            read, then validated, then arrived; no event before the one before it
 *   departs-for-a-reason  replaced only by another of its nonce; evicted not at all when roomy; nothing else
 *   peers-blameless       no peer is refused what is any sender's fault, or has a message rejected: every node of the
 *                         case is honest
 *   nothing-dropped       no message is dropped unvalidated (unhurried)
 *
 * Of each live node at the end:
 *   pool-is-arrivals-less-departures
 *                         the pool holds what arrived and has not departed, and nothing else
 *   pool-consistent       the pool's own check of its indices, orders and limits
 *   settled               no message waits for its verdict
 *   scores                it scores no neighbour below zero (blameless)
 *
 * Of all nodes together:
 *   bytes-conserved       sent = received + dropped + under way; after the stop nothing is under way
 *   counters-add-up       what the nodes counted is what the links carried, by kind and in all
 *   same-pools            live nodes that are still connected hold the same executable transactions (everybody)
 *
 * A queued transaction (nonce gap) need not travel: nothing is promised of it.
 */
import { BYTE_KINDS, noBytes } from '../../src/telemetry/counters.ts';
import type { ResolvedCase } from './fuzz-case.ts';
import { eventViolations } from './event-invariants.ts';
import { FLAWS } from './flaws.ts';
import { unforwarded } from './forwarding.ts';
import type { NodeObservation, Observation } from './observation.ts';
import { poolsDiffer } from './pool-agreement.ts';
import type { Promises } from './promises.ts';
import type { Violation } from './violation.ts';

/** At most a few of each kind: the first of a hundred says as much as all. */
const MAX_OF_A_KIND = 3;

export function checkInvariants(
  resolved: ResolvedCase,
  promises: Promises,
  observation: Observation,
): Violation[] {
  const found = [
    ...answerViolations(resolved, promises, observation),
    ...eventViolations(resolved, promises, observation),
    ...observation.nodes.flatMap((node, index) => (node.up ? nodeViolations(node, index, promises) : [])),
    ...byteViolations(observation),
    ...(promises.calm ? unforwarded(resolved, observation) : []),
  ];
  if (promises.everybody) {
    const difference = poolsDiffer(resolved, observation.nodes);
    if (difference !== null) found.push({ invariant: 'same-pools', message: difference });
  }
  const seen = new Map<string, number>();
  return found.filter(({ invariant }) => {
    const count = (seen.get(invariant) ?? 0) + 1;
    seen.set(invariant, count);
    return count <= MAX_OF_A_KIND;
  });
}

function answerViolations(
  { submissions, scenario }: ResolvedCase,
  { roomy, unhurried }: Promises,
  { answers, nodes }: Observation,
): Violation[] {
  return answers.flatMap(({ submission: index, result, died }): Violation[] => {
    const { node, flaw } = submissions[index]!;
    const what = `submission ${index} to node ${node}`;
    if (result === null) {
      return nodes[node]!.up && !died ? [{ invariant: 'answered', message: `${what} had no answer` }] : [];
    }
    const answer = result.status === 'accepted' ? 'accepted' : result.code;
    if (flaw !== undefined) {
      const expected: string[] = [...FLAWS[flaw].codes];
      if (flaw === 'no-tip' && scenario.nodes.options['txpool.exemptlocals'] === true) return [];
      if (expected.includes(answer)) return [];
      return [
        {
          invariant: 'flawed-refused',
          message: `${what} is ${flaw} and was answered ${answer}, not ${expected.join(' or ')}`,
        },
      ];
    }
    const right = ['accepted', 'known', 'replacement-underpriced'];
    if (!roomy || !unhurried || !nodes[node]!.up || right.includes(answer)) return [];
    return [{ invariant: 'valid-accepted', message: `${what} is valid and was answered ${answer}` }];
  });
}

function nodeViolations(node: NodeObservation, index: number, { blameless }: Promises): Violation[] {
  const found: Violation[] = [];
  const report = (invariant: Violation['invariant'], message: string): void =>
    void found.push({ invariant, message: `node ${index}: ${message}` });

  const expected = new Set<string>();
  for (const event of node.events.slice(node.lives.at(-1))) {
    if (event.kind === 'arrival') expected.add(event.hash);
    if (event.kind === 'departure') expected.delete(event.hash);
  }
  const held = new Set<string>([...node.pending, ...node.queued].map(({ hash }) => hash));
  for (const hash of held.difference(expected)) {
    report('pool-is-arrivals-less-departures', `${hash} is in the pool, and no event says that it came`);
  }
  for (const hash of expected.difference(held)) {
    report('pool-is-arrivals-less-departures', `${hash} is not in the pool, and no event says that it left`);
  }
  if (node.poolFault !== null) report('pool-consistent', node.poolFault);
  if (node.rejected > 0) report('peers-blameless', `it rejected ${node.rejected} messages of honest peers`);
  if (node.unsettled > 0) report('settled', `${node.unsettled} messages still wait for their verdict`);
  if (node.fetching > 0) report('settled', `${node.fetching} transactions are still asked for`);
  if (blameless) {
    for (const [neighbour, score] of node.scores) {
      if (score < 0) report('scores', `it scores its honest neighbour ${neighbour} at ${score}`);
    }
  }
  return found;
}

function byteViolations({ bytes, bytesAfterStop, nodes }: Observation): Violation[] {
  const found: Violation[] = [];
  for (const [when, { sent, received, dropped, underWay }] of [
    ['at the end', bytes],
    ['after the stop', bytesAfterStop],
  ] as const) {
    if (sent === received + dropped + underWay) continue;
    found.push({
      invariant: 'bytes-conserved',
      message: `${when} ${sent} sent, ${received} received, ${dropped} dropped, ${underWay} under way`,
    });
  }
  if (bytesAfterStop.underWay !== 0) {
    found.push({
      invariant: 'bytes-conserved',
      message: `after the stop ${bytesAfterStop.underWay} bytes are under way`,
    });
  }
  const missing = noBytes();
  for (const [index, { counters }] of nodes.entries()) {
    for (const kind of BYTE_KINDS) missing[kind] += counters.sent[kind] - counters.received[kind];
    const { duplicateBytes, duplicateMessages, messagesReceived } = counters;
    if (duplicateBytes < 0 || duplicateMessages > messagesReceived) {
      found.push({
        invariant: 'counters-add-up',
        message: `node ${index} counts ${duplicateBytes} duplicate bytes, and ${duplicateMessages} of ${messagesReceived} messages as duplicates`,
      });
    }
  }
  const total = BYTE_KINDS.reduce((sum, kind) => sum + missing[kind], 0);
  const impossible = BYTE_KINDS.filter((kind) => missing[kind] < 0 || missing[kind] > bytesAfterStop.dropped);
  if (total !== bytesAfterStop.dropped || impossible.length > 0) {
    found.push({
      invariant: 'counters-add-up',
      message: `of what nodes count as sent, what they count as received lacks ${JSON.stringify(missing)}; the links dropped ${bytesAfterStop.dropped}`,
    });
  }
  return found;
}
