/** Entry of the worker that runs cases, one after the other: a simulation patches the globals of its realm. */
import { parentPort } from 'node:worker_threads';

import type { FuzzCase } from './fuzz-case.ts';
import { runCase } from './run-case.ts';
import type { CaseResult } from './run-case.ts';

export type CaseReport = { result: CaseResult } | { error: Error };

parentPort!.on('message', (fuzzCase: FuzzCase) => {
  runCase(fuzzCase).then(
    (result) => parentPort!.postMessage({ result } satisfies CaseReport),
    (error: unknown) => parentPort!.postMessage({ error: error as Error } satisfies CaseReport),
  );
});
