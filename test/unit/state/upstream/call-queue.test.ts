import assert from 'node:assert/strict';
import { ChainError } from '../../../../src/state/chain.ts';
import { CallQueue } from '../../../../src/state/upstream/call-queue.ts';
import { NoAnswerError, type RpcAnswer, type RpcCall } from '../../../../src/state/upstream/connection.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { settle } from './fake-upstream.ts';

interface Request {
  calls: readonly RpcCall[];
  answer: (answers: RpcAnswer[]) => void;
  fail: (error: Error) => void;
}

const echo = ({ calls, answer }: Request): void => answer(calls.map(({ params }) => ({ result: params[0] })));

describe('call queue', () => {
  let clock: ManualClock;
  let requests: Request[];
  let queue: CallQueue;

  beforeEach(() => {
    clock = new ManualClock();
    requests = [];
    const send = (calls: readonly RpcCall[]): Promise<RpcAnswer[]> =>
      new Promise((answer, fail) => requests.push({ calls, answer, fail }));
    queue = new CallQueue({ send }, clock, { maxRequests: 2, maxBatchCalls: 3 });
  });

  const callAll = (count: number): Promise<unknown>[] =>
    Array.from({ length: count }, (_, k) => queue.call('method', [k]));
  const sizes = (): number[] => requests.map(({ calls }) => calls.length);

  it('sends what one turn asks together, each getting its own answer', async () => {
    const results = Promise.all(callAll(3));
    assert.deepEqual(sizes(), []);
    await settle(clock);
    assert.deepEqual(sizes(), [3]);
    echo(requests[0]!);
    assert.deepEqual(await results, [0, 1, 2]);
  });

  it('has so many requests under way and no more; meanwhile calls gather, in order', async () => {
    const results = callAll(5);
    await settle(clock);
    assert.deepEqual(sizes(), [3, 2]);
    results.push(...callAll(4));
    await settle(clock);
    assert.deepEqual(sizes(), [3, 2]);
    echo(requests[1]!);
    await settle(clock);
    assert.deepEqual(sizes(), [3, 2, 3]);
    echo(requests[0]!);
    await settle(clock);
    assert.deepEqual(sizes(), [3, 2, 3, 1]);
    requests.slice(2).forEach(echo);
    assert.deepEqual(await Promise.all(results), [0, 1, 2, 3, 4, 0, 1, 2, 3]);
  });

  it('keeps a request below 1 MB; what is larger goes alone', async () => {
    const large = 'x'.repeat(600_000);
    const results = Promise.all(
      [large, large, 'x'.repeat(2_000_000)].map((text) => queue.call('method', [text])),
    );
    await settle(clock);
    assert.deepEqual(sizes(), [1, 1]);
    requests.forEach(echo);
    await settle(clock);
    assert.deepEqual(sizes(), [1, 1, 1]);
    echo(requests[2]!);
    await results;
  });

  it('an error answered is of that call alone; no answer is of the whole request', async () => {
    const results = Promise.allSettled(callAll(5));
    await settle(clock);
    const refused = new ChainError(-32000, 'no');
    requests[0]!.answer([{ result: 'a' }, { error: refused }, { result: 'c' }]);
    const lost = new NoAnswerError('lost');
    requests[1]!.fail(lost);
    assert.deepEqual(
      (await results).map((result) =>
        result.status === 'fulfilled' ? result.value : (result.reason as Error),
      ),
      ['a', refused, 'c', lost, lost],
    );
  });

  it('stopped, or given up, it ends what waits and sends no more', async () => {
    const results = Promise.allSettled(callAll(7));
    await settle(clock);
    const away = new NoAnswerError('away');
    queue.giveUp(away);
    requests.forEach(echo);
    const settled = await results;
    assert.deepEqual(
      settled.map(({ status }) => status),
      [...Array<string>(6).fill('fulfilled'), 'rejected'],
    );
    assert.equal((settled[6] as PromiseRejectedResult).reason, away);
    const waiting = queue.call('method', []);
    queue.stop();
    await assert.rejects(waiting, NoAnswerError);
    await assert.rejects(queue.call('method', []), NoAnswerError);
    await settle(clock);
    assert.equal(requests.length, 2);
  });
});
