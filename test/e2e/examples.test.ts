import assert from 'node:assert/strict';
import { childrenOf, Command, finished, isAlive } from '../helpers/command.ts';
import { eventually } from '../helpers/poll.ts';

describe('scripts/examples', function () {
  this.timeout(120_000);
  let running: Command[] = [];

  afterEach(async () => {
    await Promise.all(running.map(async (command) => command.end()));
    running = [];
  });
  const start = (file: string, ...args: string[]): Command => {
    const command = new Command(file, args, { TXGOSSIP: `${process.execPath} scripts/txgossip.js` });
    running.push(command);
    return command;
  };

  it('measure.ts brings ten transactions to five nodes and prints what it took', async () => {
    const measure = start(process.execPath, '--conditions=txgossip-source', 'scripts/examples/measure.ts');
    const { code, stdout, stderr } = await finished(measure);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^10 transactions, 5 nodes, least coverage 1$/m);
    assert.match(stdout, /^latency p50 \d+\.\d ms, max \d+\.\d ms$/m);
    assert.match(stdout, /^copies received a delivery [1-9]\d*\.\d\d$/m);
  });

  it('submit.sh sends one transaction and sees it at the other nodes', async () => {
    const { code, stdout, stderr } = await finished(start('bash', 'scripts/examples/submit.sh'));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^chain id "0x7a69"$/m);
    assert.match(
      stdout,
      /^sent "0xb3a61d3c91aa28c688cf2a19f9242d9ee7b60e3d5a2b678f4dea1b95e6e1fbcb" to http:/m,
    );
    assert.equal([...stdout.matchAll(/^arrived at http:\S+, txpool_status \{"pending":"0x1"/gm)].length, 2);
  });

  it('submit.sh says why a transaction was not taken', async () => {
    const { code, stderr } = await finished(start('bash', 'scripts/examples/submit.sh', '0x00'));
    assert.equal(code, 1);
    assert.match(stderr, /eth_sendRawTransaction at http:\S+ failed: .*transaction type not supported/);
  });

  it('submit.sh ends the testnet when it is itself ended', async () => {
    const submit = start('bash', 'scripts/examples/submit.sh');
    const descendants = await eventually(
      'the three nodes',
      async () => {
        const testnet = await childrenOf(submit.process.pid!);
        const nodes = (await Promise.all(testnet.map(childrenOf))).flat();
        return nodes.length === 3 && [...testnet, ...nodes];
      },
      60_000,
    );
    submit.process.kill('SIGTERM');
    assert.deepEqual(await submit.exit, { code: 143, signal: null });
    assert.deepEqual(descendants.filter(isAlive), []);
  });
});
