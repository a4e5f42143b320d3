/** The `txgossip` namespace: what this node does with transactions, for whoever studies or runs it. */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { HistoryStep } from '../telemetry/transaction-history.ts';
import { complaints } from '../telemetry/vitals.ts';
import type { GossipView, RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { knownPeers } from './known-peers.ts';
import { members } from './members.ts';
import { method, named, type Namespace } from './method.ts';
import { poolDigest } from './pool-digest.ts';
import { hash, hashText } from './schemas.ts';

const noParams = z.tuple([]);
const time = z.iso.datetime().meta({ description: 'when, UTC, by the clock of this machine' });
const provenance = z.enum(['rpc', 'push', 'pull', 'sync']).meta({
  description: 'submitted here, or gossip pushed by a peer, asked of one (IWANT), or reconciled with one',
});
const peer = z.string().meta({ description: 'peer id' });
const from = peer.nullable().meta({ description: 'peer id; null: submitted here' });
const count = z.int().nonnegative();

const step = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('arrived'),
    at: time,
    status: z.enum(['pending', 'queued']),
    provenance,
    from,
    waitedMs: z.number().meta({ description: 'from its bytes read to its validation begun' }),
    validatedMs: z.number().meta({ description: 'from there to its place in the pool' }),
  }),
  z.object({
    kind: z.literal('refused'),
    at: time,
    code: z.string(),
    message: z.string(),
    provenance,
    from,
  }),
  z.object({ kind: z.enum(['promoted', 'demoted']), at: time }),
  z.object({
    kind: z.literal('published'),
    at: time,
    peers: count.meta({ description: 'it was sent to, in a message of our own' }),
  }),
  z.object({
    kind: z.literal('left'),
    at: time,
    reason: z.enum(['replaced', 'evicted', 'expired', 'included', 'unpayable']),
    replacedBy: hashText.optional(),
  }),
]);

const explanation = z
  .object({
    hash: hashText,
    fate: z
      .enum(['pending', 'queued', 'refused', 'replaced', 'evicted', 'expired', 'included', 'unpayable'])
      .meta({ description: 'where it is, or why it left; refused: it never entered' }),
    isLocal: z.boolean().meta({ description: 'in the pool, and submitted here' }),
    isUnbroadcast: z.boolean().meta({ description: 'submitted here, and no peer has shown to have it' }),
    steps: z.array(step).meta({ description: 'oldest first' }),
    omittedSteps: count.meta({ description: 'left out between the first eight and the rest' }),
    messages: z
      .array(
        z.object({
          from: peer,
          verdict: z.enum(['accept', 'ignore', 'reject']).nullable().meta({
            description: 'accept: forwarded to the mesh; null: not yet given',
          }),
        }),
      )
      .meta({ description: 'gossip messages of others that carried it, at most eight' }),
    copies: z
      .object({ total: count, byPeer: z.record(z.string(), count) })
      .meta({ description: 'how often it came again; "rpc": submitted here again' }),
  })
  .meta({ title: 'explanation' });

type Explanation = z.infer<typeof explanation>;
type StepText = z.infer<typeof step>;

/** Of the node's clock to text. */
type TimeOf = (atMs: number) => string;

function stepView(recorded: HistoryStep, at: TimeOf): StepText {
  if (recorded.kind !== 'arrived') {
    const { atMs, ...rest } = recorded;
    return { ...rest, at: at(atMs) };
  }
  const { atMs, receivedAtMs, validationAtMs, status, provenance: how, from: whom } = recorded;
  return {
    kind: 'arrived',
    at: at(atMs),
    status,
    provenance: how,
    from: whom,
    waitedMs: rounded(validationAtMs - receivedAtMs),
    validatedMs: rounded(atMs - validationAtMs),
  };
}

/** To microseconds: what lies below is noise. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Null: nothing is known of it. What the history has forgotten and the pool still holds has no steps. */
function explain(backend: RpcBackend, wanted: Hex): Explanation | null {
  const record = backend.history?.explain(wanted);
  const pooled = backend.pool.get(wanted);
  const fate = pooled?.status ?? record?.fate;
  if (fate === undefined) return null;
  const offsetMs = Date.now() - backend.nowMs();
  const at: TimeOf = (atMs) => new Date(atMs + offsetMs).toISOString();
  const copies = [...(record?.copies ?? [])].sort(([, a], [, b]) => b - a);
  return {
    hash: wanted,
    fate,
    isLocal: pooled?.origin === 'local',
    isUnbroadcast: backend.isUnbroadcast(wanted),
    steps: record === undefined ? [] : record.steps.map((each) => stepView(each, at)),
    omittedSteps: record?.omittedSteps ?? 0,
    messages: (record?.messages ?? []).map(({ from: sender, verdict }) => ({
      from: sender,
      verdict: verdict ?? null,
    })),
    copies: {
      total: copies.reduce((sum, [, times]) => sum + times, 0),
      byPeer: Object.fromEntries(copies),
    },
  };
}

