/** What stands between a client and the dispatcher over HTTP, beside the limits of the server. */
import assert from 'node:assert/strict';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { RpcOptions } from '../../../src/rpc/options.ts';
import { createRpcServer, type RpcServer } from '../../../src/rpc/server.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { eventually } from '../../helpers/poll.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import type { RpcAnswer } from '../../helpers/rpc-client.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

describe('rpc http guard', () => {
  let backend: FakeBackend;
  let server: RpcServer;
  let agent: Agent;
  beforeEach(() => {
    backend = new FakeBackend();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    await server.stop();
  });

  /** Posts over one connection; headers and body are sent as given. */
  async function start(options: Partial<RpcOptions> = {}, clock?: ManualClock) {
    server = createRpcServer(backend, { port: 0, ...options }, clock && { clock });
    const { url } = await server.start();
    return (
      body: string | Buffer = CALL,
      headers: Record<string, string> = {},
      { method = 'POST', by = agent } = {},
    ) =>
      new Promise<Answer>((resolve, reject) => {
        const sent = request(url, {
          method,
          agent: by,
          headers: { 'content-type': 'application/json', ...headers },
        });
        sent.on('error', reject);
        sent.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          );
        });
        sent.end(body);
      });
  }

  describe('rate', () => {
    it('over it: 429, a JSON-RPC error and when to come again; then it is answered', async () => {
      const clock = new ManualClock();
      const post = await start({ maxCallsPerSecond: 5, maxCallBurst: 2 }, clock);
      for (let i = 0; i < 2; i++) assert.equal((await post()).status, 200);
      const { status, headers, body } = await post();
      assert.equal(status, 429);
      assert.equal(headers['retry-after'], '1');
      const { error } = JSON.parse(body.toString()) as RpcAnswer;
      assert.equal(error!.code, -32005);
      assert.match(error!.message, /^more than 5 calls a second on this connection/);
      clock.advance(199);
      assert.equal((await post()).status, 429);
      clock.advance(1);
      assert.equal((await post()).status, 200);
    });

    it('is of a connection: another is not held back', async () => {
      const post = await start({ maxCallsPerSecond: 0.001, maxCallBurst: 1 });
      assert.equal((await post()).status, 200);
      assert.equal((await post()).status, 429);
      const other = new Agent({ keepAlive: true });
      assert.equal((await post(CALL, {}, { by: other })).status, 200);
      other.destroy();
    });

    it('counts each call of a batch', async () => {
      const post = await start({ maxCallsPerSecond: 0.001, maxCallBurst: 10 });
      const batch = (calls: number) => `[${Array(calls).fill(CALL).join()}]`;
      assert.equal((await post(batch(9))).status, 200);
      assert.equal((await post(batch(9))).status, 200);
      assert.equal((await post()).status, 429);
    });

    it('by default is no hindrance to a load generator', async () => {
      const post = await start();
      for (let i = 0; i < 30; i++)
        assert.equal((await post(`[${Array(1000).fill(CALL).join()}]`)).status, 200);
    });
  });

  describe('token', () => {
    it('without it, or with another: 401, and nothing run', async () => {
      const post = await start({ bearerToken: 's3cret' });
      const send = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_sendRawTransaction',
        params: [`0x${Buffer.from(signed()).toString('hex')}`],
      });
      for (const headers of [{}, { authorization: 'Bearer other' }] as Record<string, string>[]) {
        const answer = await post(send, headers);
        assert.equal(answer.status, 401);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        assert.match(
          answer.body.toString(),
          /^missing or wrong token: send Authorization: Bearer <token>\n$/,
        );
      }
      assert.equal(backend.pool.counts.pending, 0);
      assert.equal((await post(send, { authorization: 'Bearer s3cret' })).status, 200);
      assert.equal(backend.pool.counts.pending, 1);
    });

    it('is not asked of a preflight, which allows it to be sent', async () => {
      const post = await start({ bearerToken: 's3cret', corsDomains: ['http://page.example'] });
      const origin = 'http://page.example';
      const asked = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      const { status, headers } = await post('', asked, { method: 'OPTIONS' });
      assert.equal(status, 204);
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.match(headers['access-control-allow-headers']!, /\bauthorization\b/);
      // The page may read why it was refused.
      assert.equal((await post(CALL, { origin })).headers['access-control-allow-origin'], origin);
    });
  });

  describe('gzip', () => {
    const GZIP = { 'accept-encoding': 'gzip' };
    const batch = `[${Array(100).fill(CALL).join()}]`;
    const batchAnswer = `[${Array(100).fill(ANSWER).join()}]`;

    it('packs large answers for who asks, and only those', async () => {
      const post = await start({ gzipThresholdBytes: 1000 });
      const packed = await post(batch, GZIP);
      assert.equal(packed.headers['content-encoding'], 'gzip');
      assert.match(packed.headers.vary ?? '', /accept-encoding/i);
      assert.ok(packed.body.length < batchAnswer.length / 5);
      assert.equal(gunzipSync(packed.body).toString(), batchAnswer);

      for (const [body, headers, expected] of [
        [batch, {}, batchAnswer],
        [CALL, GZIP, ANSWER],
      ] as const) {
        const plain = await post(body, headers);
        assert.equal(plain.headers['content-encoding'], undefined);
        assert.equal(plain.body.toString(), expected);
      }
    });

    it('keeps the connection', async () => {
      const post = await start({ gzipThresholdBytes: 1 });
      const sockets = new Set<unknown>();
      agent.on('free', (socket) => sockets.add(socket));
      for (let i = 0; i < 5; i++) await post(batch, GZIP);
      await eventually('an idle connection', () => Object.keys(agent.freeSockets).length === 1);
      assert.equal(sockets.size, 1);
    });

    it('unpacks requests', async () => {
      const post = await start();
      const { status, body } = await post(gzipSync(CALL), { 'content-encoding': 'gzip' });
      assert.deepEqual([status, body.toString()], [200, ANSWER]);
    });

    it('bounds what a request unpacks to, however small it came', async () => {
      const post = await start({ maxBodyBytes: 100_000 });
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      assert.ok(bomb.length < 100_000);
      const { status, body } = await post(bomb, { 'content-encoding': 'gzip' });
      assert.equal(status, 413);
      assert.match(body.toString(), /request too large: at most 100000 bytes/);
    });

    it('says what is wrong with a request that cannot be unpacked', async () => {
      const post = await start();
      for (const [encoding, expected] of [
        ['gzip', 400],
        ['br', 415],
      ] as const) {
        const { status, body } = await post(Buffer.from(CALL), { 'content-encoding': encoding });
        assert.equal(status, expected);
        assert.equal((JSON.parse(body.toString()) as RpcAnswer).error!.code, -32600);
      }
    });
  });
});
