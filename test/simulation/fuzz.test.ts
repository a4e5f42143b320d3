/** A few dozen random cases, the same every time; npm run fuzz:simulation goes on from there. */
import assert from 'node:assert/strict';

import { CaseRunner } from '../../testnet/fuzz/case-runner.ts';
import { hunt } from '../../testnet/fuzz/hunt.ts';
import { randomCase } from '../../testnet/fuzz/random-case.ts';

describe('Random networks, workloads and faults', function () {
  this.timeout(180_000);
  const runner = new CaseRunner();
  after(() => runner.stop());

  it('break no invariant, and run again are the same', async () => {
    const { tally, found, unconfirmed } = await hunt(runner, { firstSeed: 1, cases: 40 });
    assert.equal(found, undefined, JSON.stringify(found?.violations, null, 2));
    assert.equal(unconfirmed, undefined, JSON.stringify(unconfirmed?.violations, null, 2));
    assert.equal(tally.cases, 40);
    assert.equal(tally.repeated, 4);
    // They are about something.
    assert.ok(tally.promised >= 8 && tally.arrivals > 1000 && tally.unstarted < 4, JSON.stringify(tally));
  });

  it('show a node that does not forward, also where another way brings it all', async () => {
    const ring = {
      scenario: {
        seed: 3,
        nodes: {
          count: 5,
          options: { 'gossip.dlo': 2, 'gossip.dout': 1 },
          groups: [{ name: 'quiet', nodes: [1], behaviour: 'silent' }],
        },
        topology: { kind: 'ring' },
        links: { latencyMs: 20 },
        workload: { senders: 1 },
      },
      submissions: [{ atMs: 0, node: 0, account: 0, nonce: 0 }],
      faults: [],
    };
    const { violations, arrivals } = await runner.run(ring);
    assert.equal(arrivals, 5);
    assert.deepEqual(
      violations.map(({ invariant }) => invariant),
      ['forwarded'],
    );
    assert.match(violations[0]!.message, /^node 1 took .*, and node 2 of its mesh saw it at /);
    const honest = { ...ring, scenario: { ...ring.scenario, nodes: { ...ring.scenario.nodes, groups: [] } } };
    assert.deepEqual((await runner.run(honest)).violations, []);
  });

  it('are given up in bounded time, and the next one runs', async () => {
    const impatient = new CaseRunner({ timeoutMs: 1 });
    const fuzzCase = await randomCase(3);
    const { violations } = await impatient.run(fuzzCase);
    assert.deepEqual(
      violations.map(({ invariant }) => invariant),
      ['in-time'],
    );
    await impatient.stop();
    assert.deepEqual((await runner.run(fuzzCase)).violations, []);
  });
});
