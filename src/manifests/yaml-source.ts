import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { SpecFault } from '../systems/orchestrator/specs/fault.ts';
import type { ManifestFault } from './manifest-fault.ts';

/** A document of a file that is good YAML. */
export interface SourceDocument {
  readonly root: Node;
  readonly document: Document;
}

const mostBytes = 4 * 2 ** 20;

/** A file of YAML documents, its places and the faults found so far. */
export class YamlSource {
  readonly file: string;
  readonly faults: ManifestFault[] = [];
  /** Where lines begin. The parser's own counter misses those within what it cannot make sense of. */
  private readonly starts: readonly number[];
  readonly documents: readonly SourceDocument[];

  constructor(file: string, text: string) {
    this.file = file;
    this.starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
    this.documents = this.parse(text);
  }

  private parse(text: string): SourceDocument[] {
    if (text.length > mostBytes) {
      this.addAt(0, '', 'the file is too large', `at most ${mostBytes} letters`);
      return [];
    }
    const documents: SourceDocument[] = [];
    for (const document of this.parseAll(text)) {
      // Most of what follows a first slip follows from it.
      for (const { code, message, pos } of [...document.errors, ...document.warnings].slice(0, 3)) {
        this.addAt(pos[0], '', message, syntaxHints[code] ?? '');
      }
      const root = document.contents;
      const empty = root === null || (isScalar(root) && root.value === null && !root.source);
      if (!empty && document.errors.length === 0) documents.push({ root, document });
    }
    return documents;
  }

  private parseAll(text: string): readonly Document[] {
    try {
      const options = { prettyErrors: false, logLevel: 'silent' } as const;
      return parseAllDocuments(text, options) as readonly Document[];
    } catch (error) {
      // The parser calls itself for what is nested.
      if (!(error instanceof RangeError)) throw error;
      this.addAt(0, '', 'it is nested too deep', '');
      return [];
    }
  }

  /** A fault of a specification at the place of its field. */
  place(document: SourceDocument, { field, what, right }: SpecFault): ManifestFault {
    const offset = locate(document, field).range?.[0] ?? 0;
    return { file: this.file, ...this.placeOf(offset), field, what, right };
  }

  private placeOf(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    for (let high = this.starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.starts[low]! + 1 };
  }

  /** Notes a fault at an offset of the text. */
  addAt(offset: number, field: string, what: string, right: string): void {
    this.faults.push({ file: this.file, ...this.placeOf(offset), field, what, right });
  }

  /** Notes a fault at a node. */
  add(node: Node, field: string, what: string, right: string): void {
    this.addAt(node.range?.[0] ?? 0, field, what, right);
  }
}

const syntaxHints: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'each field once',
  BAD_INDENT: 'fields of one map stand in one column',
  TAB_AS_INDENT: 'spaces in place of tabs',
  RESOURCE_EXHAUSTION: 'less nesting',
  MISSING_CHAR: 'quotes, brackets and braces closed',
  TAG_RESOLVE_FAILED: 'no tag',
};

/** What an alias stands for; any other node is itself, and so is an alias that stands for nothing. */
export function resolved(node: unknown, document: Document): Node | undefined {
  return (isAlias(node) ? (node.resolve(document) ?? node) : node) as Node | undefined;
}

/**
 * The value of a pair. Where none is written (`{ image }`) it is an empty one in the place of its name.
 */
export function pairValue({ key, value }: Pair, document: Document): Node {
  const node = resolved(value, document);
  if (node !== undefined && node !== null) return node;
  const empty = new Scalar<null>(null);
  empty.range = (key as Node).range ?? null;
  return empty;
}

/** What a scalar says: its text as it stands in the file when it is a plain one. */
export function scalarText(scalar: Scalar): string {
  return scalar.type === 'PLAIN' ? (scalar.source ?? '') : String(scalar.value);
}

/**
 * The node of a field, for example `spec.ports[1].hostPort`, or of the nearest one around it. In a
 * list a name stands for the item that has it as its `name`.
 */
export function locate({ root, document }: SourceDocument, field: string): Node {
  let node = root;
  let rest = field;
  while (rest !== '') {
    const step = descend(node, document, rest);
    if (step === undefined) return node;
    node = step.node;
    rest = step.rest;
  }
  return node;
}

interface Descent {
  readonly node: Node;
  readonly rest: string;
}

function descend(node: Node, document: Document, field: string): Descent | undefined {
  const [indexed, digits] = /^\[(\d+)\]\.?/.exec(field) ?? [];
  if (isSeq(node)) {
    const items = node.items.map((item) => resolved(item, document));
    if (indexed !== undefined) {
      const item = items[Number(digits)];
      return item === undefined ? undefined : { node: item, rest: field.slice(indexed.length) };
    }
    const named = items.find((item) => isMap(item) && item.get('name') === field);
    if (named !== undefined) return { node: named, rest: '' };
    return items.length === 1 && items[0] ? { node: items[0], rest: '' } : undefined;
  }
  return isMap(node) ? descendMap(node, document, field) : undefined;
}

/** A key may hold dots: the longest that fits is meant. */
function descendMap(map: YAMLMap, document: Document, field: string): Descent | undefined {
  let best: Descent | undefined;
  for (const pair of map.items) {
    const { key } = pair;
    const name = isScalar(key) ? scalarText(key) : '';
    const after = field.slice(name.length);
    if (name === '' || !field.startsWith(name) || !/^$|^\.|^\[/.test(after)) continue;
    const node = pairValue(pair, document);
    const rest = after.replace(/^\./, '');
    if (best === undefined || rest.length < best.rest.length) best = { node, rest };
  }
  return best;
}
