/**
 * A node that is killed at any instant has lost nothing it answered for. KILLS says how often (5), SEED at which
 * instants.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex, type Hex } from '../../src/bytes.ts';
import { streamOf, uniform } from '../../testnet/random.ts';
import { txgossip, type Command } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';
import { transfer } from '../helpers/real-nodes.ts';
import { seeded } from '../helpers/seed.ts';

const KILLS = Number(process.env['KILLS'] ?? 5);
const SEED = seeded().seed ?? Date.now() & 0xffff;
/** Each submits its transactions one after the other, as fast as they are answered. */
const ACCOUNTS = 10;
/** Answered before a burst is one. */
const LEAST_ANSWERED = 20;
/** From then to the kill, at the most. */
const BURST_MS = 400;
/** On a busy machine a kill may find all answered, and what comes next not yet sent: it is not one in the middle. */
const MAX_KILLS = 4 * KILLS;

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

async function post<T>(url: string, payload: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  return (await response.json()) as T;
}

describe('txgossip node, killed', function () {
  this.timeout(60_000 + KILLS * 30_000);
  let directory: string;
  let node: Command | undefined;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'txgossip-crash-'));
  });
  after(async () => {
    await node?.end();
    await rm(directory, { recursive: true, force: true });
  });

  const start = async (): Promise<string> => {
    node = txgossip('node', '--datadir', directory, '--http.port', '0', '--txpool.preset', 'experiment');
    return node.printed(/JSON-RPC +(\S+)/);
  };

  /** Those of `hashes` the node has not got. */
  const missing = async (url: string, hashes: readonly Hex[]): Promise<Hex[]> => {
    const lost: Hex[] = [];
    for (let at = 0; at < hashes.length; at += 100) {
      const part = hashes.slice(at, at + 100);
      const answers = await post<Answer[]>(
        url,
        part.map((hash, id) => ({ jsonrpc: '2.0', id, method: 'eth_getTransactionByHash', params: [hash] })),
      );
      assert.equal(answers.length, part.length);
      for (const { id, result, error } of answers) {
        assert.equal(error, undefined);
        if (result === null) lost.push(part[id]!);
      }
    }
    return lost;
  };

  it(`${KILLS} times at random instants of a burst, has every transaction it answered for (SEED=${SEED})`, async () => {
    const dice = streamOf(SEED, 'kills');
    const nonces = new Array<number>(ACCOUNTS).fill(0);
    const answered: Hex[] = [];
    let isKilled = false;
    /** Sent while it lived, and never answered. */
    let cutOff = 0;

    /** Until the node is gone. */
    const submitAll = async (url: string, account: number): Promise<void> => {
      for (;;) {
        const raw = toHex(transfer(account, nonces[account]!));
        const payload = { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] };
        const wasKilled = isKilled;
        let answer: Answer;
        try {
          answer = await post<Answer>(url, payload);
        } catch {
          if (!wasKilled) cutOff++;
          return;
        }
        // It was on the disk when the node was killed before it could answer: it is there, so it must stay.
        if (answer.error === undefined) answered.push(answer.result as Hex);
        else assert.equal(answer.error.message, 'already known');
        nonces[account]!++;
      }
    };

    let url = await start();
    let inTheMiddle = 0;
    for (let kill = 0; inTheMiddle < KILLS; kill++) {
      assert.ok(kill < MAX_KILLS, `only ${inTheMiddle} of ${kill} kills left a submission unanswered`);
      const before = { answered: answered.length, cutOff };
      isKilled = false;
      const burst = Promise.all(nonces.map((_, account) => submitAll(url, account)));
      await eventually('a burst', () => answered.length >= before.answered + LEAST_ANSWERED);
      await new Promise((resolve) => setTimeout(resolve, uniform(dice, 0, BURST_MS)));
      isKilled = true;
      await node!.end();
      await burst;
      if (cutOff > before.cutOff) inTheMiddle++;
      url = await start();
      const lost = await missing(url, answered.slice(before.answered));
      assert.deepEqual(
        lost,
        [],
        `kill ${kill}: ${lost.length} of ${answered.length - before.answered} answered are lost`,
      );
    }
    assert.deepEqual(await missing(url, answered), []);
    if (KILLS > 5) console.log(`      ${answered.length} answered, ${cutOff} cut off`);
  });
});