const scored = z.object({ peer, score: z.number() });

function scoreOf({ score }: GossipView) {
  return (id: string): z.infer<typeof scored> => ({ peer: id, score: rounded(score(id)) });
}

export const txgossip: Namespace = {
  txgossip_explainTransaction: method({
    description:
      'Everything this node decided about a transaction and why, also after it left; null when it knows nothing of it. The last explain.transactions are remembered.',
    params: z.tuple([named('hash', hash)]),
    result: explanation.nullable(),
    handler(backend, [wanted]) {
      if (backend.history !== undefined) return explain(backend, wanted);
      const message = 'the node remembers no transactions: start it with explain.transactions above 0';
      return new RpcFailure(RPC_CODE.serverError, message);
    },
  }),
  txgossip_members: members,

  txgossip_knownPeers: knownPeers,
  txgossip_mesh: method({
    description: 'The peers gossip goes through, with their scores.',
    params: noParams,
    result: z.object({
      topic: z.string(),
      mesh: z.array(scored).meta({ description: 'exchange gossip in full with this node' }),
      subscribers: z.array(scored).meta({ description: 'all peers on the topic' }),
    }),
    handler(backend) {
      const gossip = backend.gossip();
      const view = scoreOf(gossip);
      return {
        topic: gossip.topic,
        mesh: gossip.mesh.map(view),
        subscribers: gossip.subscribers.map(view),
      };
    },
  }),
  txgossip_peerScores: method({
    description: 'What gossip thinks of each peer and why (gossipsub v1.1). 0: as of a stranger.',
    params: noParams,
    result: z.array(
      scored.extend({
        inMesh: z.boolean(),
        meshMs: z.number().meta({ description: 'time in the mesh' }),
        firstDeliveries: z
          .number()
          .meta({ description: 'valid messages it was the first to bring, decaying' }),
        invalidDeliveries: z.number().meta({ description: 'messages answered with reject, decaying' }),
        behaviourPenalty: z.number().meta({ description: 'broken promises and early grafts, decaying' }),
      }),
    ),
    handler(backend) {
      const gossip = backend.gossip();
      const mesh = new Set(gossip.mesh);
      return backend.peers().map(({ id }) => ({
        ...scoreOf(gossip)(id),
        inMesh: mesh.has(id),
        ...gossip.scoreParts(id),
      }));
    },
  }),
  txgossip_poolDigest: method({
    description:
      'A digest of the set of pending hashes: the sum of the hashes, as numbers, modulo 2^256. Nodes that hold the same have the same, in whatever order it came.',
    params: noParams,
    result: z.object({ digest: hashText, pending: count, queued: count }),
    handler({ pool }) {
      const { pending, queued } = pool.counts;
      return { digest: poolDigest(pool), pending, queued };
    },
  }),
  txgossip_health: method({
    description: 'Whether the node does its work, why not, and the figures that says it from.',
    params: noParams,
    result: z
      .object({
        ok: z.boolean(),
        reasons: z.array(z.string()).meta({ description: 'why it is not ok' }),
        peers: count,
        meshPeers: count,
        subscribers: count,
        pool: z.record(z.string(), count),
        validation: z.object({ waiting: count, limit: count, dropped: count, rejected: count }),
        eventLoopLagMs: z.number(),
        unbroadcast: count.meta({ description: 'submitted here, and no peer has shown to have them' }),
        chain: z
          .object({
            reachable: z.boolean(),
            headNumber: z.int(),
            headHash: hashText,
            headAgeMs: z.number(),
            problem: z.string().nullable(),
          })
          .nullable()
          .meta({ description: 'null: genesis' }),
      })
      .meta({ title: 'health' }),
    async handler(backend) {
      const vitals = await backend.vitals();
      const reasons = complaints(vitals);
      const { chain } = vitals;
      return {
        ok: reasons.length === 0,
        reasons,
        ...vitals,
        pool: { ...vitals.pool },
        eventLoopLagMs: rounded(vitals.eventLoopLagMs),
        chain:
          chain === undefined
            ? null
            : {
                ...chain,
                headNumber: Number(chain.headNumber),
                headAgeMs: Math.round(chain.headAgeMs),
                problem: chain.problem ?? null,
              },
      };
    },
  }),
};
