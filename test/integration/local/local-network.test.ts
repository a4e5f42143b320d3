import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { realClock } from '../../../src/environment.ts';
import { DutyCycle } from '../../../testnet/networks/local/duty-cycle.ts';
import { missingForKernelLinks } from '../../../testnet/networks/local/kernel-links.ts';
import type { LocalNetwork } from '../../../testnet/networks/local/local-network.ts';
import { startLocal, type StartLocalOptions } from '../../../testnet/networks/local/start-local.ts';
import { edgesOf } from '../../../testnet/run.ts';
import { resolveScenario } from '../../../testnet/scenario/resolve.ts';
import { Command, cpuSeconds, isAlive } from '../../helpers/command.ts';
import { eventually } from '../../helpers/poll.ts';

const CONTROLLER = fileURLToPath(new URL('../../helpers/local-controller.ts', import.meta.url));

async function start(
  nodes: Record<string, unknown>,
  options: StartLocalOptions = {},
  sections: Record<string, unknown> = {},
): Promise<LocalNetwork> {
  const scenario = resolveScenario(
    JSON.stringify({
      nodes: { options: { 'gossip.heartbeat': 300, 'gossip.history': 30 }, ...nodes },
      topology: { kind: 'line' },
      workload: { transactions: 1 },
      ...sections,
    }),
  );
  return startLocal(scenario, edgesOf(scenario), options);
}

