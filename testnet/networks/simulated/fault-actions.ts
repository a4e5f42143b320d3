/** Carries out on a simulation what breaks and mends. */
import type { FaultAction, LinkChange, LinkPair } from '../../faults/fault.ts';
import { linkState, type LinkModel, type LinkState } from '../../topology/link-model.ts';
import type { DialPlan } from '../dial-plan.ts';
import { missedLinks, missedNode } from '../missed.ts';
import { conditionsOf } from '../scenario-links.ts';
import type { SimulatedMember } from './simulated-member.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

export interface FaultScene {
  physical: SimulatedNetwork;
  links: LinkModel;
  members: readonly SimulatedMember[];
  dials: DialPlan;
  /** Brings a node up and lets it dial; resolves when it is up. */
  bringUp(node: number): Promise<void>;
  /** Lets it say goodbye; resolves when it has ended. */
  bringDown(node: number): Promise<void>;
}

export class FaultActions {
  readonly #scene: FaultScene;
  /** What the links that were changed are like now, by `<from>><to>`. */
  readonly #changed = new Map<string, LinkState>();

  constructor(scene: FaultScene) {
    this.#scene = scene;
  }

  /** @returns null, or why it hit nobody: then nothing was changed. */
  async inflict(action: FaultAction): Promise<string | null> {
    if ('links' in action) return this.#onLinks(action);
    const { members, dials, bringUp, bringDown } = this.#scene;
    const { node } = action;
    const member = members[node]!;
    const missed = missedNode(action, {
      hasJoined: dials.hasJoined(node),
      isUp: member.up,
      isFrozen: member.host.frozen,
      slowness: member.costsNothing ? null : member.host.processor.slowness,
    });
    if (missed !== null) return missed;
    switch (action.kind) {
      case 'kill':
        member.kill('crash');
        break;
      case 'stop':
        // A process that stands still would never say it.
        member.host.thaw();
        await bringDown(node);
        break;
      case 'restart':
        member.restart(action.disk);
        await bringUp(node);
        break;
      case 'join':
        dials.join(node);
        await bringUp(node);
        break;
      case 'freeze':
        member.host.freeze();
        break;
      case 'thaw':
        member.host.thaw();
        break;
      case 'slow':
        member.host.slowDown(action.factor);
        break;
    }
    return null;
  }

  #onLinks(action: Extract<FaultAction, { links: readonly LinkPair[] }>): string | null {
    const work = this.#work(action);
    let hit = false;
    for (const [a, b] of action.links) {
      if (!this.#scene.dials.isEdge(a, b)) continue;
      for (const changed of [work(a, b), work(b, a)]) hit ||= changed;
    }
    return hit ? null : missedLinks(action);
  }

  /** On one direction; says whether it changed anything. */
  #work(action: Extract<FaultAction, { links: readonly LinkPair[] }>): (from: number, to: number) => boolean {
    const { physical } = this.#scene;
    switch (action.kind) {
      case 'cut':
        return (from, to) => {
          const whole = !physical.isCut(from, to);
          if (whole) physical.cut(from, to);
          return whole;
        };
      case 'heal':
        return (from, to) => {
          const cut = physical.isCut(from, to);
          if (cut) physical.heal(from, to);
          return cut;
        };
      case 'change':
        return (from, to) => this.#change(from, to, action.change);
      case 'restore':
        return (from, to) => this.#restore(from, to);
    }
  }

  #change(from: number, to: number, { latencyMs, jitterMs, bandwidthMbps, lossRate }: LinkChange): boolean {
    const { physical, links } = this.#scene;
    const before = this.#changed.get(`${from}>${to}`) ?? linkState(from, to, links);
    const state = {
      latencyMs: latencyMs ?? before.latencyMs,
      jitterMs: jitterMs ?? before.jitterMs,
      bandwidthMbps: bandwidthMbps === undefined ? before.bandwidthMbps : bandwidthMbps,
      lossRate: lossRate ?? before.lossRate,
    };
    const fields = ['latencyMs', 'jitterMs', 'bandwidthMbps', 'lossRate'] as const;
    if (fields.every((field) => state[field] === before[field])) return false;
    this.#changed.set(`${from}>${to}`, state);
    physical.setConditions(from, to, conditionsOf(from, to, links, state));
    return true;
  }

  #restore(from: number, to: number): boolean {
    const { physical, links } = this.#scene;
    if (!this.#changed.delete(`${from}>${to}`)) return false;
    physical.setConditions(from, to, conditionsOf(from, to, links));
    return true;
  }
}
