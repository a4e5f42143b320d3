/** The text of a scenario file -> plain data, with the place of everything in it. */
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { Document, YAMLError } from 'yaml';

import { ScenarioError } from './problem.ts';

export type Path = readonly PropertyKey[];
export type Mapping = Record<string, unknown>;

export interface ParsedScenario {
  /** As written: nothing filled in, nothing checked but that it is a mapping. */
  data: Mapping;
  /** `file:line:column` of the value at `path`, or of the nearest thing above it that was written down. */
  where(path: Path): string;
  /** `file:line:column` of the key itself in the mapping at `path`. */
  whereKey(path: Path, key: string): string;
}

/**
 * An empty file is an empty mapping: the default scenario. `file` is used in messages only.
 * @throws {ScenarioError} when the text is not YAML of one mapping.
 */
export function parseScenario(text: string, file: string): ParsedScenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };

  // A warning is a value read otherwise than its writer meant, such as `!= 0`, which YAML takes for a tag.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.map((fault) => {
      const { offset, message } = explainFault(fault, text);
      return { where: at(offset), path: '', message };
    });
    // One slip may be two faults to the parser.
    throw new ScenarioError(
      problems.filter(({ where }, index) => problems.findIndex((other) => other.where === where) === index),
    );
  }
  const data: unknown = toData(document, at(0));
  if (data !== null && !isMapping(data)) {
    throw new ScenarioError([
      { where: at(0), path: '', message: 'a scenario is a mapping, such as "nodes: {count: 10}"' },
    ]);
  }
  return {
    data: data ?? {},
    where: (path) => at(offsetOf(document, path)),
    whereKey: (path, key) => at(keyOffset(document, path, key) ?? offsetOf(document, path)),
  };
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toData(document: Document.Parsed, where: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that multiply beyond reason.
    throw new ScenarioError([{ where, path: '', message: (error as Error).message }]);
  }
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return undefined;
  for (const pair of map.items) {
    if (isPair(pair) && isNode(pair.key) && pair.key.toJS(document) === key) return pair.key.range?.[0];
  }
  return undefined;
}

function explainFault(fault: YAMLError, text: string): { offset: number; message: string } {
  const offset = fault.pos[0];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const bare = /^[^#]*?:\s+(?<comparison>[>!]=?\s*[-.\d].*?)\s*$/.exec(
    text.slice(lineStart).split('\n', 1)[0]!,
  );
  if (bare !== null) {
    const comparison = bare.groups!['comparison']!;
    return {
      offset: lineStart + bare[0].lastIndexOf(comparison),
      message: `a comparison that begins with > or ! must be quoted: "${comparison}"`,
    };
  }
  if (fault.code === 'DUPLICATE_KEY')
    return { offset, message: 'this key is written twice; keep one of them' };
  if (fault.code === 'TAB_AS_INDENT') return { offset, message: 'indent with spaces, not tabs' };
  return { offset, message: fault.message };
}
