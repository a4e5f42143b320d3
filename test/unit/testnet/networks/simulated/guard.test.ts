import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as dns from 'node:dns';
import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import * as timers from 'node:timers';

import { SimulationBreach, guardRealWorld } from '../../../../../testnet/networks/simulated/guard.ts';
import type { GuardOptions } from '../../../../../testnet/networks/simulated/guard.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';

async function guarded(
  options: Omit<GuardOptions, 'clock'>,
  work: (clock: VirtualClock, violations: readonly { what: string; owner: number }[]) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const guard = guardRealWorld({ clock, ...options });
  try {
    await work(clock, guard.violations);
  } finally {
    guard.remove();
    guard.remove();
  }
}

const REACHES: Record<string, () => unknown> = {
  'process.hrtime.bigint': () => process.hrtime.bigint(),
  'process.hrtime': () => process.hrtime(),
  'node:crypto.randomBytes': () => randomBytes(4),
  'node:timers.setTimeout': () => timers.setTimeout(() => undefined, 0),
  'node:net.connect': () => net.connect(1),
  'node:net.Socket.connect': () => new net.Socket().connect(1),
  'node:net.Server.listen': () => new net.Server().listen(0),
  'node:dns.lookup': () => dns.lookup('localhost', () => undefined),
  'node:http.request': () => http.request('http://127.0.0.1'),
  fetch: () => fetch('http://127.0.0.1'),
};

describe('guardRealWorld', () => {
  for (const [what, reach] of Object.entries(REACHES)) {
    it(`refuses ${what} to a node`, () =>
      guarded({ mode: 'throw' }, async (clock, violations) => {
        await assert.rejects(clock.perform(3, reach), (error) => {
          assert.ok(error instanceof SimulationBreach);
          assert.match(error.message, new RegExp(`node 3 reached for ${what.replaceAll('.', '\\.')}`));
          return true;
        });
        assert.deepEqual(
          violations.map((violation) => [violation.what, violation.owner]),
          [[what, 3]],
        );
      }));
  }

  it('lets the experiment around the nodes do it, and the nodes afterwards', async () => {
    await guarded({ mode: 'throw' }, async (_clock, violations) => {
      assert.equal(randomBytes(4).length, 4);
      assert.equal(typeof process.hrtime.bigint(), 'bigint');
      assert.deepEqual(violations, []);
    });
    const clock = new VirtualClock();
    assert.equal((await clock.perform(1, () => randomBytes(4))).length, 4);
  });

  it('only records when asked to', () =>
    guarded({ mode: 'record' }, async (clock, violations) => {
      assert.equal((await clock.perform(1, () => randomBytes(4))).length, 4);
      assert.deepEqual(
        violations.map(({ what }) => what),
        ['node:crypto.randomBytes'],
      );
    }));

  it('sees work that is really asynchronous, whatever started it', () =>
    guarded({ mode: 'record', watchAsyncWork: true }, async (clock, violations) => {
      await clock.perform(1, async () => {
        await Promise.resolve();
        await new Promise<void>((resolve) => clock.after(5, resolve));
      });
      assert.deepEqual(violations, []);
      let read: Promise<string> | undefined;
      await clock.perform(2, () => void (read = readFile(import.meta.filename, 'utf8')));
      await read;
      assert.ok(violations.length > 0);
      assert.ok(violations.every(({ what, owner }) => /^async work: F(S|ILE)/.test(what) && owner === 2));
    }));

  it('is one a process', () =>
    guarded({ mode: 'throw' }, async () => {
      assert.throws(
        () => guardRealWorld({ clock: new VirtualClock(), mode: 'throw' }),
        /guard is up already/,
      );
    }));
});
