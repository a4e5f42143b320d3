import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toHex } from '../../../src/bytes.ts';
import { createDispatcher } from '../../../src/rpc/dispatcher.ts';
import { NAMESPACES } from '../../../src/rpc/namespaces.ts';
import { DEFAULT_RPC_OPTIONS } from '../../../src/rpc/options.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import { ask, call, dispatcherOf, errorOf, type RpcAnswer } from '../../helpers/rpc-client.ts';

const request = (method: string, id: unknown = 1, params: unknown[] = []) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});

describe('rpc dispatcher', () => {
  let backend: FakeBackend;
  beforeEach(() => (backend = new FakeBackend()));

  const send = (text: string | Uint8Array) => dispatcherOf(backend).dispatch(text);
  const errorTo = async (text: string) => (JSON.parse((await send(text))!) as RpcAnswer).error!;

  describe('one call', () => {
    it('is answered from text and from bytes alike', async () => {
      const text = JSON.stringify(request('eth_chainId'));
      assert.equal(await send(text), '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}');
      assert.equal(await send(Buffer.from(text)), await send(text));
    });

    it('takes absent and null params for none', async () => {
      for (const params of ['', ',"params":null', ',"params":[]']) {
        const text = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId"${params}}`;
        assert.equal(await send(text), '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}');
      }
    });

    it('echoes its id exactly', async () => {
      const ids = [
        '0',
        '-7',
        '"a"',
        '""',
        '"\\u2028\\"é"',
        'null',
        '1.5',
        '1e400',
        '9007199254740993',
        '18446744073709551616',
      ];
      for (const id of ids) {
        const text = (await send(`{"jsonrpc":"2.0","id":${id},"method":"net_listening"}`))!;
        const echoed = /"id":([^]*),"result"/.exec(text)![1]!;
        assert.deepEqual(
          id.startsWith('"') ? JSON.parse(echoed) : echoed,
          id.startsWith('"') ? JSON.parse(id) : id,
        );
      }
    });

    it('without an id is run and not answered', async () => {
      const params = [toHex(signed())];
      assert.equal(
        await send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_sendRawTransaction', params })),
        undefined,
      );
      assert.equal(backend.pool.counts.pending, 1);
      assert.equal(await send('{"jsonrpc":"2.0","method":"no_such"}'), undefined);
    });
  });

  describe('errors', () => {
    it('-32700 parse error', async () => {
      for (const text of [
        '',
        '{',
        '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"',
        'nonsense',
        '[1,',
        '\u0000',
        '[{"id":1.5},',
      ]) {
        const answer = JSON.parse((await send(text))!) as RpcAnswer;
        assert.equal(answer.error!.code, -32700);
        assert.match(answer.error!.message, /^parse error/);
        assert.equal(answer.id, null);
      }
    });

    it('-32600 invalid request', async () => {
      const cases: [string, RegExp][] = [
        ['1', /expected an object/],
        ['"text"', /expected an object/],
        ['null', /expected an object/],
        ['{}', /"jsonrpc" must be "2.0"/],
        ['{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', /"jsonrpc" must be "2.0"/],
        ['{"jsonrpc":"2.0","id":1}', /"method" must be a string/],
        ['{"jsonrpc":"2.0","id":1,"method":5}', /"method" must be a string/],
        ['{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', /"id" must be a string, a number or null/],
        ['{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}', /"id" must be a string, a number or null/],
        ['[]', /empty batch/],
      ];
      for (const [text, message] of cases) {
        const error = await errorTo(text);
        assert.equal(error.code, -32600, text);
        assert.match(error.message, message);
      }
    });

    it('an invalid request still carries the id when it has one', async () => {
      assert.equal((await ask(dispatcherOf(backend), { jsonrpc: '1.0', id: 'mine' })).id, 'mine');
    });

    it('-32601 method not found, in the words of geth', async () => {
      for (const method of ['eth_noSuchThing', '', 'toString', '__proto__', 'eth', 'eth_']) {
        const { error } = await call(dispatcherOf(backend), method, []);
        assert.equal(error!.code, -32601);
        assert.equal(error!.message, `the method ${method} does not exist/is not available`);
      }
    });

    it('-32601 for a namespace that is not enabled', async () => {
      const dispatcher = createDispatcher(backend, ['eth'], DEFAULT_RPC_OPTIONS);
      assert.equal((await errorOf(dispatcher, 'admin_peers')).code, -32601);
      assert.equal((await call(dispatcher, 'eth_chainId', [])).result, '0x7a69');
    });

    it('-32602 invalid params: which, what was expected, what came', async () => {
      const dispatcher = dispatcherOf(backend);
      const cases: [string, unknown[], string][] = [
        ['eth_getBalance', [], 'missing value for required argument 0 (address)'],
        ['eth_getBalance', [null, 'latest'], 'missing value for required argument 0 (address)'],
        [
          'eth_getBalance',
          ['0x00000000000000000000000000000000000dead1'],
          'missing value for required argument 1 (block)',
        ],
        ['eth_chainId', [1], 'too many arguments, want at most 0'],
        [
          'eth_getBalance',
          ['0x12', 'latest'],
          'invalid argument 0 (address): expected an address: 0x and 40 hexadecimal digits, got "0x12"',
        ],
        [
          'eth_sendRawTransaction',
          ['0x123'],
          'invalid argument 0 (transaction): expected bytes: 0x and an even number of hexadecimal digits, got "0x123"',
        ],
        [
          'eth_sendRawTransaction',
          [5],
          'invalid argument 0 (transaction): expected bytes: 0x and an even number of hexadecimal digits, got 5',
        ],
        [
          'eth_estimateGas',
          [{ to: '0x1' }],
          'invalid argument 0 (transaction): to: expected an address: 0x and 40 hexadecimal digits, got "0x1"',
        ],
        [
          'eth_feeHistory',
          ['0x1', 'latest', ['x']],
          'invalid argument 2 (reward percentiles): 0: expected a number, got "x"',
        ],
      ];
      for (const [method, params, message] of cases) {
        assert.deepEqual(await errorOf(dispatcher, method, ...params), { code: -32602, message });
      }
    });

    it('-32602 names a block it does not understand', async () => {
      const params = ['0x00000000000000000000000000000000000dead1', 'newest'];
      const { code, message } = await errorOf(dispatcherOf(backend), 'eth_getBalance', ...params);
      assert.equal(code, -32602);
      assert.match(
        message,
        /^invalid argument 1 \(block\): expected a block: latest, pending,.* got "newest"$/,
      );
    });

    it('-32602 for params by name', async () => {
      const error = await errorTo('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{"a":1}}');
      assert.deepEqual(error, { code: -32602, message: '"params" must be an array, got {"a":1}' });
    });

    it('-32602 repeats only the start of a long value', async () => {
      const { message } = await errorOf(
        dispatcherOf(backend),
        'eth_getBalance',
        'x'.repeat(10_000),
        'latest',
      );
      assert.ok(message.length < 200, message);
    });

    it('-32602 shows a value nested deep as far as it helps', async () => {
      const { message } = await errorOf(
        dispatcherOf(backend),
        'eth_getBalance',
        { a: [{ b: [1] }, []] },
        'latest',
      );
      assert.match(message, /, got \{"a":\[\{…\},\[…\]\]\}$/);
    });

    it('-32603 internal error: the caller learns nothing of it, the listener all', async () => {
      const bug = new Error('secret path /home');
      backend.submit = () => Promise.reject(bug);
      const heard: [unknown, string][] = [];
      const dispatcher = createDispatcher(backend, ['eth'], DEFAULT_RPC_OPTIONS, {
        onInternalError: (...args) => void heard.push(args),
      });
      assert.deepEqual(await errorOf(dispatcher, 'eth_sendRawTransaction', '0x01'), {
        code: -32603,
        message: 'internal error',
      });
      assert.deepEqual(heard, [[bug, 'eth_sendRawTransaction']]);
    });

    it('-32603 also when a handler throws at once', async () => {
      backend.peers = () => {
        throw new Error('bug');
      };
      const dispatcher = createDispatcher(backend, ['net'], DEFAULT_RPC_OPTIONS);
      assert.equal((await errorOf(dispatcher, 'net_peerCount')).code, -32603);
    });

    it('-32603 for a result that is none; the others of its batch are answered', async () => {
      const chain = new FakeChain();
      chain.answer = () => undefined;
      backend.chain = chain;
      const heard: string[] = [];
      const dispatcher = createDispatcher(backend, ['eth'], DEFAULT_RPC_OPTIONS, {
        onInternalError: (error, method) => void heard.push(`${method}: ${(error as Error).message}`),
      });
      assert.equal((await errorOf(dispatcher, 'eth_blockNumber')).code, -32603);
      const batch = [request('eth_blockNumber', 1), request('eth_chainId', 2)];
      const answers = JSON.parse((await dispatcher.dispatch(JSON.stringify(batch)))!) as RpcAnswer[];
      assert.deepEqual(
        answers.map(({ result, error }) => result ?? error!.code),
        [-32603, '0x7a69'],
      );
      const reason = 'eth_blockNumber: eth_blockNumber has a result that JSON has no text for';
      assert.deepEqual(heard, [reason, reason]);
    });

    it('-32000 refused, with the code of the refusal', async () => {
      const dispatcher = dispatcherOf(backend);
      await call(dispatcher, 'eth_sendRawTransaction', [toHex(signed())]);
      const again = await errorOf(dispatcher, 'eth_sendRawTransaction', toHex(signed()));
      assert.deepEqual(again, { code: -32000, message: 'already known', data: { code: 'known' } });
    });
  });

  describe('a batch', () => {
    it('is answered in the order of its calls, notifications left out', async () => {
      const batch = [
        request('eth_chainId', 1),
        { jsonrpc: '2.0', method: 'eth_chainId' },
        7,
        request('nope', 'b'),
        request('eth_blockNumber', 3),
      ];
      const answers = JSON.parse((await send(JSON.stringify(batch)))!) as RpcAnswer[];
      assert.deepEqual(
        answers.map(({ id, result, error }) => [id, result ?? error!.code]),
        [
          [1, '0x7a69'],
          [null, -32600],
          ['b', -32601],
          [3, '0x0'],
        ],
      );
    });

    it('keeps order when a late call is done first', async () => {
      let open = () => {};
      backend.gate = new Promise((resolve) => (open = resolve));
      const answer = send(
        JSON.stringify([request('eth_sendRawTransaction', 1, [toHex(signed())]), request('eth_chainId', 2)]),
      );
      open();
      const answers = JSON.parse((await answer)!) as RpcAnswer[];
      assert.deepEqual(
        answers.map(({ id }) => id),
        [1, 2],
      );
    });

    it('of notifications only is not answered', async () => {
      const note = { jsonrpc: '2.0', method: 'eth_chainId' };
      assert.equal(await send(JSON.stringify([note, note])), undefined);
    });

    it('echoes big ids exactly', async () => {
      const text =
        '[{"jsonrpc":"2.0","id":9007199254740993,"method":"eth_blockNumber"},{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"}]';
      const answer = (await send(text))!;
      assert.match(answer, /"id":9007199254740993,/);
      assert.match(answer, /"id":2,/);
    });

    it('runs at most maxBatchConcurrency calls at once, and that many', async () => {
      let open = () => {};
      backend.gate = new Promise((resolve) => (open = resolve));
      const batch = Array.from({ length: 10 }, (_, id) =>
        request('eth_sendRawTransaction', id, [toHex(signed({ nonce: BigInt(id) }))]),
      );
      const answer = dispatcherOf(backend, { maxBatchConcurrency: 3 }).dispatch(JSON.stringify(batch));
      assert.equal(backend.submitting, 3);
      open();
      const answers = JSON.parse((await answer)!) as RpcAnswer[];
      assert.equal(backend.mostSubmitting, 3);
      assert.deepEqual(
        answers.map(({ id }) => id),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
      assert.equal(backend.pool.counts.pending, 10);
    });

    it('over maxBatchItems is refused whole, -32600, and nothing of it run', async () => {
      const batch = Array.from({ length: 3 }, (_, id) =>
        request('eth_sendRawTransaction', id + 5, [toHex(signed({ nonce: BigInt(id) }))]),
      );
      const text = await dispatcherOf(backend, { maxBatchItems: 2 }).dispatch(JSON.stringify(batch));
      assert.deepEqual(JSON.parse(text!), [
        { jsonrpc: '2.0', id: 5, error: { code: -32600, message: 'batch too large: 3 calls, at most 2' } },
      ]);
      assert.equal(backend.pool.counts.pending, 0);
    });

    it('of exactly maxBatchItems is answered', async () => {
      const text = await dispatcherOf(backend, { maxBatchItems: 2 }).dispatch(
        JSON.stringify([request('eth_chainId', 1), request('eth_chainId', 2)]),
      );
      assert.equal((JSON.parse(text!) as RpcAnswer[]).length, 2);
    });

    it('makes no more results at once than maxBatchResponseBytes lets it keep', async () => {
      await backend.submit(signed());
      const { content } = backend.pool;
      let made = 0;
      backend.pool.content = () => {
        made++;
        return content.call(backend.pool);
      };
      const one = (await send(JSON.stringify(request('txpool_content'))))!.length;
      made = 0;
      const batch = Array.from({ length: 64 }, (_, id) => request('txpool_content', id));
      const dispatcher = dispatcherOf(backend, {
        maxBatchResponseBytes: Math.floor(2.5 * one),
        maxBatchConcurrency: 64,
      });
      const answers = JSON.parse((await dispatcher.dispatch(JSON.stringify(batch)))!) as RpcAnswer[];
      assert.equal(answers.filter(({ result }) => result !== undefined).length, 2);
      assert.equal(made, 3);
    });

    it('whose answer passes maxBatchResponseBytes ends in -32003, and runs no more of it', async () => {
      const sha3 = (id: number) => request('web3_sha3', id, ['0x']);
      const one = (await send(JSON.stringify(sha3(1))))!.length;
      const dispatcher = dispatcherOf(backend, { maxBatchResponseBytes: 2 * one, maxBatchConcurrency: 1 });
      const batch = [sha3(1), sha3(2), sha3(3), request('eth_sendRawTransaction', 4, [toHex(signed())])];
      const answers = JSON.parse((await dispatcher.dispatch(JSON.stringify(batch)))!) as RpcAnswer[];
      assert.deepEqual(
        answers.map(({ id, error }) => [id, error?.code]),
        [
          [1, undefined],
          [2, undefined],
          [3, -32003],
          [4, -32003],
        ],
      );
      assert.equal(answers[2]!.error!.message, 'response too large');
      assert.equal(backend.pool.counts.pending, 0);
    });
  });

  it('answers anything at all with a well-formed message', async () => {
    const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };
    const methods = Object.values(NAMESPACES).flatMap((namespace) => Object.keys(namespace));
    const value = fc.oneof(
      { arbitrary: fc.jsonValue(), weight: 2 },
      fc.constantFrom(
        '0x',
        '0x0',
        '0x1',
        'latest',
        'pending',
        true,
        null,
        [],
        {},
        '0x00000000000000000000000000000000000dead1',
        `0x${'ab'.repeat(32)}`,
      ),
    );
    const almost = fc.record(
      {
        jsonrpc: fc.oneof({ arbitrary: fc.constant('2.0'), weight: 9 }, fc.jsonValue()),
        id: fc.oneof(
          { arbitrary: fc.oneof(fc.integer(), fc.string(), fc.double(), fc.constant(null)), weight: 9 },
          fc.jsonValue(),
        ),
        method: fc.oneof({ arbitrary: fc.constantFrom(...methods), weight: 9 }, fc.string(), fc.jsonValue()),
        params: fc.oneof({ arbitrary: fc.array(value, { maxLength: 4 }), weight: 9 }, fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      { arbitrary: almost.map((item) => JSON.stringify(item)), weight: 8 },
      {
        arbitrary: fc
          .array(fc.oneof(almost, fc.jsonValue()), { maxLength: 6 })
          .map((items) => JSON.stringify(items)),
        weight: 4,
      },
      fc.json(),
      fc.string(),
      fc
        .tuple(
          almost.map((item) => JSON.stringify(item)),
          fc.nat(),
          fc.string({ maxLength: 2 }),
        )
        .map(
          ([json, at, noise]) => json.slice(0, at % json.length) + noise + json.slice((at % json.length) + 1),
        ),
    );
    const dispatcher = dispatcherOf(backend);
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.uint8Array()), async (payload) => {
        const answer = await dispatcher.dispatch(payload);
        if (answer === undefined) return;
        const parsed = JSON.parse(answer) as RpcAnswer | RpcAnswer[];
        if (Array.isArray(parsed)) assert.ok(parsed.length > 0);
        for (const message of Array.isArray(parsed) ? parsed : [parsed]) assertWellFormed(message);
      }),
      { numRuns: 3000, ...seed },
    );
  });

  it('survives nesting that no parser should follow', async () => {
    for (const id of ['1', '1.5']) {
      const deep = `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
      assertWellFormed(JSON.parse((await send(deep))!) as RpcAnswer);
    }
  });
});

function assertWellFormed(message: RpcAnswer): void {
  assert.equal(message.jsonrpc, '2.0');
  assert.ok(message.id === null || typeof message.id === 'string' || typeof message.id === 'number');
  assert.equal('result' in message, !('error' in message));
  const keys = Object.keys(message).sort();
  assert.deepEqual(keys, 'error' in message ? ['error', 'id', 'jsonrpc'] : ['id', 'jsonrpc', 'result']);
  if (message.error === undefined) return;
  assert.ok(Number.isInteger(message.error.code));
  assert.equal(typeof message.error.message, 'string');
  assert.notEqual(message.error.code, -32603);
}
