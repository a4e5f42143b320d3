/** A real anvil process on loopback, for tests of a chain behind the node. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './poll.ts';

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

/** For a node on it: a machine that is busy is no failure of the upstream. What must be below what comes along. */
export const PATIENT_UPSTREAM = {
  'upstream.timeout': 20_000,
  'upstream.patience': 20_000,
  'validation.maxage': 25_000,
  'gossip.heartbeat': 200,
  'gossip.history': 150,
};

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The binary itself: the package's command is a script around it, which does not take it along when it is killed. */
function anvilPath(): string {
  const { resolve } = createRequire(import.meta.url);
  const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const binary = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  return join(dirname(resolve(`${name}/package.json`)), 'bin', binary);
}

class PortTaken extends Error {}

/** @throws {PortTaken} when somebody else listens there. */
async function listening(args: readonly string[]): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(anvilPath(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /Listening on (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const reason = `anvil ended with ${code} before it listened: ${complaints}`;
      reject(complaints.includes('Address already in use') ? new PortTaken(reason) : new Error(reason));
    });
  });
  return { child, address };
}

/**
 * Resolves when it listens, on a free port unless `args` say otherwise. A port of before is tried for a while:
 * somebody's outgoing connection may have it for the moment.
 */
export async function startAnvil(...args: string[]): Promise<Anvil> {
  const { child, address } = args.includes('--port')
    ? await eventually('the port to be free', () =>
        listening(args).catch((error: unknown) => {
          if (error instanceof PortTaken) return undefined;
          throw error;
        }),
      )
    : await listening(['--port', '0', ...args]);
  const exited = once(child, 'exit');
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
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
