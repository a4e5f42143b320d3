/** What a server can answer, and what becomes of it: real sockets, a server that does what a test tells it. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { fastify, type FastifyInstance } from 'fastify';
import { realClock } from '../../../../src/environment.ts';
import { NoAnswerError, resultOf, type Connection } from '../../../../src/state/upstream/connection.ts';
import { openConnection } from '../../../../src/state/upstream/open-connection.ts';
import { eventually } from '../../../helpers/poll.ts';

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

interface Socket {
  send(text: string): void;
  terminate(): void;
}

const NEITHER = [{}, { jsonrpc: '2.0', id: 1 }, { message: 'rate limited' }, [], null];
const NEITHER_CAME = /^127\.0\.0\.1:\d+ does not answer: neither a result nor an error came$/;

const LIMITS = { clock: realClock, timeoutMs: 10_000, maxAnswerBytes: 10_000 };
/** For what is never answered. */
const HASTY = { ...LIMITS, timeoutMs: 300 };

describe('connection to the upstream', () => {
  let server: FastifyInstance;
  let port: number;
  let connection: Connection;
  /** Undefined: never answered. */
  let answer: (body: Call | Call[]) => { status?: number; body: unknown } | undefined;
  let bodies: (Call | Call[])[];
  let sockets: Socket[];

  beforeEach(async () => {
    bodies = [];
    sockets = [];
    server = fastify({ forceCloseConnections: true });
    server.post('/*', async (request, reply) => {
      const body = request.body as Call | Call[];
      bodies.push(body);
      const given = answer(body);
      if (given === undefined) return new Promise(() => undefined);
      return reply.code(given.status ?? 200).send(given.body);
    });
    await server.register(websocket);
    server.get('/*', { websocket: true }, (socket) => {
      sockets.push(socket);
      socket.on('message', (data: Buffer) => {
        const body = JSON.parse(data.toString()) as Call;
        bodies.push(body);
        const given = answer(body);
        if (given !== undefined) socket.send(JSON.stringify(given.body));
      });
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = server.server.address() as AddressInfo);
  });

  afterEach(async () => {
    connection.close();
    connection.close();
    await server.close();
  });

  const call = (method: string): { method: string; params: unknown[] } => ({ method, params: [] });
  const named = ({ id, method }: Call): unknown => ({ jsonrpc: '2.0', id, result: `did ${method}` });
  const results = async (...methods: string[]): Promise<unknown[]> =>
    (await connection.send(methods.map(call))).map((each) => ('result' in each ? each.result : each.error));
  /** Why the one call has no answer. */
  const reasonFor = async (method: string): Promise<string> => {
    const [missing] = await results(method);
    assert.ok(missing instanceof NoAnswerError, String(missing));
    return missing.message;
  };
  const noAnswer = async (reason: RegExp, ...methods: string[]): Promise<void> =>
    assert.rejects(
      connection.send(methods.map(call)).then(([only]) => resultOf(only!)),
      (error) => {
        assert.ok(error instanceof NoAnswerError, String(error));
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /secret|user|\n/);
        return true;
      },
    );

  describe('over HTTP', () => {
    beforeEach(async () => {
      connection = await openConnection(`http://user:secret@127.0.0.1:${port}/v3/secret`, LIMITS);
    });

    it('one call goes bare, several as a batch, whose answers may come in any order', async () => {
      answer = (body) => ({ body: Array.isArray(body) ? body.map(named).reverse() : named(body) });
      assert.deepEqual(await results('a'), ['did a']);
      assert.deepEqual(await results('a', 'b', 'c'), ['did a', 'did b', 'did c']);
      assert.deepEqual(bodies.map(Array.isArray), [false, true]);
    });

    it('an error is of its call, with code, message and data as they came', async () => {
      answer = (body) => ({
        body: (body as Call[]).map((each) =>
          each.method === 'b'
            ? { id: each.id, error: { code: -32000, message: 'nonce too low', data: '0x1' } }
            : named(each),
        ),
      });
      const [, refused] = await results('a', 'b');
      assert.deepEqual({ ...(refused as object) }, { name: 'ChainError', code: -32000, data: '0x1' });
      assert.equal((refused as Error).message, 'nonce too low');
    });

    it('a JSON-RPC error of a whole batch, whatever its HTTP status, is the answer to each', async () => {
      answer = () => ({
        status: 429,
        body: { jsonrpc: '2.0', id: null, error: { code: -32005, message: 'slow down' } },
      });
      const refused = (await results('a', 'b')) as Error[];
      assert.deepEqual(
        refused.map(({ message }) => message),
        ['slow down', 'slow down'],
      );
    });

    it('no JSON-RPC is no answer', async () => {
      answer = () => ({ status: 502, body: '<html>Bad Gateway</html>' });
      await noAnswer(/^127\.0\.0\.1:\d+ does not answer: HTTP 502$/, 'a');
      answer = () => ({ body: '<html>Welcome</html>' });
      await noAnswer(/does not answer: .*JSON/, 'a');
      answer = () => ({ body: [] });
      await noAnswer(/does not answer: Expected 2 responses/, 'a', 'b');
    });

    it('an answer is of the call that has its id; where that cannot be told there is none', async () => {
      const bent = (bend: (answers: object[]) => object[]): void => {
        answer = (body) => ({ body: bend((body as Call[]).map((each) => named(each) as object)) });
      };
      bent((answers) => [{ jsonrpc: '2.0', id: null, result: 'nobody asked' }, ...answers]);
      assert.deepEqual(await results('a', 'b'), ['did a', 'did b']);
      bent(([first, ...more]) => [{ ...first, id: null }, ...more]);
      await noAnswer(/does not answer: a call of a batch has no answer with its id$/, 'a', 'b');
      bent(([first, ...more]) => [first!, { ...first, result: 'another' }, ...more]);
      await noAnswer(/does not answer: two answers of a batch have one id$/, 'a', 'b');
    });

    it('neither a result nor an error is no answer', async () => {
      for (const body of NEITHER) {
        answer = () => ({ body });
        assert.match(await reasonFor('a'), NEITHER_CAME);
      }
      answer = (body) => ({
        body: (body as Call[]).map((each) => (each.method === 'b' ? { id: each.id } : named(each))),
      });
      const [, missing, third] = await results('a', 'b', 'c');
      assert.match((missing as Error).message, NEITHER_CAME);
      assert.equal(third, 'did c');
    });

    it('too late, too much or nobody there is no answer', async () => {
      answer = () => undefined;
      const hasty = await openConnection(`http://127.0.0.1:${port}/`, HASTY);
      await assert.rejects(hasty.send([call('a')]), /does not answer: timed out$/);
      answer = (body) => ({ body: { ...(named(body as Call) as object), result: 'x'.repeat(20_000) } });
      await noAnswer(/does not answer: HTTP response body exceeded the size limit/, 'a');
      await server.close();
      // A connection that was kept alive ends first.
      await noAnswer(/does not answer: (?:ECONNREFUSED|UND_ERR_SOCKET)$/, 'a');
      await noAnswer(/does not answer: ECONNREFUSED$/, 'a');
    });

    it('closed, it ends what is under way', async () => {
      answer = () => undefined;
      const waiting = noAnswer(/does not answer/, 'a');
      await eventually('the call to arrive', () => bodies.length === 1);
      connection.close();
      await waiting;
      await noAnswer(/does not answer/, 'a');
    });
  });

  describe('over WebSocket', () => {
    let heads: number;
    let losses: string[];
    const subscribe = (): Promise<void> =>
      connection.subscribe!(
        () => heads++,
        ({ message }) => losses.push(message),
      );
    const tellHead = (socket: Socket | undefined, subscription: string): void =>
      socket!.send(JSON.stringify({ method: 'eth_subscription', params: { subscription, result: {} } }));

    beforeEach(async () => {
      heads = 0;
      losses = [];
      connection = await openConnection(`ws://127.0.0.1:${port}/v3/secret`, LIMITS);
      answer = (body) => {
        const { id, method } = body as Call;
        if (method === 'eth_subscribe') return { body: { id, result: '0x5' } };
        return { body: named(body as Call) };
      };
    });

    it('calls share one socket, and heads come over it', async () => {
      assert.deepEqual(await results('a', 'b'), ['did a', 'did b']);
      await subscribe();
      assert.deepEqual((bodies.at(-1) as Call).params, ['newHeads']);
      tellHead(sockets[0], '0x5');
      tellHead(sockets[0], '0x6');
      await eventually('the head', () => heads === 1);
      assert.equal(sockets.length, 1);
    });

    it('a slow call has no answer, and costs the others nothing', async () => {
      connection = await openConnection(`ws://127.0.0.1:${port}/v3/secret`, HASTY);
      const usual = answer;
      answer = (body) => ((body as Call).method === 'slow' ? undefined : usual(body));
      await subscribe();
      const [first, slow, last] = await results('a', 'slow', 'b');
      assert.deepEqual([first, last], ['did a', 'did b']);
      assert.match((slow as Error).message, /^127\.0\.0\.1:\d+ does not answer: timed out$/);
      assert.deepEqual(await results('a'), ['did a']);
      assert.deepEqual([sockets.length, losses], [1, []]);
    });

    it('neither a result nor an error is no answer, and costs the others nothing', async () => {
      const usual = answer;
      answer = (body) => ((body as Call).method === 'b' ? { body: { id: (body as Call).id } } : usual(body));
      await subscribe();
      assert.match(await reasonFor('b'), NEITHER_CAME);
      const [first, missing] = await results('a', 'b');
      assert.equal(first, 'did a');
      assert.match((missing as Error).message, NEITHER_CAME);
      assert.deepEqual([sockets.length, losses], [1, []]);
    });

    it('cut off, it says so once; the next call opens another socket', async () => {
      await subscribe();
      answer = () => undefined;
      const waiting = noAnswer(/does not answer/, 'a');
      await eventually('the call to arrive', () => bodies.length === 2);
      sockets[0]!.terminate();
      await waiting;
      assert.equal(losses.length, 1);
      answer = (body) => ({ body: named(body as Call) });
      assert.deepEqual(await results('a'), ['did a']);
      assert.equal(sockets.length, 2);
    });

    it('reset or closed by us, it says nothing', async () => {
      await subscribe();
      connection.reset();
      assert.deepEqual(await results('a'), ['did a']);
      await subscribe();
      tellHead(sockets[1], '0x5');
      await eventually('the head', () => heads === 1);
      connection.close();
      await noAnswer(/the connection was closed/, 'a');
      assert.deepEqual(losses, []);
    });

    it('two of one process do not share a fate', async () => {
      const other = await openConnection(`ws://127.0.0.1:${port}/v3/secret`, LIMITS);
      try {
        await subscribe();
        await other.send([call('a')]);
        assert.equal(sockets.length, 2);
        answer = () => undefined;
        const waiting = results('late');
        await eventually('the call to arrive', () => (bodies.at(-1) as Call).method === 'late');
        other.close();
        sockets[0]!.send(JSON.stringify(named(bodies.at(-1) as Call)));
        assert.deepEqual(await waiting, ['did late']);
        tellHead(sockets[0], '0x5');
        await eventually('the head', () => heads === 1);
        assert.deepEqual(losses, []);
      } finally {
        other.close();
      }
    });

    it('a subscription that is refused is an error; one that is not answered too', async () => {
      answer = (body) => ({
        body: { id: (body as Call).id, error: { code: -32601, message: 'no notifications' } },
      });
      await assert.rejects(subscribe(), { name: 'ChainError', message: 'no notifications' });
      answer = () => undefined;
      connection.close();
      connection = await openConnection(`ws://127.0.0.1:${port}/v3/secret`, HASTY);
      await assert.rejects(subscribe(), { name: 'NoAnswerError', message: /eth_subscribe timed out$/ });
    });

    it('nobody there, or no WebSocket, is no answer', async () => {
      await server.close();
      await noAnswer(/^127\.0\.0\.1:\d+ does not answer: /, 'a');
      await noAnswer(/does not answer: /, 'a');
    });
  });
});
