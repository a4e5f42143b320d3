import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { createVerifier } from '../../../src/transaction/create-verifier.ts';
import type { DecodedTransaction } from '../../../src/transaction/transaction.ts';
import { createWorkerVerifier } from '../../../src/transaction/worker-verifier.ts';
import {
  expectedSenders,
  senders,
  transactions,
  verifierCompliance,
  verifierOrderCompliance,
} from '../../unit/transaction/verifier-compliance.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const hostileWorker = new URL('./hostile-worker.ts', import.meta.url);

function deadly([first]: DecodedTransaction[]): DecodedTransaction {
  return { ...first!, signingHash: new Uint8Array(32) };
}

describe('createWorkerVerifier', () => {
  for (const signaturesPerJob of [4, 64]) {
    describe(`of one thread and jobs of ${signaturesPerJob}`, () => {
      for (const compliance of [verifierCompliance, verifierOrderCompliance])
        compliance((options) => createWorkerVerifier({ ...options, threads: 1, signaturesPerJob }));
    });
  }
  describe('of two threads and small jobs', () =>
    verifierCompliance((options) => createWorkerVerifier({ ...options, threads: 2, signaturesPerJob: 4 })));

  it('takes its defaults for options given as undefined', async () => {
    const verifier = await createWorkerVerifier({ threads: undefined, maxQueued: undefined });
    try {
      const batch = transactions(3);
      assert.deepEqual(senders(await verifier.verify(batch)), expectedSenders(batch));
    } finally {
      await verifier.stop();
    }
  });

  it('fails the batch of a thread that died with the cause, and replaces the thread', async () => {
    const verifier = await createWorkerVerifier({ threads: 1, workerEntry: hostileWorker });
    try {
      const batch = transactions(3);
      for (let round = 0; round < 2; round++) {
        await assert.rejects(verifier.verify([deadly(batch)]), (error: Error) => {
          assert.equal(error.message, 'a signature verifier thread died with exit code 1');
          assert.equal((error.cause as Error).message, 'killed by its batch');
          return true;
        });
        assert.equal(verifier.queued, 0);
        assert.deepEqual(senders(await verifier.verify(batch)), expectedSenders(batch));
      }
    } finally {
      await verifier.stop();
    }
  });

  it('keeps what other threads do when one dies', async () => {
    const verifier = await createWorkerVerifier({ threads: 2, workerEntry: hostileWorker });
    try {
      const batch = transactions(60);
      const [dead, alive] = await Promise.allSettled([
        verifier.verify([deadly(batch)]),
        verifier.verify(batch),
      ]);
      assert.equal(dead.status, 'rejected');
      assert.ok(alive.status === 'fulfilled');
      assert.deepEqual(senders(alive.value), expectedSenders(batch));
    } finally {
      await verifier.stop();
    }
  });

  it('rejects when a thread cannot start', async () => {
    const workerEntry = new URL('data:text/javascript,throw new Error("no such luck")');
    await assert.rejects(createWorkerVerifier({ threads: 2, workerEntry }), (error: Error) => {
      assert.match(error.message, /^a signature verifier thread died/);
      assert.equal((error.cause as Error).message, 'no such luck');
      return true;
    });
  });

  it('says so when every thread died and none could be replaced', async () => {
    // Starts once; the marker it leaves behind stops its replacement.
    const folder = mkdtempSync(join(tmpdir(), 'txgossip-'));
    const workerEntry = pathToFileURL(join(folder, 'once.mjs'));
    writeFileSync(
      workerEntry,
      `import { writeFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      writeFileSync(new URL('./started', import.meta.url), '', { flag: 'wx' });
      parentPort.on('message', () => process.exit(3));
      parentPort.postMessage('ready');`,
    );
    const verifier = await createWorkerVerifier({ threads: 1, workerEntry });
    try {
      const batch = transactions(1);
      await assert.rejects(verifier.verify(batch), /died with exit code 3$/);
      // Its replacement is given this one before it is known to be doomed.
      await assert.rejects(verifier.verify(batch), /died with exit code 1$/);
      await assert.rejects(verifier.verify(batch), /every signature verifier thread has died/);
    } finally {
      await verifier.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('works when built to JavaScript', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'txgossip-'));
    try {
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      const sources = readdirSync(join(root, 'src/transaction')).map((name) => `transaction/${name}`);
      for (const source of ['bytes.ts', ...sources]) {
        const built = join(folder, source.replace(/\.ts$/, '.js'));
        mkdirSync(dirname(built), { recursive: true });
        writeFileSync(built, transpile(readFileSync(join(root, 'src', source), 'utf8')));
      }
      const entry = pathToFileURL(join(folder, 'transaction/create-verifier.js')).href;
      const module = (await import(entry)) as { createVerifier: typeof createVerifier };
      const verifier = await module.createVerifier({ backend: 'workers', threads: 1 });
      const batch = transactions(2);
      assert.deepEqual(senders(await verifier.verify(batch)), expectedSenders(batch));
      await verifier.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function transpile(source: string): string {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.build.json'), ts.sys.readFile.bind(ts.sys)).config,
    ts.sys,
    root,
  );
  return ts.transpileModule(source, { compilerOptions: { ...options, module: ts.ModuleKind.ESNext } })
    .outputText;
}

describe('createVerifier', () => {
  for (const backend of ['inline', 'workers', undefined] as const) {
    it(`makes one of ${backend ?? 'the default backend'}`, async () => {
      const verifier = await createVerifier({ ...(backend && { backend }), threads: 1, maxQueued: 3 });
      const batch = transactions(4);
      assert.equal(senders(await verifier.verify(batch)), 'busy');
      assert.deepEqual(senders(await verifier.verify(batch.slice(1))), expectedSenders(batch.slice(1)));
      await verifier.stop();
    });
  }
});
