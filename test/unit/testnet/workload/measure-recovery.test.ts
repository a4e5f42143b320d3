import assert from 'node:assert/strict';

import { withMeasuredCosts } from '../../../../testnet/run.ts';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';
import { measureRecoveryMs } from '../../../../testnet/workload/measure-recovery.ts';

describe('measureRecoveryMs', () => {
  it('is what one recovery takes, within what machines differ by', () => {
    const ms = measureRecoveryMs();
    assert.ok(ms > 0.01 && ms < 5, String(ms));
    assert.equal(Math.round(ms * 10_000) / 10_000, ms);
  });
});

describe('withMeasuredCosts', () => {
  it('puts a number in the place of the word, and stores it', () => {
    const asked = resolveScenario('', ['nodes.cpu.verifyMs=measured', 'nodes.cpu.messageMs=0.1']);
    const measured = withMeasuredCosts(asked);
    const { verifyMs, messageMs } = measured.nodes.cpu;
    assert.ok(typeof verifyMs === 'number' && verifyMs > 0);
    assert.equal(messageMs, 0.1);
    assert.equal(asked.nodes.cpu.verifyMs, 'measured');
    assert.deepEqual(resolveScenario(scenarioToYaml(measured)), measured);
  });

  it('leaves a number as it is', () => {
    const scenario = resolveScenario('', ['nodes.cpu.verifyMs=0.07']);
    assert.equal(withMeasuredCosts(scenario), scenario);
  });
});