describe('LocalNetwork', function () {
  this.timeout(120_000);

  it('lets nobody sleep on when it is stopped', async () => {
    const network = await start({ count: 2 });
    const asleep = assert.rejects(
      network.sleepUntil(network.clock.nowMs() + 3_600_000),
      /network has been stopped/,
    );
    await network.stop();
    await asleep;
    await assert.rejects(network.sleepUntil(network.clock.nowMs() + 1), /network has been stopped/);
  });

  describe('two nodes', () => {
    let network: LocalNetwork;
    before(async () => {
      network = await start({ count: 2 });
    });
    after(() => network.stop());

    const peersOf = async (node: number): Promise<number> => (await network.status())[node]!.peers;

    it('keeps the death of who dialled behind a cut from who was dialled', async () => {
      await network.inflict({ kind: 'cut', links: [[0, 1]] });
      await network.inflict({ kind: 'kill', node: 0 });
      for (let look = 0; look < 10; look++) {
        assert.equal(await peersOf(1), 1);
        await network.sleepUntil(network.clock.nowMs() + 50);
      }
      await network.inflict({ kind: 'heal', links: [[0, 1]] });
      await eventually('the death to be told', async () => (await peersOf(1)) === 0);
    });

    it('starts a node behind a cut, which reaches the other one once it heals', async () => {
      await network.inflict({ kind: 'cut', links: [[0, 1]] });
      await network.inflict({ kind: 'restart', node: 0, disk: 'kept' });
      await network.sleepUntil(network.clock.nowMs() + 500);
      assert.deepEqual([await peersOf(0), await peersOf(1)], [0, 0]);
      await network.inflict({ kind: 'heal', links: [[0, 1]] });
      await eventually('the connection', async () => (await peersOf(0)) === 1 && (await peersOf(1)) === 1);
    });

    it('measures how true its links are', async () => {
      const errors = await network.linkErrors();
      assert.deepEqual(
        errors.map(({ from, to, askedMs }) => [from, to, askedMs]),
        [
          [0, 1, 0],
          [1, 0, 0],
        ],
      );
      for (const { measuredMs } of errors) assert.ok(Math.abs(measuredMs) < 20, `${measuredMs} ms`);
    });

    it('takes what befalls one node one after the other', async () => {
      const outcomes = await Promise.all([
        network.inflict({ kind: 'kill', node: 1 }),
        network.inflict({ kind: 'restart', node: 1, disk: 'lost' }),
        network.inflict({ kind: 'freeze', node: 1 }),
        network.inflict({ kind: 'kill', node: 1 }),
        network.inflict({ kind: 'restart', node: 1, disk: 'lost' }),
      ]);
      assert.deepEqual(outcomes, [null, null, null, null, null]);
      await eventually('the connection', async () => (await peersOf(1)) === 1);
    });

    it('refuses a factor that slows nothing', async () => {
      for (const factor of [0.5, NaN, Infinity]) {
        await assert.rejects(network.inflict({ kind: 'slow', node: 0, factor }), /factor from 1 up/);
      }
    });

    it('fails when a process dies that was not to, and leaves nothing behind', async () => {
      const { pids } = network;
      process.kill(pids[1]!, 'SIGKILL');
      await assert.rejects(network.failed, new RegExp(`node process ${pids[1]} ended by SIGKILL`));
      await network.stop();
      assert.deepEqual(pids.filter(isAlive), []);
      assert.equal(existsSync(network.directory), false);
    });
  });

  it('ends with a controller that is killed: frozen and slow processes, too, and its folder', async () => {
    const controller = new Command(process.execPath, [CONTROLLER]);
    const { pids, directory } = JSON.parse(await controller.printed(/^(\{.*\})$/m)) as {
      pids: number[];
      directory: string;
    };
    assert.equal(pids.length, 3);
    assert.ok(pids.every(isAlive));
    assert.ok(existsSync(directory));
    await controller.end();
    await eventually('every process to be gone', () => !pids.some(isAlive));
    await eventually('the folder to be gone', () => !existsSync(directory));
  });

  it('does to several nodes in one process only what can be done to them alone', async () => {
    const network = await start({ count: 4, perProcess: 2 });
    try {
      assert.equal(network.pids.length, 2);
      for (const kind of ['kill', 'stop', 'freeze', 'thaw'] as const) {
        await assert.rejects(network.inflict({ kind, node: 0 }), /set nodes.perProcess to 1/);
      }
      await network.inflict({ kind: 'cut', links: [[0, 1]] });
      await network.inflict({ kind: 'heal', links: [[0, 1]] });
    } finally {
      await network.stop();
    }
  });

  it('goes on starting when a first dial fails, until every connection is there', async () => {
    // Of two connections from one address in a second one is turned away.
    const options = { 'gossip.heartbeat': 300, 'gossip.history': 30, 'maxpeers.inboundrate': 1 };
    const network = await start({ count: 3, perProcess: 3, options }, {}, { topology: { kind: 'complete' } });
    try {
      const peers = (await network.status()).map((status) => status.peers);
      assert.deepEqual(peers, [2, 2, 2]);
    } finally {
      await network.stop();
    }
  });

  it('gives up a start that takes too long, and says what was missing and what to change', async () => {
    const options = { dialtimeout: 100 };
    const missing =
      /(of 2 nodes were not up, )?1 of 1 connections were not there, 2 of 2 nodes had no mesh after (\d+) ms( \(a dial failed: .+\))?; .*measure\.startTimeoutMs/;
    const saysWhy = async (startTimeoutMs: number): Promise<boolean> => {
      const sections = { links: { latencyMs: 400 }, measure: { startTimeoutMs } };
      const { message } = await start({ count: 2, perProcess: 2, options }, {}, sections).then(
        () => assert.fail('it started'),
        (error: unknown) => error as Error,
      );
      const [, notUp, afterMs, failedDial] = missing.exec(message) ?? assert.fail(message);
      assert.equal(Number(afterMs), startTimeoutMs);
      // On a machine that is short of time the nodes have not come to dial.
      return notUp !== undefined || failedDial !== undefined;
    };
    // They may just have come to it when the time is over; not with five times as much.
    assert.ok((await saysWhy(3000)) || (await saysWhy(15_000)), 'no word of a dial');
  });

  it('refuses beforehand what cannot be done to processes, and starts nothing', async () => {
    const faulty = (timeline: string, nodes = '{count: 4, perProcess: 2}'): Promise<LocalNetwork> => {
      const scenario = resolveScenario(`nodes: ${nodes}\nfaults: {${timeline}}`);
      return startLocal(scenario, edgesOf(scenario));
    };
    await assert.rejects(
      faulty('timeline: [{at: 1s, kill: [0], for: 1s}]'),
      /\(kill\): set nodes.perProcess to 1/,
    );
    await assert.rejects(faulty('churn: {perMinute: 6, downMs: 1000}'), /\(churn\)/);
    await assert.rejects(faulty('lateJoiners: {nodes: [3], atMs: 0}'), /\(lateJoiners\)/);
    await assert.rejects(faulty('', '{count: 4, cpu: {verifyMs: 1}}'), /does not emulate cpu/);
  });

  it('has links of the kernel, or says what the machine lacks', async () => {
    const missing = await missingForKernelLinks();
    if (missing === null) {
      const network = await start({ count: 2 }, { linksBy: 'kernel' });
      assert.match(network.nodes[0]!.rpcUrl!, /^http:\/\/198\.1[89]\./);
      await network.stop();
      return;
    }
    assert.match(missing, /CONFIG_|iproute2/);
    await assert.rejects(start({ count: 2 }, { linksBy: 'kernel' }), (error: Error) => {
      assert.ok(error.message.includes(missing), error.message);
      assert.match(error.message, /leave out --links kernel/);
      return true;
    });
  });
});

describe('DutyCycle on a process', () => {
  it('takes from it the processor time it is to lack', async () => {
    const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    let thawedMs = 0;
    let thawedAtMs: number | undefined;
    const freeze = (): void => {
      busy.kill('SIGSTOP');
      if (thawedAtMs !== undefined) thawedMs += realClock.nowMs() - thawedAtMs;
      thawedAtMs = undefined;
    };
    const thaw = (): void => {
      thawedAtMs ??= realClock.nowMs();
      busy.kill('SIGCONT');
    };
    const cycle = new DutyCycle(realClock, { freeze, thaw }, 5);
    try {
      const beforeSeconds = await cpuSeconds(busy.pid!);
      await eventually('turns enough', () => thawedMs > 300);
      // Where others want the processor as well it comes later to what it may have.
      const usedMs = await eventually('it to have run', async () => {
        const usedSeconds = (await cpuSeconds(busy.pid!)) - beforeSeconds;
        return usedSeconds > 0 && usedSeconds * 1000;
      });
      const mayMs = thawedMs + (thawedAtMs === undefined ? 0 : realClock.nowMs() - thawedAtMs);
      // The kernel counts in steps of 10 ms.
      assert.ok(usedMs <= mayMs + 50, `${usedMs} of ${mayMs} ms`);
    } finally {
      cycle.end();
      busy.kill('SIGKILL');
    }
  });
});
