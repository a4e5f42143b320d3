/**
 * Who dials whom. Each edge is kept up by one of its ends, which has the other as a static peer (src/peers): it dials
 * when it comes up and dials again, ever more rarely, when the connection is lost. That end is the first of the edge;
 * of an edge to a late joiner it is the later of the two, for nobody knows of a node that is not there yet.
 */
import { neighboursOf } from '../topology/connectivity.ts';
import type { Edge } from './network.ts';

export class DialPlan {
  /** Those dialled at the start. */
  readonly edges: readonly Edge[];
  readonly #discovered: boolean;
  readonly #neighbours: readonly (readonly number[])[];
  readonly #dials: number[][];
  readonly #joined: boolean[];

  /** `discovered`: nodes find each other themselves, nobody is told to dial, and any two may be connected. */
  constructor(
    nodes: number,
    edges: readonly Edge[],
    joinsLate: (node: number) => boolean,
    { discovered = false } = {},
  ) {
    this.#discovered = discovered;
    this.#neighbours = neighboursOf(nodes, edges);
    this.#joined = Array.from({ length: nodes }, (_, node) => !joinsLate(node));
    this.#dials = Array.from({ length: nodes }, () => []);
    this.edges = edges.filter(([from, to]) => this.#joined[from]! && this.#joined[to]!);
    for (const [from, to] of this.edges) this.#dials[from]!.push(to);
  }

  /** Whom `node` dials whenever it comes up; nobody before it has joined. */
  of(node: number): readonly number[] {
    return this.#dials[node]!;
  }

  hasJoined(node: number): boolean {
    return this.#joined[node]!;
  }

  /** Whether the two may be connected, now or later. */
  isEdge(a: number, b: number): boolean {
    if (this.#discovered) return a !== b;
    return this.#neighbours[a]!.includes(b);
  }

  /** The late joiner is there from now on, and dials its neighbours that are. */
  join(node: number): void {
    if (this.#joined[node]!) return;
    this.#dials[node] = this.#neighbours[node]!.filter((other) => this.#joined[other]!);
    this.#joined[node] = true;
  }
}
