/**
 * Puts the clock and the dice of a simulation where libraries look for them: the timers, Date, performance.now,
 * Math.random, AbortSignal.timeout and the random part of globalThis.crypto.
 *
 * It changes the whole JavaScript realm, so a simulated network belongs in a process or worker of its own, and the
 * patch goes on before a node is made and comes off after the last has stopped. Promises and queueMicrotask are left
 * alone: they take no time.
 *
 * Dice: whoever calls Math.random is served from the stream of the node whose event runs (VirtualClock.owner), so a
 * node more or less in the network shifts nobody else's draws.
 */
import type { Random } from '../../../src/environment.ts';
import { bytes } from '../../random.ts';
import { VirtualTimer } from './virtual-timer.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface PatchOptions {
  clock: VirtualClock;
  /** The dice of a node by its owner index, OUTSIDE included; asked once each. */
  diceOf: (owner: number) => Random;
  /** What Date.now() says at clock time 0, in milliseconds since 1970. */
  epochMs?: number;
}

/** 2026-01-01T00:00:00Z: past every release this runs on, and the same in every run. */
const DEFAULT_EPOCH_MS = 1_767_225_600_000;

type Undo = () => void;

let patched = false;

/**
 * @returns what takes it all off again; safe to call twice.
 * @throws {Error} when a patch is on already.
 */
export function patchGlobals({ clock, diceOf, epochMs = DEFAULT_EPOCH_MS }: PatchOptions): () => void {
  if (patched) throw new Error('this process or worker is patched already: one simulation at a time');
  patched = true;
  const undo: Undo[] = [];
  const replace = (target: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: before?.enumerable ?? true,
    });
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, before);
    });
  };

  patchTimers(clock, replace);
  patchTime(clock, epochMs, replace);
  patchDice(clock, diceOf, replace);

  return () => {
    if (undo.length === 0) return;
    for (const step of undo.reverse()) step();
    undo.length = 0;
    patched = false;
  };
}

type Replace = (target: object, name: string, value: unknown) => void;

function patchTimers(clock: VirtualClock, replace: Replace): void {
  const realClear = { timeout: clearTimeout, interval: clearInterval, immediate: clearImmediate };
  type Work = (...args: unknown[]) => void;
  const timeout = (work: Work, delayMs?: number, ...args: unknown[]): VirtualTimer =>
    new VirtualTimer(clock, work, args, delayMs, false);
  replace(globalThis, 'setTimeout', timeout);
  replace(globalThis, 'setInterval', (work: Work, delayMs?: number, ...args: unknown[]) => {
    return new VirtualTimer(clock, work, args, delayMs, true);
  });
  replace(
    globalThis,
    'setImmediate',
    (work: Work, ...args: unknown[]) => new VirtualTimer(clock, work, args, 'now', false),
  );
  // A timer set before the patch went on is cleared where it came from.
  const clear =
    (real: (timer: never) => void) =>
    (timer: unknown): void => {
      if (timer instanceof VirtualTimer) timer.close();
      else if (!VirtualTimer.clearById(timer)) real(timer as never);
    };
  replace(globalThis, 'clearTimeout', clear(realClear.timeout));
  replace(globalThis, 'clearInterval', clear(realClear.interval));
  replace(globalThis, 'clearImmediate', clear(realClear.immediate));
  replace(AbortSignal, 'timeout', (delayMs: number): AbortSignal => {
    const controller = new AbortController();
    clock.after(delayMs, () =>
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    );
    return controller.signal;
  });
}

function patchTime(clock: VirtualClock, epochMs: number, replace: Replace): void {
  const RealDate = Date;
  const now = (): number => Math.floor(epochMs + clock.nowMs());
  // A function and not a subclass: Date() without `new` must work, and instances must be plain dates.
  function VirtualDate(this: unknown, ...args: unknown[]): unknown {
    const constructor: unknown = new.target;
    if (constructor === undefined) return new RealDate(now()).toString();
    return Reflect.construct(
      RealDate,
      args.length === 0 ? [now()] : args,
      new.target === VirtualDate ? RealDate : new.target,
    );
  }
  Object.defineProperties(VirtualDate, {
    length: { value: 7 },
    name: { value: 'Date' },
    prototype: { value: RealDate.prototype },
    now: { value: now, writable: true, configurable: true },
    parse: { value: RealDate.parse, writable: true, configurable: true },
    UTC: { value: RealDate.UTC, writable: true, configurable: true },
  });
  replace(globalThis, 'Date', VirtualDate);
  // For whoever kept a reference to the real constructor.
  replace(RealDate, 'now', now);
  replace(performance, 'now', () => clock.nowMs());
}

function patchDice(clock: VirtualClock, diceOf: (owner: number) => Random, replace: Replace): void {
  const dice = new Map<number, Random>();
  const mine = (): Random => {
    let random = dice.get(clock.owner);
    if (random === undefined) dice.set(clock.owner, (random = diceOf(clock.owner)));
    return random;
  };
  replace(Math, 'random', () => mine().next());
  replace(crypto, 'getRandomValues', <T extends NodeJS.TypedArray>(target: T): T => {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes(mine(), target.byteLength));
    return target;
  });
  replace(crypto, 'randomUUID', (): string => {
    const raw = bytes(mine(), 16);
    raw[6] = (raw[6]! & 0x0f) | 0x40;
    raw[8] = (raw[8]! & 0x3f) | 0x80;
    const hex = Buffer.from(raw).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  });
}
