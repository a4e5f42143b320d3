/**
 * Where a sweep keeps its results, each as it comes:
 *
 *   sweep.json        what was asked for: the points, their order and their scenarios
 *   points/<name>/    the run folder of each point that is done
 *   comparison.html   all of them side by side, when every point is done
 *
 * A run folder appears whole or not at all, so what is there is done: that is all a resumed sweep has to know.
 */
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Summary } from '../measure/summary.ts';
import type { ExpectationResult } from '../scenario/expect.ts';
import { writeWhole } from '../write-whole.ts';
import type { PointOrder, PointOutcome } from './order.ts';

/** A point as asked for: what is changed in it, beside the order to run it. */
export interface PlannedPoint extends PointOrder {
  /** Field of the scenario -> value at this point; the seed is not among them. */
  settings: Record<string, unknown>;
  seed: number;
}

export interface SweepPlan {
  name: string;
  description: string;
  points: PlannedPoint[];
}

export class SweepFolder {
  readonly path: string;
  readonly plan: SweepPlan;

  private constructor(path: string, plan: SweepPlan) {
    this.path = path;
    this.plan = plan;
  }

  /** @throws {Error} when there is something of that name already. */
  static async create(directory: string, plan: SweepPlan): Promise<SweepFolder> {
    const path = resolve(directory);
    if (await exists(path)) {
      throw new Error(`${path} is there already: choose another folder, or go on with it by --resume`);
    }
    await mkdir(join(path, 'points'), { recursive: true });
    await writeWhole(join(path, 'sweep.json'), `${JSON.stringify(plan, null, 2)}\n`);
    return new SweepFolder(path, plan);
  }

  /** @throws {Error} when it is no folder of a sweep, or, with `plan`, one of another sweep. */
  static async open(directory: string, plan?: SweepPlan): Promise<SweepFolder> {
    const path = resolve(directory);
    let text: string;
    try {
      text = await readFile(join(path, 'sweep.json'), 'utf8');
    } catch (error) {
      throw new Error(`${path} is not the folder of a sweep: it has no readable sweep.json`, {
        cause: error,
      });
    }
    const found = JSON.parse(text) as SweepPlan;
    if (plan !== undefined && fingerprint(found) !== fingerprint(plan)) {
      throw new Error(
        `${path} holds another sweep: its points are not those of this file; undo the change, or start anew in another folder`,
      );
    }
    return new SweepFolder(path, found);
  }

  directoryOf(point: string): string {
    return join(this.path, 'points', point);
  }

  async isDone(point: string): Promise<boolean> {
    return exists(join(this.directoryOf(point), 'summary.json'));
  }

  /** Of a point that is done, as its run folder says. */
  async outcomeOf(point: string): Promise<PointOutcome> {
    const read = async (file: string): Promise<unknown> =>
      JSON.parse(await readFile(join(this.directoryOf(point), file), 'utf8'));
    const { valid } = (await read('summary.json')) as Summary;
    const { expectations } = (await read('meta.json')) as { expectations: ExpectationResult[] };
    return { status: 'done', valid, held: expectations.every(({ held }) => held) };
  }

  /** Folders of the points that are done, in the order of the plan. */
  async done(): Promise<PlannedPoint[]> {
    const present = new Set(await readdir(join(this.path, 'points')));
    return this.plan.points.filter(({ name }) => present.has(name));
  }
}

function fingerprint({ points }: SweepPlan): string {
  return JSON.stringify(points.map(({ name, scenarioYaml, network }) => [name, scenarioYaml, network]));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    },
  );
}
