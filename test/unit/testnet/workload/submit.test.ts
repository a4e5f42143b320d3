import assert from 'node:assert/strict';

import type { Hex } from '../../../../src/bytes.ts';
import type { SubmitResult } from '../../../../testnet/networks/network.ts';
import type { PlannedTransaction } from '../../../../testnet/workload/plan.ts';
import { DEFAULT_ANSWER_TIMEOUT_MS, submitOpenLoop } from '../../../../testnet/workload/submit.ts';
import type { Submittable } from '../../../../testnet/workload/submit.ts';

const START_MS = 1_000;

/** A network whose time passes only while it is slept on; `answer` says how long an answer takes, and which. */
class ManualNetwork implements Submittable {
  readonly sent: { node: number; raw: Uint8Array; atMs: number }[] = [];
  readonly #answer: (index: number) => { delayMs: number; result: SubmitResult | Error };
  #nowMs = 500;
  /** Time that passes by itself with each submission: a generator that cannot keep up. */
  lagMs = 0;
  #timers: { atMs: number; call: () => void }[] = [];

  constructor(answer: (index: number) => { delayMs: number; result: SubmitResult | Error }) {
    this.#answer = answer;
  }

  readonly clock = {
    nowMs: () => this.#nowMs,
    after: (delayMs: number, call: () => void) => {
      const timer = { atMs: this.#nowMs + delayMs, call };
      this.#timers.push(timer);
      return () => (this.#timers = this.#timers.filter((other) => other !== timer));
    },
  };

  async sleepUntil(atMs: number): Promise<void> {
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= atMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
      // Lets what waited for it go on before time does.
      await new Promise(setImmediate);
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    const { delayMs, result } = this.#answer(this.sent.length);
    this.sent.push({ node, raw, atMs: this.#nowMs });
    this.#nowMs += this.lagMs;
    return new Promise((resolve, reject) => {
      if (delayMs === Infinity) return;
      this.clock.after(delayMs, () => (result instanceof Error ? reject(result) : resolve(result)));
    });
  }
}

const HASH: Hex = '0x00';
const ACCEPTED: SubmitResult = { status: 'accepted', hash: HASH };

const planOf = (...dueMs: number[]): PlannedTransaction[] =>
  dueMs.map((atMs, index) => ({
    raw: Uint8Array.of(index),
    hash: `0x${index.toString(16).padStart(2, '0')}`,
    sender: '0xaa',
    nonce: BigInt(index),
    sizeBytes: 1,
    entry: index % 3,
    atMs,
    kind: 'first',
    expectedRefusal: null,
  }));

describe('submitOpenLoop', () => {
  it('sends each at its time to its node, and records when', async () => {
    const network = new ManualNetwork(() => ({ delayMs: 5, result: ACCEPTED }));
    const plan = planOf(0, 10, 10, 30);
    const records = await submitOpenLoop(network, plan, START_MS);
    assert.deepEqual(
      network.sent,
      plan.map(({ entry, raw, atMs }) => ({ node: entry, raw, atMs: START_MS + atMs })),
    );
    assert.deepEqual(
      records,
      plan.map(({ hash, sender, nonce, sizeBytes, entry, atMs }) => ({
        hash,
        sender,
        nonce,
        sizeBytes,
        entry,
        scheduledAtMs: START_MS + atMs,
        sentAtMs: START_MS + atMs,
        answeredAtMs: START_MS + atMs + 5,
        refusal: null,
      })),
    );
  });

  it('does not wait for answers', async () => {
    const network = new ManualNetwork((index) => ({ delayMs: index === 0 ? 400 : 1, result: ACCEPTED }));
    const records = await submitOpenLoop(network, planOf(0, 10, 20), START_MS);
    assert.deepEqual(
      network.sent.map(({ atMs }) => atMs),
      [1_000, 1_010, 1_020],
    );
    assert.deepEqual(
      records.map(({ answeredAtMs }) => answeredAtMs),
      [1_400, 1_011, 1_021],
    );
  });

  it('keeps the schedule as t0 when it sends late', async () => {
    const network = new ManualNetwork(() => ({ delayMs: 1, result: ACCEPTED }));
    network.lagMs = 25;
    const records = await submitOpenLoop(network, planOf(0, 10, 20, 100), START_MS);
    assert.deepEqual(
      records.map(({ scheduledAtMs }) => scheduledAtMs),
      [1_000, 1_010, 1_020, 1_100],
    );
    assert.deepEqual(
      records.map(({ sentAtMs }) => sentAtMs),
      [1_000, 1_025, 1_050, 1_100],
    );
  });

  it('records refusals by their code, and a node that cannot be asked as no-answer', async () => {
    const results = [
      { status: 'rejected', code: 'nonce-too-low', message: 'nonce too low' } as const,
      new Error('connect ECONNREFUSED'),
      ACCEPTED,
    ];
    const network = new ManualNetwork((index) => ({ delayMs: 2, result: results[index]! }));
    const records = await submitOpenLoop(network, planOf(0, 1, 2), START_MS);
    assert.deepEqual(
      records.map(({ refusal, answeredAtMs }) => [refusal, answeredAtMs]),
      [
        ['nonce-too-low', 1_002],
        ['no-answer', null],
        [null, 1_004],
      ],
    );
  });

  it('turns to another node when one fails, until one answers or there is none', async () => {
    const results = [new Error('down'), new Error('down'), ACCEPTED, new Error('down'), new Error('down')];
    const network = new ManualNetwork((index) => ({ delayMs: 4, result: results[index]! }));
    const records = await submitOpenLoop(network, planOf(0, 100), START_MS, {
      otherNode: (failed) => (failed < 2 ? failed + 1 : undefined),
    });
    assert.deepEqual(
      network.sent.map(({ node, atMs }) => [node, atMs]),
      [
        [0, 1_000],
        [1, 1_004],
        [2, 1_008],
        [1, 1_100],
        [2, 1_104],
      ],
    );
    assert.deepEqual(
      records.map(({ entry, refusal, scheduledAtMs, answeredAtMs }) => [
        entry,
        refusal,
        scheduledAtMs,
        answeredAtMs,
      ]),
      [
        [2, null, 1_000, 1_012],
        [2, 'no-answer', 1_100, null],
      ],
    );
  });

  it('takes one that the next node knows already as entered where no answer came from', async () => {
    const known = { status: 'rejected', code: 'known', message: 'already known' } as const;
    const results = [new Error('down'), known, known, new Error('down'), known];
    const network = new ManualNetwork((index) => ({ delayMs: 4, result: results[index]! }));
    const [first, again, copy] = planOf(0, 100, 200);
    const records = await submitOpenLoop(
      network,
      [first!, again!, { ...copy!, kind: 'duplicate' }],
      START_MS,
      {
        otherNode: () => 1,
      },
    );
    assert.deepEqual(
      records.map(({ entry, refusal, answeredAtMs }) => [entry, refusal, answeredAtMs]),
      [
        [0, null, 1_008],
        [1, 'known', 1_104],
        [1, 'known', 1_208],
      ],
    );
  });

  it('gives up on answers that never come, in the time of the network', async () => {
    for (const answerTimeoutMs of [undefined, 300]) {
      const network: ManualNetwork = new ManualNetwork((index) => ({
        delayMs: index === 1 ? Infinity : 3,
        result: ACCEPTED,
      }));
      const options = answerTimeoutMs === undefined ? {} : { answerTimeoutMs };
      const records = await submitOpenLoop(network, planOf(0, 10, 20), START_MS, options);
      assert.deepEqual(
        records.map(({ refusal }) => refusal),
        [null, 'no-answer', null],
      );
      assert.equal(records[1]!.answeredAtMs, null);
      assert.equal(network.clock.nowMs(), 1_020 + (answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS));
    }
  });

  it('leaves its records alone once they are handed over', async () => {
    const network = new ManualNetwork(() => ({ delayMs: 500, result: ACCEPTED }));
    const records = await submitOpenLoop(network, planOf(0), START_MS, { answerTimeoutMs: 100 });
    const before = structuredClone(records);
    await network.sleepUntil(2_000);
    assert.deepEqual(records, before);
    assert.equal(records[0]!.refusal, 'no-answer');
  });

  it('tells how far it is, and ends when the network fails', async () => {
    const seen: number[] = [];
    const network = new ManualNetwork(() => ({ delayMs: 1, result: ACCEPTED }));
    await submitOpenLoop(network, planOf(0, 5), START_MS, {
      onProgress: (_, done, total) => seen.push(done, total),
    });
    assert.deepEqual(seen, [1, 2, 2, 2]);

    const broken = new ManualNetwork(() => ({ delayMs: 1, result: ACCEPTED }));
    broken.sleepUntil = () => Promise.reject(new Error('stopped'));
    await assert.rejects(submitOpenLoop(broken, planOf(0), START_MS), /stopped/);
  });
});
