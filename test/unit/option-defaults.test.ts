import assert from 'node:assert/strict';
import { ConfigError, resolveOptions } from '../../src/config.ts';
import { GOSSIP_PRESET_NAMES } from '../../src/propagation/gossip-presets.ts';
import { PROPAGATION_MODES } from '../../src/propagation/modes.ts';

const changed = (options: Record<string, unknown>): Record<string, unknown> => {
  const base: Record<string, unknown> = resolveOptions({});
  return Object.fromEntries(
    Object.entries(resolveOptions(options)).filter(([name, value]) => value !== base[name]),
  );
};

const refused = (options: Record<string, unknown>, message: RegExp): void =>
  assert.throws(
    () => resolveOptions(options),
    (error) => error instanceof ConfigError && message.test(error.message),
  );

describe('options that stand for many', () => {
  it('every preset and every mode is a valid configuration', () => {
    for (const preset of GOSSIP_PRESET_NAMES) resolveOptions({ 'gossip.preset': preset });
    for (const propagation of PROPAGATION_MODES) resolveOptions({ propagation });
  });

  it('the default ones change nothing', () => {
    assert.deepEqual(changed({ 'gossip.preset': 'default', propagation: 'hybrid' }), {});
  });

  it('ethereum is what the consensus specification says', () => {
    assert.deepEqual(changed({ 'gossip.preset': 'ethereum' }), {
      'gossip.preset': 'ethereum',
      'gossip.d': 8,
      'gossip.dlo': 6,
      'gossip.heartbeat': 700,
      'gossip.seenttl': 385_000,
      'gossip.idontwant': 1000,
    });
  });

  it('what is written wins over what is chosen, wherever it is written', () => {
    const options = resolveOptions({ 'gossip.d': 5 }, { 'gossip.preset': 'ethereum', 'gossip.dlo': 5 });
    assert.deepEqual([options['gossip.d'], options['gossip.dlo'], options['gossip.heartbeat']], [5, 5, 700]);
    assert.equal(resolveOptions({ propagation: 'push', sync: true }).sync, true);
  });

  it('push announces nothing and compares nothing, pull compares often and everything', () => {
    assert.deepEqual(changed({ propagation: 'push' }), {
      propagation: 'push',
      'gossip.dlazy': 0,
      'gossip.factor': 0,
      sync: false,
    });
    assert.deepEqual(changed({ propagation: 'pull' }), {
      propagation: 'pull',
      'sync.interval': 1000,
      'sync.grace': 0,
    });
    for (const propagation of ['flood', 'announce', 'eth'])
      assert.deepEqual(changed({ propagation }), { propagation, sync: false });
  });

  it('what would have no effect is refused, and what could not work', () => {
    refused({ propagation: 'pull', sync: false }, /^propagation pull without sync: nothing would travel/);
    refused({ 'propagation.eager': 3 }, /^propagation\.eager is of the baselines; propagation is hybrid/);
    refused(
      { propagation: 'flood', 'propagation.fetchdelay': 10 },
      /^propagation\.fetchdelay is of announce and eth; propagation is flood/,
    );
    refused({ propagation: 'gossip' }, /^option propagation: .*it takes NAME/);
    refused({ 'gossip.preset': 'cheap' }, /^option gossip\.preset: /);
  });

  it('a preset and an option that contradict each other are told apart', () => {
    refused(
      { 'gossip.preset': 'frugal', 'gossip.d': 8 },
      /^gossip\.dlo <= gossip\.d <= gossip\.dhi must hold/,
    );
  });
});
