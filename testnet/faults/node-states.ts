/** What the plan so far has made of each node. */

type NodeState = 'up' | 'down' | 'absent';

interface Spell {
  why: 'away' | 'frozen' | 'slow';
  fromMs: number;
  untilMs: number;
}

interface Node {
  state: NodeState;
  /** The entry of the timeline it is down, frozen or slow by; null: it is not. */
  downBy: number | null;
  frozenBy: number | null;
  slowBy: number | null;
  /** Times something happens to it, for those who are to leave it alone then. The last for each reason may be open. */
  spells: Spell[];
}

export class NodeStates {
  readonly #nodes: Node[];

  constructor(count: number) {
    this.#nodes = Array.from({ length: count }, () => {
      return { state: 'up', downBy: null, frozenBy: null, slowBy: null, spells: [] };
    });
  }

  isUp(node: number): boolean {
    return this.#of(node).state === 'up';
  }

  /** Up and computing. */
  well(): Set<number> {
    return this.#where(({ state, frozenBy }) => state === 'up' && frozenBy === null);
  }

  absentUntil(node: number, atMs: number): void {
    const each = this.#of(node);
    each.state = 'absent';
    each.spells.push({ why: 'away', fromMs: -Infinity, untilMs: atMs });
  }

  join(node: number): void {
    this.#of(node).state = 'up';
  }

  /** A process that ends is no longer frozen or slow. */
  end(node: number, by: number, atMs: number): void {
    const each = this.#of(node);
    this.#close(each, 'frozen', atMs);
    this.#close(each, 'slow', atMs);
    Object.assign(each, { state: 'down', downBy: by, frozenBy: null, slowBy: null });
    this.#open(each, 'away', atMs);
  }

  restart(node: number, atMs: number): void {
    const each = this.#of(node);
    Object.assign(each, { state: 'up', downBy: null });
    this.#close(each, 'away', atMs);
  }

  freeze(node: number, by: number, atMs: number): void {
    const each = this.#of(node);
    each.frozenBy = by;
    this.#open(each, 'frozen', atMs);
  }

  thaw(node: number, atMs: number): void {
    const each = this.#of(node);
    each.frozenBy = null;
    this.#close(each, 'frozen', atMs);
  }

  slow(node: number, by: number, atMs: number): void {
    const each = this.#of(node);
    each.slowBy = by;
    this.#close(each, 'slow', atMs);
    this.#open(each, 'slow', atMs);
  }

  quicken(node: number, atMs: number): void {
    const each = this.#of(node);
    each.slowBy = null;
    this.#close(each, 'slow', atMs);
  }

  /** Nodes that are down by an entry of the timeline; `by` asks for those of one entry. */
  down(by?: number): Set<number> {
    return this.#where(({ downBy }) => downBy !== null && (by === undefined || downBy === by));
  }

  frozen(by?: number): Set<number> {
    return this.#where(({ frozenBy }) => frozenBy !== null && (by === undefined || frozenBy === by));
  }

  slowed(by: number): Set<number> {
    return this.#where(({ slowBy }) => slowBy === by);
  }

  /** Whether it is there and computes at full speed all the time between the two. */
  isFree(node: number, fromMs: number, untilMs: number): boolean {
    return this.#of(node).spells.every((spell) => spell.untilMs < fromMs || spell.fromMs > untilMs);
  }

  #of(node: number): Node {
    return this.#nodes[node]!;
  }

  #open(node: Node, why: Spell['why'], atMs: number): void {
    node.spells.push({ why, fromMs: atMs, untilMs: Infinity });
  }

  #close(node: Node, why: Spell['why'], atMs: number): void {
    const open = node.spells.findLast((spell) => spell.why === why && spell.untilMs === Infinity);
    if (open !== undefined) open.untilMs = atMs;
  }

  #where(test: (node: Node) => boolean): Set<number> {
    return new Set(this.#nodes.flatMap((node, index) => (test(node) ? [index] : [])));
  }
}
