/** Files that a scenario names: read, and put in their place, so that what comes out says all by itself. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parseEdgeFile } from '../topology/edge-list.ts';
import { parseRegionData, REGION_DATA_NAMES } from '../topology/region-data.ts';
import { parseTrace } from '../workload/trace.ts';
import { nearest } from './nearest.ts';
import { isMapping } from './parse.ts';
import type { Mapping } from './parse.ts';

export interface FileProblem {
  path: string[];
  message: string;
}

/** What a field that may name a file becomes, with the section around it. */
interface FileField {
  path: readonly string[];
  /** Words that are no paths. */
  words: readonly string[];
  /** @throws {RangeError} with the file, the line and what is wrong. */
  read: (text: string, file: string, section: Mapping) => Mapping;
}

const FILE_FIELDS: readonly FileField[] = [
  {
    path: ['topology', 'edges'],
    words: [],
    read: (text, file) => ({ edges: parseEdgeFile(text, file) }),
  },
  {
    path: ['links', 'regions', 'matrix'],
    words: REGION_DATA_NAMES,
    read: (text, file, { shares, nodeTypes }) => {
      const data = parseRegionData(text, file);
      const ownTypes = data.nodeTypes.length > 0 ? data.nodeTypes : 'none';
      return {
        matrix: data.latencyMs,
        shares: shares ?? data.shares,
        nodeTypes: nodeTypes === undefined || nodeTypes === 'data' ? ownTypes : nodeTypes,
      };
    },
  },
  {
    path: ['workload', 'trace'],
    words: [],
    read: (text, file) => {
      const trace = parseTrace(text, file);
      return { trace, senders: 1 + trace.reduce((most, [, , sender]) => Math.max(most, sender), 0) };
    },
  },
];

/** The data with every file read; the data itself stays as it is. Paths are relative to `folder`. */
export function inlineFiles(data: Mapping, folder: string): { data: Mapping; problems: FileProblem[] } {
  const problems: FileProblem[] = [];
  const inlined = FILE_FIELDS.reduce((current, { path, words, read }) => {
    const name = path.at(-1)!;
    const section = sectionAt(current, path.slice(0, -1));
    const written = section?.[name];
    if (section === undefined || typeof written !== 'string' || words.includes(written)) return current;
    try {
      return replaceAt(current, path.slice(0, -1), {
        ...section,
        ...read(textOf(written, folder, words), written, section),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push({ path: [...path], message: error.message });
      return current;
    }
  }, data);
  return { data: inlined, problems };
}

function textOf(file: string, folder: string, words: readonly string[]): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    const near = nearest(file, words);
    const hint = near === undefined ? 'the path counts from the scenario file' : `did you mean "${near}"?`;
    const what = words.length > 0 ? `it is none of ${words.join(', ')}, and the file` : 'the file';
    const { code, message } = error as NodeJS.ErrnoException;
    throw new RangeError(
      `${what} ${file} ${code === 'ENOENT' ? 'is not there' : `cannot be read (${message})`}; ${hint}`,
      {
        cause: error,
      },
    );
  }
}

function sectionAt(data: Mapping, path: readonly string[]): Mapping | undefined {
  let section: unknown = data;
  for (const name of path) section = isMapping(section) ? section[name] : undefined;
  return isMapping(section) ? section : undefined;
}

function replaceAt(data: Mapping, [name, ...rest]: readonly string[], section: Mapping): Mapping {
  if (name === undefined) return section;
  return { ...data, [name]: replaceAt((data[name] ?? {}) as Mapping, rest, section) };
}
