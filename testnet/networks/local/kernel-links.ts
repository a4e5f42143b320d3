/** Links emulated by the kernel: asking whether it can, and having it do so (kernel-commands.ts). Needs root. */
import { spawn, spawnSync } from 'node:child_process';
import type { LinkState } from '../../topology/link-model.ts';
import {
  addressOf,
  MAX_KERNEL_NODES,
  netnsOf,
  setLink,
  setUp,
  tearDown,
  type Batch,
  type KernelPlan,
} from './kernel-commands.ts';

/** What each step of the probe finds out, in the words of who lacks it. */
const PROBES: readonly { needs: string; lines: (netns: string) => Batch[] }[] = [
  {
    needs:
      'network namespaces and the right to make them (root, or CAP_SYS_ADMIN and CAP_NET_ADMIN; CONFIG_NET_NS)',
    lines: (netns) => [{ tool: 'ip', netns: null, lines: [`netns add ${netns}`] }],
  },
  {
    needs: 'virtual Ethernet pairs and bridges (CONFIG_VETH, CONFIG_BRIDGE)',
    lines: (netns) => [
      {
        tool: 'ip',
        netns,
        lines: ['link add name eth0 type veth peer name eth1', 'link add name br0 type bridge'],
      },
    ],
  },
  {
    needs:
      'the htb and tbf queues and u32 filters (CONFIG_NET_SCH_HTB, CONFIG_NET_SCH_TBF, CONFIG_NET_CLS_U32)',
    lines: (netns) => [
      {
        tool: 'tc',
        netns,
        lines: [
          'qdisc add dev eth1 root tbf rate 1mbit burst 32kb latency 10s',
          'qdisc add dev eth0 root handle 1: htb default 1',
          'class add dev eth0 parent 1: classid 1:1 htb rate 1mbit',
          'filter add dev eth0 parent 1: protocol ip u32 match ip dst 198.18.0.1/32 flowid 1:1',
        ],
      },
    ],
  },
  {
    needs: 'the netem queue (CONFIG_NET_SCH_NETEM; as a module: modprobe sch_netem)',
    lines: (netns) => [
      { tool: 'tc', netns, lines: ['qdisc add dev eth0 parent 1:1 handle 10: netem delay 1ms loss 1%'] },
    ],
  },
];

/**
 * Tries everything once, in a namespace that is thrown away.
 * @returns what is missing and what was answered; null when the kernel can do it all.
 */
export async function missingForKernelLinks(): Promise<string | null> {
  const netns = `txgossip-probe-${process.pid}`;
  try {
    for (const { needs, lines } of PROBES) {
      try {
        for (const batch of lines(netns)) await run(batch);
      } catch (error) {
        return `${needs}: ${(error as Error).message}`;
      }
    }
    return null;
  } finally {
    await run({ tool: 'ip', netns: null, lines: [`netns delete ${netns}`] }).catch(() => undefined);
  }
}

export class KernelLinks {
  readonly #plan: KernelPlan;

  private constructor(plan: KernelPlan) {
    this.#plan = plan;
  }

  /** @throws {Error} saying what the machine lacks and what to do; then nothing is left behind. */
  static async create(init: Omit<KernelPlan, 'id'>): Promise<KernelLinks> {
    if (init.nodes.length > MAX_KERNEL_NODES) {
      throw new RangeError(
        `links of the kernel are for ${MAX_KERNEL_NODES} nodes at most, not ${init.nodes.length}`,
      );
    }
    const missing = await missingForKernelLinks();
    if (missing !== null) {
      throw new Error(
        `this machine cannot emulate links in the kernel, it lacks ${missing}; leave out --links kernel: links shaped by the nodes themselves need neither`,
      );
    }
    const links = new KernelLinks({ ...init, id: process.pid });
    try {
      for (const batch of setUp(links.#plan)) await run(batch);
      return links;
    } catch (error) {
      await links.remove();
      throw error;
    }
  }

  addressOf(node: number): string {
    return addressOf(this.#plan.id, node);
  }

  /** What runs a program at the place of `node`. */
  within(node: number): string[] {
    return ['ip', 'netns', 'exec', netnsOf(this.#plan.id, node)];
  }

  /** One direction. Null: nothing passes. */
  async set(from: number, to: number, state: LinkState | null): Promise<void> {
    await run(setLink(this.#plan.id, from, to, state));
  }

  async remove(): Promise<void> {
    for (const { tool, netns, lines } of tearDown(this.#plan)) {
      // One by one: what was never made cannot be deleted, and keeps nothing from being deleted.
      for (const line of lines) await run({ tool, netns, lines: [line] }).catch(() => undefined);
    }
  }

  /** The same before it returns: for a process that is about to end. */
  removeNow(): void {
    for (const { tool, lines } of tearDown(this.#plan)) {
      for (const line of lines) spawnSync(tool, line.split(' '), { stdio: 'ignore' });
    }
  }
}

/** @throws {Error} with what the tool said last. */
function run({ tool, netns, lines }: Batch): Promise<void> {
  if (lines.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const place = netns === null ? [] : ['-n', netns];
    const child = spawn(tool, [...place, '-batch', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`there is no program "${tool}" (package iproute2)`) : error);
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(causeIn(said) || `${tool} ended with code ${code}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${lines.join('\n')}\n`);
  });
}

/** Its first line names the cause: `Error: Specified qdisc kind is unknown.` */
function causeIn(text: string): string {
  return text
    .trim()
    .split('\n')[0]!
    .replace(/^Error: |\.$/g, '');
}
