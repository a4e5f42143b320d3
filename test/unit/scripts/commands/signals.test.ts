import assert from 'node:assert/strict';
import { aborted, stoppable } from '../../../../scripts/commands/signals.ts';

/** SIGINT is mocha's own. */
const send = (): boolean => process.emit('SIGTERM', 'SIGTERM');
const listeners = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');

describe('work that signals stop', () => {
  it('hears of the first one, and why', async () => {
    const reason = await stoppable(async (signal) => {
      setImmediate(send);
      await aborted(signal);
      return (signal.reason as Error).message;
    }, 'to go on: --resume');
    assert.equal(reason, 'stopped by SIGTERM; to go on: --resume');
  });

  it('waits for none that came already', async () => {
    await stoppable(async (signal) => {
      send();
      await aborted(signal);
    });
  });

  it('leaves the listeners of others, and none of its own', async () => {
    let heard = 0;
    const other = (): void => {
      heard++;
    };
    process.on('SIGTERM', other);
    try {
      const before = listeners();
      assert.equal(await stoppable(async () => 'done'), 'done');
      assert.equal(listeners(), before);
      await stoppable(async () => send());
      assert.equal(heard, 1);
    } finally {
      process.off('SIGTERM', other);
    }
  });

  it('listens no more when it failed', async () => {
    const before = listeners();
    await assert.rejects(
      stoppable(async () => {
        throw new Error('no such scenario');
      }),
      /no such scenario/,
    );
    assert.equal(listeners(), before);
  });

  it('ends the process when asked twice', async () => {
    const { exit } = process;
    const codes: unknown[] = [];
    process.exit = ((code: unknown) => void codes.push(code)) as typeof process.exit;
    try {
      await stoppable(async () => {
        send();
        assert.deepEqual(codes, []);
        send();
      });
    } finally {
      process.exit = exit;
    }
    assert.deepEqual(codes, [130]);
  });
});
