/** A network whose time passes only while it is slept on, for what runs beside it: no node behind it. */
import type { FaultAction } from '../../testnet/faults/fault.ts';
import type { Edge } from '../../testnet/networks/network.ts';

export class ManualTime {
  #nowMs: number;
  #sequence = 0;
  #timers: { atMs: number; order: number; call: () => void }[] = [];
  #sleeping = false;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  readonly clock = {
    nowMs: (): number => this.#nowMs,
    after: (delayMs: number, call: () => void) => {
      const timer = { atMs: this.#nowMs + delayMs, order: this.#sequence++, call };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    },
  };

  /** Time that passes by itself. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  /** One sleeper at a time, as on a virtual clock. */
  async sleepUntil(atMs: number): Promise<void> {
    if (this.#sleeping) throw new Error('two sleep at once');
    this.#sleeping = true;
    await new Promise(setImmediate);
    for (;;) {
      const next = this.#timers
        .filter((timer) => timer.atMs <= atMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
      // Lets what waited for it go on before time does.
      await new Promise(setImmediate);
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
    this.#sleeping = false;
  }
}

/** The same with nodes that can be broken. A restart takes `restartMs`, all else no time. */
export class BreakableNetwork extends ManualTime {
  readonly nodes: { index: number; peerId: string; rpcUrl: null; multiaddr: null }[];
  readonly down = new Set<number>();
  /** Pairs that are connected. */
  open: Edge[] = [];
  /** What was asked for, and when. */
  readonly inflicted: { atMs: number; action: FaultAction }[] = [];
  readonly #restartMs: number;

  constructor(nodes: number, { restartMs = 0, down = [] as number[] } = {}) {
    super(1000);
    this.nodes = Array.from({ length: nodes }, (_, index) => {
      return { index, peerId: `peer-${index}`, rpcUrl: null, multiaddr: null };
    });
    this.#restartMs = restartMs;
    for (const node of down) this.down.add(node);
  }

  isUp(node: number): boolean {
    return !this.down.has(node);
  }

  connections(): Promise<Edge[]> {
    return Promise.resolve(this.open);
  }

  async inflict(action: FaultAction): Promise<string | null> {
    this.inflicted.push({ atMs: this.clock.nowMs(), action });
    switch (action.kind) {
      case 'kill':
      case 'stop':
        if (this.down.has(action.node)) return `node ${action.node} is down`;
        this.down.add(action.node);
        return null;
      case 'restart':
      case 'join':
        await new Promise<void>((resolve) => this.clock.after(this.#restartMs, resolve));
        this.down.delete(action.node);
        return null;
      case 'change':
        throw new Error('this network has no links to change');
      default:
        return null;
    }
  }
}
