import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { toHex } from '../../../src/bytes.ts';
import { DEFAULT_RPC_OPTIONS, type RpcOptions } from '../../../src/rpc/options.ts';
import { createRpcServer, type RpcServer } from '../../../src/rpc/server.ts';
import { eventually } from '../../helpers/poll.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import type { RpcAnswer } from '../../helpers/rpc-client.ts';

const CHAIN_ID_CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
const CHAIN_ID_ANSWER = '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}';
const sendCall = () =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [toHex(signed())] });

/**
 * What ends soon takes no longer on a busy machine, and what it is told apart from, a default or what a test sets, takes
 * twice as long at least. Where a default is shorter, that is the bound.
 */
const SOON_MS = 15_000;

describe('rpc server', () => {
  let backend: FakeBackend;
  let running: RpcServer[];
  beforeEach(() => {
    backend = new FakeBackend();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
  });

  async function start(
    options: Partial<RpcOptions> = {},
  ): Promise<{ server: RpcServer; url: string; port: number }> {
    const server = createRpcServer(backend, { port: 0, ...options });
    running.push(server);
    const { url } = await server.start();
    return { server, url, port: Number(new URL(url).port) };
  }

  const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  /** With headers fetch does not let one set, and an agent of one's own. */
  function rawRequest(
    url: string,
    options: { method?: string; headers?: Record<string, string>; agent?: Agent; body?: string },
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    const { body, ...rest } = options;
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        ...rest,
        headers: { 'content-type': 'application/json', ...rest.headers },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
        response.on('error', reject);
      });
      sent.end(body ?? CHAIN_ID_CALL);
    });
  }

  /** Holds submissions back until called. */
  function closeGate(): () => void {
    let open = () => {};
    backend.gate = new Promise((resolve) => (open = resolve));
    return open;
  }

  describe('HTTP', () => {
    it('answers a call on loopback', async () => {
      const { url } = await start();
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
      const response = await post(url, CHAIN_ID_CALL);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type')!, /^application\/json/);
      assert.equal(await response.text(), CHAIN_ID_ANSWER);
    });

    it('answers over IPv6 and says so in the URL', async () => {
      const { url } = await start({ host: '::1' });
      assert.match(url, /^http:\/\/\[::1\]:\d+$/);
      assert.equal(await (await post(url, CHAIN_ID_CALL)).text(), CHAIN_ID_ANSWER);
    });

    it('takes localhost for 127.0.0.1', async () => {
      const { url } = await start({ host: 'localhost' });
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(await (await post(url, CHAIN_ID_CALL)).text(), CHAIN_ID_ANSWER);
    });

    it('answers JSON-RPC errors with 200', async () => {
      const { url } = await start();
      for (const [body, code] of [
        ['{', -32700],
        ['', -32700],
        ['[]', -32600],
        ['{"jsonrpc":"2.0","id":1,"method":"x"}', -32601],
      ] as const) {
        const response = await post(url, body);
        assert.equal(response.status, 200);
        assert.equal(((await response.json()) as RpcAnswer).error!.code, code);
      }
    });

    it('answers a notification with 200 and nothing', async () => {
      const { url } = await start();
      const response = await post(url, '{"jsonrpc":"2.0","method":"eth_chainId"}');
      assert.deepEqual([response.status, await response.text()], [200, '']);
    });

    it('answers GET / and HEAD / with 200 and nothing, for health checks', async () => {
      const { url } = await start();
      for (const method of ['GET', 'HEAD']) {
        const response = await fetch(url, { method });
        assert.deepEqual([response.status, await response.text()], [200, '']);
      }
    });

    it('has nothing elsewhere, and no other method', async () => {
      const { url } = await start();
      assert.equal((await post(`${url}/elsewhere`, CHAIN_ID_CALL)).status, 404);
      for (const method of ['PUT', 'DELETE']) assert.equal((await fetch(url, { method })).status, 405);
    });

    it('takes the content types geth takes, and no other', async () => {
      const { url } = await start();
      for (const type of [
        'application/json',
        'application/json; charset=utf-8',
        'application/json-rpc',
        'application/jsonrequest',
        'Application/JSON',
      ]) {
        assert.equal((await post(url, CHAIN_ID_CALL, { 'content-type': type })).status, 200, type);
      }
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', '', 'application/jsonx']) {
        const response = await post(url, CHAIN_ID_CALL, { 'content-type': type });
        assert.equal(response.status, 415, type);
        assert.equal(await response.text(), 'invalid content type, only application/json is supported\n');
      }
      assert.equal((await fetch(url, { method: 'POST' })).status, 415);
    });

    it('keeps a connection for the next call', async () => {
      const { url } = await start();
      const agent = new Agent({ keepAlive: true });
      const used = new Set<unknown>();
      agent.on('free', (socket) => used.add(socket));
      for (let i = 0; i < 3; i++) assert.equal((await rawRequest(url, { agent })).text, CHAIN_ID_ANSWER);
      await eventually('an idle connection', () => Object.values(agent.freeSockets).length === 1);
      agent.destroy();
      assert.equal(used.size, 1);
    });
  });

  describe('limits', () => {
    it('a body over maxBodyBytes: 413 with a JSON-RPC error, announced or streamed', async () => {
      const { url } = await start({ maxBodyBytes: 100 });
      const body = CHAIN_ID_CALL.padEnd(101);
      const streamed = fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob([body]).stream(),
        duplex: 'half',
      });
      for (const response of [await post(url, body), await streamed]) {
        assert.equal(response.status, 413);
        assert.deepEqual(await response.json(), {
          jsonrpc: '2.0',
          id: null,
          error: { code: -32600, message: 'request too large: at most 100 bytes' },
        });
      }
      assert.equal((await post(url, CHAIN_ID_CALL.padEnd(100))).status, 200);
    });

    it('a batch over maxBatchItems is refused', async () => {
      const { url } = await start({ maxBatchItems: 2 });
      const answers = (await (
        await post(url, `[${Array(3).fill(CHAIN_ID_CALL).join()}]`)
      ).json()) as RpcAnswer[];
      assert.deepEqual(
        answers.map(({ error }) => error?.code),
        [-32600],
      );
    });

    it('over maxConcurrentRequests: 503 with a JSON-RPC error, until one is done', async () => {
      const { url } = await start({ maxConcurrentRequests: 2 });
      const open = closeGate();
      const busy = [post(url, sendCall()), post(url, sendCall())];
      await eventually('two running calls', () => backend.submitting === 2);
      const refused = await post(url, CHAIN_ID_CALL);
      assert.equal(refused.status, 503);
      assert.equal(((await refused.json()) as RpcAnswer).error!.code, -32005);
      open();
      for (const response of await Promise.all(busy)) assert.equal(response.status, 200);
      assert.equal((await post(url, CHAIN_ID_CALL)).status, 200);
    });

    it('a client that goes away gives its place back', async () => {
      const { url } = await start({ maxConcurrentRequests: 1 });
      const open = closeGate();
      const abort = new AbortController();
      const gone = fetch(url, {
        method: 'POST',
        body: sendCall(),
        headers: { 'content-type': 'application/json' },
        signal: abort.signal,
      });
      await eventually('a running call', () => backend.submitting === 1);
      abort.abort();
      await assert.rejects(gone);
      await eventually('the place', async () => (await post(url, CHAIN_ID_CALL)).status === 200);
      open();
    });

    it('connections over maxConnections are closed', async () => {
      const { port } = await start({ maxConnections: 1 });
      const first = connect(port, '127.0.0.1');
      await once(first, 'connect');
      const second = connect(port, '127.0.0.1');
      second.on('error', () => undefined);
      await once(second, 'close');
      assert.equal(first.destroyed, false);
      first.destroy();
    });

    async function closedAfter(socket: Socket): Promise<{ ms: number; text: string }> {
      const began = Date.now();
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      // Not once(): it rejects on the reset that a cut-off may well be.
      await new Promise((resolve) => socket.once('close', resolve));
      return { ms: Date.now() - began, text };
    }

    it('headers that drip in are cut off', async () => {
      const { port } = await start({ headersTimeoutMs: 100 });
      const socket = connect(port, '127.0.0.1');
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\n');
      const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 20);
      const { ms, text } = await closedAfter(socket);
      clearInterval(drip);
      assert.match(text, /^HTTP\/1\.1 408 /);
      assert.ok(ms >= 90 && ms < DEFAULT_RPC_OPTIONS.headersTimeoutMs, `${ms} ms`);
    });

    it('a body that drips in is cut off', async () => {
      const { port } = await start({ requestTimeoutMs: 100, headersTimeoutMs: 100 });
      const socket = connect(port, '127.0.0.1');
      socket.write(
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
      );
      const drip = setInterval(() => socket.write(' '), 20);
      const { ms } = await closedAfter(socket);
      clearInterval(drip);
      assert.ok(ms >= 90 && ms < SOON_MS, `${ms} ms`);
    });

    it('a connection on which nothing moves is closed', async () => {
      const { port } = await start({ stalledTimeoutMs: 100 });
      const open = closeGate();
      const socket = connect(port, '127.0.0.1');
      const body = sendCall();
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      const { ms } = await closedAfter(socket);
      assert.ok(ms >= 90 && ms < SOON_MS, `${ms} ms`);
      open();
    });
  });

  describe('guard', () => {
    it('a Host header with a strange name: 403, nothing run', async () => {
      const { url } = await start();
      for (const host of ['evil.example', 'evil.example:8545']) {
        const answer = await rawRequest(url, { headers: { host }, body: sendCall() });
        assert.deepEqual([answer.status, answer.text], [403, 'invalid host specified\n']);
      }
      assert.equal(backend.pool.counts.pending, 0);
      assert.equal((await rawRequest(url, { headers: { host: 'localhost:1' } })).status, 200);
    });

    it('vhosts names more of them', async () => {
      const { url } = await start({ vhosts: ['node.test'] });
      assert.equal((await rawRequest(url, { headers: { host: 'node.test' } })).status, 200);
      assert.equal((await rawRequest(url, { headers: { host: 'localhost' } })).status, 403);
    });

    it('no web page may read, by default', async () => {
      const { url } = await start();
      const origin = 'http://page.example';
      const preflight = await rawRequest(url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
        body: '',
      });
      assert.equal(preflight.status, 204);
      const answer = await rawRequest(url, { headers: { origin } });
      for (const { headers } of [preflight, answer]) {
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith('access-control')),
          [],
        );
      }
    });

    it('corsDomains lets pages read', async () => {
      const origin = 'http://page.example';
      const { url } = await start({ corsDomains: [origin] });
      const preflight = await rawRequest(url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
        body: '',
      });
      assert.equal(preflight.headers['access-control-allow-origin'], origin);
      assert.equal(preflight.headers['access-control-allow-methods'], 'GET, POST');
      assert.equal(preflight.headers['access-control-allow-headers'], 'content-type, authorization');
      const answer = await rawRequest(url, { headers: { origin } });
      assert.equal(answer.headers['access-control-allow-origin'], origin);
      const other = await rawRequest(url, { headers: { origin: 'http://other.example' } });
      assert.equal(other.headers['access-control-allow-origin'], undefined);
    });

    it('admin is answered on loopback', async () => {
      const { url } = await start();
      const answer = (await (
        await post(url, '{"jsonrpc":"2.0","id":1,"method":"admin_peers"}')
      ).json()) as RpcAnswer;
      assert.deepEqual(answer.result, []);
    });

    it('admin is not answered when others can reach the server', async () => {
      const { url } = await start({ host: '0.0.0.0' });
      assert.match(url, /^http:\/\/127\.0\.0\.1:/);
      const answer = (await (
        await post(url, '{"jsonrpc":"2.0","id":1,"method":"admin_peers"}')
      ).json()) as RpcAnswer;
      assert.equal(answer.error!.code, -32601);
    });
  });

  describe('start and stop', () => {
    it('a port in use: an error that says what to do', async () => {
      const { port } = await start();
      await assert.rejects(start({ port }), (error: Error) => {
        assert.equal(
          error.message,
          `JSON-RPC cannot listen on 127.0.0.1:${port}: the address is already in use; choose another with --http.port, or 0 to have a free one picked`,
        );
        return true;
      });
    });

    it('an address that is not ours: an error that says so', async () => {
      // TEST-NET-1, never assigned to a machine.
      await assert.rejects(
        start({ host: '192.0.2.1' }),
        /cannot listen on 192\.0\.2\.1:0: no address of this machine/,
      );
    });

    it('a namespace that does not exist: an error at once', () => {
      assert.throws(
        () => createRpcServer(backend, { namespaces: ['eth', 'foo'] }),
        /no JSON-RPC namespace "foo"/,
      );
    });

    it('stop closes idle connections at once', async () => {
      const { server, url } = await start({ stopTimeoutMs: 60_000, keepAliveTimeoutMs: 60_000 });
      const agent = new Agent({ keepAlive: true });
      await rawRequest(url, { agent });
      const began = Date.now();
      await server.stop();
      assert.ok(Date.now() - began < SOON_MS);
      agent.destroy();
      await assert.rejects(post(url, CHAIN_ID_CALL));
    });

    it('stop lets a running call finish, and then closes its connection', async () => {
      const { server, url } = await start({ stopTimeoutMs: 60_000, keepAliveTimeoutMs: 60_000 });
      const agent = new Agent({ keepAlive: true });
      const open = closeGate();
      const answer = rawRequest(url, { agent, body: sendCall() });
      await eventually('a running call', () => backend.submitting === 1);
      const began = Date.now();
      const stopped = server.stop();
      await assert.rejects(post(url, CHAIN_ID_CALL));
      open();
      const { status, text } = await answer;
      assert.equal(status, 200);
      assert.match(text, /"result":"0x/);
      await stopped;
      assert.ok(Date.now() - began < SOON_MS);
      agent.destroy();
    });

    it('stop waits no longer than stopTimeoutMs for a call that does not end', async () => {
      const { server, url } = await start({ stopTimeoutMs: 100 });
      const open = closeGate();
      const answer = assert.rejects(post(url, sendCall()));
      await eventually('a running call', () => backend.submitting === 1);
      const began = Date.now();
      await server.stop();
      const ms = Date.now() - began;
      assert.ok(ms >= 90 && ms < DEFAULT_RPC_OPTIONS.stopTimeoutMs, `${ms} ms`);
      await answer;
      open();
    });

    it('stop may come twice, before start, and after a failed start', async () => {
      const { server, port } = await start();
      await assert.rejects(start({ port }));
      await Promise.all([server.stop(), server.stop()]);
      await server.stop();
      await createRpcServer(backend).stop();
      // Somebody's outgoing connection may have it for the moment.
      const { url } = await eventually('the port to be free', () =>
        start({ port }).catch((error: unknown) => {
          if (/already in use/.test((error as Error).message)) return undefined;
          throw error;
        }),
      );
      assert.equal((await post(url, CHAIN_ID_CALL)).status, 200);
    });
  });

  it('is usable without HTTP', async () => {
    const server = createRpcServer(backend);
    assert.equal(await server.dispatcher.dispatch(CHAIN_ID_CALL), CHAIN_ID_ANSWER);
  });
});
