/**
 * Keeps simulated nodes off the real world. While a node's event runs, whatever would make a run depend on the machine
 * is refused (or, to find out what there is, only recorded): the real clock, real dice, the network, and real timers
 * taken from node:timers behind the patch.
 *
 * Optionally it also watches Node's own book of asynchronous work: anything really asynchronous that a node's code
 * starts (a file, a thread-pool job, a socket) and that was not announced by VirtualClock.hold would end at a moment
 * of the machine's choosing. Watching costs time; it is for tests.
 */
import { createHook } from 'node:async_hooks';
import { createRequire, syncBuiltinESMExports } from 'node:module';

import { OUTSIDE } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Violation {
  /** Dotted name, such as `node:net.connect`. */
  what: string;
  owner: number;
  atMs: number;
  stack: string;
}

export interface GuardOptions {
  clock: VirtualClock;
  /** `throw`: the call fails with SimulationBreach. `record`: it goes through, and stands in `violations`. */
  mode: 'throw' | 'record';
  /** Also record asynchronous work by its kind in async_hooks. It cannot be refused there, only recorded. */
  watchAsyncWork?: boolean;
}

export interface Guard {
  readonly violations: readonly Violation[];
  /** Takes the guard off again; safe to call twice. */
  remove(): void;
}

export class SimulationBreach extends Error {
  override name = 'SimulationBreach';

  constructor({ what, owner, atMs }: Pick<Violation, 'what' | 'owner' | 'atMs'>) {
    super(
      `simulated node ${owner} reached for ${what} at ${atMs} ms: take the clock and the dice it was given, or VirtualClock.hold`,
    );
  }
}

/** Functions of Node's modules that no simulated node may reach. */
const FORBIDDEN: Record<string, readonly string[]> = {
  'node:crypto': [
    'randomBytes',
    'randomFill',
    'randomFillSync',
    'randomInt',
    'randomUUID',
    'generateKeyPair',
    'generateKeyPairSync',
    'generateKey',
    'generateKeySync',
    'pseudoRandomBytes',
  ],
  'node:timers': ['setTimeout', 'setInterval', 'setImmediate'],
  'node:timers/promises': ['setTimeout', 'setInterval', 'setImmediate'],
  'node:net': ['connect', 'createConnection', 'createServer'],
  'node:tls': ['connect', 'createServer'],
  'node:dgram': ['createSocket'],
  'node:dns': ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveTxt', 'reverse'],
  'node:dns/promises': ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveTxt', 'reverse'],
  'node:http': ['request', 'get', 'createServer'],
  'node:https': ['request', 'get', 'createServer'],
  'node:http2': ['connect', 'createServer', 'createSecureServer'],
};

/** Kinds of async_hooks that take no real time: promises, nextTick, and the clock's own turns. */
const HARMLESS_KINDS = new Set([
  'PROMISE',
  'TickObject',
  'Microtask',
  'Immediate',
  'AsyncResource',
  'AsyncGenerator',
]);

let guarded = false;

/** @throws {Error} when a guard is up already. */
export function guardRealWorld({ clock, mode, watchAsyncWork = false }: GuardOptions): Guard {
  if (guarded) throw new Error('a guard is up already in this process or worker');
  guarded = true;
  const violations: Violation[] = [];
  const undo: (() => void)[] = [];

  /** Nothing, while no node's code runs: the experiment around it may do what it likes. */
  const note = (what: string): void => {
    if (clock.owner === OUTSIDE) return;
    const found = { what, owner: clock.owner, atMs: clock.nowMs() };
    const breach = new SimulationBreach(found);
    violations.push({ ...found, stack: breach.stack ?? '' });
    if (mode === 'throw') throw breach;
  };

  const watch = (target: object, name: string, label: string): void => {
    const descriptor = Object.getOwnPropertyDescriptor(target, name);
    const real: unknown = Reflect.get(target, name);
    if (typeof real !== 'function') return;
    const watched = function (this: unknown, ...args: unknown[]): unknown {
      note(label);
      const constructor: unknown = new.target;
      return constructor === undefined ? Reflect.apply(real, this, args) : Reflect.construct(real, args);
    };
    // hrtime.bigint, the promisified forms and the like hang on the functions themselves.
    Object.setPrototypeOf(watched, real);
    Object.defineProperty(watched, 'prototype', { value: real.prototype });
    Object.defineProperty(target, name, {
      value: watched,
      writable: true,
      configurable: true,
      enumerable: true,
    });
    undo.push(() => {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    });
  };

  const require = createRequire(import.meta.url);
  for (const [module, names] of Object.entries(FORBIDDEN)) {
    const exported = require(module) as object;
    for (const name of names) watch(exported, name, `${module}.${name}`);
  }
  const net = require('node:net') as typeof import('node:net');
  watch(net.Socket.prototype, 'connect', 'node:net.Socket.connect');
  watch(net.Server.prototype, 'listen', 'node:net.Server.listen');
  watch(process.hrtime, 'bigint', 'process.hrtime.bigint');
  watch(process, 'hrtime', 'process.hrtime');
  watch(globalThis, 'fetch', 'fetch');
  watch(globalThis, 'WebSocket', 'WebSocket');
  watch(crypto.subtle, 'generateKey', 'crypto.subtle.generateKey');
  syncBuiltinESMExports();

  const hook = watchAsyncWork
    ? createHook({
        init: (_id, kind) => {
          if (clock.owner === OUTSIDE || HARMLESS_KINDS.has(kind)) return;
          violations.push({
            what: `async work: ${kind}`,
            owner: clock.owner,
            atMs: clock.nowMs(),
            stack: new Error().stack ?? '',
          });
        },
      }).enable()
    : undefined;

  return {
    violations,
    remove(): void {
      if (undo.length === 0) return;
      hook?.disable();
      for (const step of undo.reverse()) step();
      undo.length = 0;
      syncBuiltinESMExports();
      guarded = false;
    },
  };
}
