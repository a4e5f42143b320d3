/** That what the command line says of JSON-RPC reaches the server. */
import assert from 'node:assert/strict';
import type { NodeOptions } from '../../../src/config.ts';
import { launchNode, type RunningNode } from '../../../src/launch.ts';
import { eventually } from '../../helpers/poll.ts';
import { RawWebSocket } from '../../helpers/raw-websocket.ts';

const BATCH = JSON.stringify(
  Array.from({ length: 3 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'eth_newBlockFilter' })),
);

describe('options of JSON-RPC', () => {
  let running: RunningNode | undefined;
  afterEach(() => running?.stop());

  async function launch(options: Partial<NodeOptions>): Promise<{ url: string; port: number }> {
    const own = { listen: ['/ip4/127.0.0.1/tcp/0'], 'http.port': 0, verbosity: 0 };
    running = await launchNode({ ...own, ...options });
    return { url: running.rpcUrl, port: Number(new URL(running.rpcUrl).port) };
  }

  it('http.token, http.rate, http.burst, http.gzip, http.maxfilters and ws', async () => {
    const { url, port } = await launch({
      'http.token': 's3cret',
      'http.rate': 0.001,
      'http.burst': 3,
      'http.gzip': 1,
      'http.maxfilters': 2,
      ws: false,
    });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer s3cret' };
    const post = (more: Record<string, string> = headers) =>
      fetch(url, { method: 'POST', headers: more, body: BATCH });
    assert.equal((await post({})).status, 401);
    const answer = await post();
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.match(await answer.text(), /too many filters: at most 2;/);
    // fetch may take a new connection, which has calls of its own; not for ever.
    await eventually('the rate to hold', async () => (await post()).status === 429);
    const refused = await RawWebSocket.open(port, { headers: { authorization: 'Bearer s3cret' } });
    assert.equal(refused.status, 403);
  });

  it('ws.origins, ws.maxconnections, ws.maxsubscriptions and ws.ping', async () => {
    const { port } = await launch({
      'ws.origins': ['https://app.example'],
      'ws.maxconnections': 1,
      'ws.maxsubscriptions': 0,
      'ws.ping': 500,
    });
    assert.equal((await RawWebSocket.open(port, { headers: { origin: 'http://localhost' } })).status, 403);
    const client = await RawWebSocket.open(port, { headers: { origin: 'https://app.example' } });
    assert.equal((await RawWebSocket.open(port)).status, 503);
    client.call(1, 'eth_subscribe', 'newHeads');
    assert.match(JSON.stringify(await client.answer(1)), /at most 0;/);
    await eventually('more pings than the default would send', () => client.pings >= 2);
    client.destroy();
  });
});
