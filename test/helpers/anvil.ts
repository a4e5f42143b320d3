/** A real anvil process on loopback, for tests of a chain behind the node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Anvil {
  /** http:// */
  url: string;
  /** ws:// */
  wsUrl: string;
  port: number;
  /** @throws {Error} with the message of an error that is answered. */
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Ends the process: SIGTERM lets it write its state, SIGKILL does not. Safe to call twice. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The binary itself: the package's command is a script around it, which does not take it along when it is killed. */
function anvilPath(): string {
  const { resolve } = createRequire(import.meta.url);
  const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const binary = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  return join(dirname(resolve(`${name}/package.json`)), 'bin', binary);
}

/** Resolves when it listens, on a free port unless `args` say otherwise. */
export async function startAnvil(...args: string[]): Promise<Anvil> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = spawn(anvilPath(), [...port, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /Listening on (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code} before it listened`)));
  });
  const url = `http://${address}`;
  let id = 0;
  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  return { url, wsUrl: `ws://${address}`, port: Number(new URL(url).port), rpc, stop };
}
