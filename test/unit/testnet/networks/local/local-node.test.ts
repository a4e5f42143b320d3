import assert from 'node:assert/strict';
import { LocalNode } from '../../../../../testnet/networks/local/local-node.ts';
import { nodeSettings } from '../../../../../testnet/scenario/node-settings.ts';
import { resolveScenario } from '../../../../../testnet/scenario/resolve.ts';
import { connect, disconnect } from '../../../../helpers/member-events.ts';

describe('LocalNode', () => {
  const [settings] = nodeSettings(resolveScenario('nodes: {count: 2}'));
  const node = (): LocalNode =>
    new LocalNode({ settings: settings!, peerId: 'peer', privateKey: new Uint8Array(), directory: '' });

  it('has its trace in the order of time, however what it told came in', () => {
    const told = node();
    told.took({ events: [disconnect(1, 20), connect(1, 30)] });
    told.took({ events: [connect(1, 10)] });
    assert.deepEqual(
      told.trace().events.map(({ kind, atMs }) => [kind, atMs]),
      [
        ['connect', 10],
        ['disconnect', 20],
        ['connect', 30],
      ],
    );
  });

  it('gives a trace that what is told later is not in', () => {
    const told = node();
    told.took({ events: [connect(1, 10)] });
    const { events } = told.trace();
    told.took({ events: [disconnect(1, 20)] });
    assert.equal(events.length, 1);
  });
});
