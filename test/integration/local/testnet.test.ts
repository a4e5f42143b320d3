import assert from 'node:assert/strict';
import { createPublicClient, http } from 'viem';
import { launchTestnet, type Testnet } from '../../../testnet/testnet.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { resolveScenario } from '../../../testnet/scenario/resolve.ts';
import { eventually } from '../../helpers/poll.ts';

describe('Testnet', function () {
  this.timeout(60_000);

  let testnet: Testnet;
  before(async () => {
    testnet = await launchTestnet({ nodes: 3 });
  });
  after(() => testnet.stop());

  it('counts in its figures all that was counted until they were asked for', async () => {
    const [transaction] = await planWorkload(resolveScenario('', ['workload.transactions=1']));
    const { hash, raw } = transaction!;
    assert.equal((await testnet.submit(0, raw)).status, 'accepted');
    // Not waitForCoverage, which has the nodes tell what they counted.
    for (const { rpcUrl } of testnet.nodes) {
      const client = createPublicClient({ transport: http(rpcUrl!) });
      await eventually(`${hash} at ${rpcUrl}`, () =>
        client.getTransaction({ hash }).then(
          () => true,
          () => false,
        ),
      );
    }
    const { coverage, copiesAfterFirst } = await testnet.figures();
    assert.equal(coverage.min, 1);
    assert.ok(copiesAfterFirst.mean !== null && copiesAfterFirst.mean >= 0, `${copiesAfterFirst.mean}`);
  });
});
