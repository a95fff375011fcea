import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { didYouMean } from '../record/near-names.ts';
import type { Quantity } from './quantities.ts';
import { pairValue, resolved, scalarText, type YamlSource } from './yaml-source.ts';

/**
 * A value of a manifest. Each way to read it gives the value, or notes a fault and gives undefined;
 * a manifest with faults is never applied, so whatever stands in for it is never seen.
 */
export class ManifestValue {
  readonly node: Node;
  readonly field: string;
  private readonly source: YamlSource;
  private readonly document: Document;

  constructor(source: YamlSource, document: Document, node: Node, field: string) {
    this.source = source;
    this.document = document;
    this.node = node;
    this.field = field;
  }

  wrong(what: string, right: string): undefined {
    this.source.add(this.node, this.field, what, right);
    return undefined;
  }

  get isText(): boolean {
    return isScalar(this.node) && typeof this.node.value === 'string';
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  private scalar(right: string): Scalar | undefined {
    if (!isScalar(this.node)) return this.wrong(`it is ${shape(this.node)}`, right);
    return this.node.value === null ? this.wrong('it is empty', right) : this.node;
  }

  text(): string | undefined {
    const scalar = this.scalar('a text');
    if (scalar === undefined || typeof scalar.value === 'string') return scalar?.value as string;
    return this.wrong(`it is ${shape(scalar)}`, `a text, in quotes: "${scalarText(scalar)}"`);
  }

  /** A text; a number, true or false is taken as it is written. */
  anyText(): string | undefined {
    const scalar = this.scalar('a text; "" for an empty one');
    return scalar === undefined ? undefined : scalarText(scalar);
  }

  flag(): boolean | undefined {
    const scalar = this.scalar('true or false');
    if (scalar === undefined || typeof scalar.value === 'boolean') return scalar?.value as boolean;
    return this.wrong(`it is ${shape(scalar)}`, 'true or false');
  }

  integer(): number | undefined {
    const scalar = this.scalar('a whole number');
    if (scalar === undefined) return undefined;
    // From the digits: the parser reads 010 as 10 and rounds above 2^53.
    const digits = scalarText(scalar);
    if (typeof scalar.value !== 'number')
      return this.wrong(`it is ${shape(scalar)}`, 'a whole number');
    if (!/^-?(0|[1-9]\d*)$/.test(digits)) {
      return this.wrong(`${digits} is no plain whole number`, 'decimal digits, no 0 in front');
    }
    const value = Number(digits);
    return Number.isSafeInteger(value)
      ? value
      : this.wrong(`${digits} is too large`, 'fewer digits');
  }

  quantity(parse: (given: string) => Quantity): number | undefined {
    const given = this.anyText();
    if (given === undefined) return undefined;
    const quantity = parse(given);
    if ('value' in quantity) return quantity.value;
    return this.wrong(`"${given}" cannot be read`, quantity.right);
  }

  oneOf<Word extends string>(words: readonly Word[]): Word | undefined {
    const given = this.text();
    if (given === undefined) return undefined;
    const found = words.find((word) => word === given);
    return found ?? this.wrong(`"${given}" is none of its values`, didYouMean(given, words));
  }

  /** The items that could be read. */
  list<T>(read: (item: ManifestValue) => T | undefined): T[] | undefined {
    if (!isSeq(this.node)) return this.wrong(`it is ${shape(this.node)}`, 'a list');
    const result: T[] = [];
    for (const [at, item] of this.node.items.entries()) {
      const node = resolved(item, this.document);
      const field = `${this.field}[${at}]`;
      if (node === undefined) this.source.add(this.node, field, 'it is missing', 'a value');
      else {
        const value = read(new ManifestValue(this.source, this.document, node, field));
        if (value !== undefined) result.push(value);
      }
    }
    return result;
  }

  /** A map of known fields; others are refused once `read` is through. */
  map<T>(read: (fields: MapReader) => T): T | undefined {
    if (!isMap(this.node)) return this.wrong(`it is ${shape(this.node)}`, 'a map of fields');
    const reader = new MapReader(this.source, this.document, this.node, this.field);
    const result = read(reader);
    reader.close();
    return result;
  }

  /** A map of names that the writer has chosen. */
  entries(): [string, ManifestValue][] | undefined {
    if (!isMap(this.node)) return this.wrong(`it is ${shape(this.node)}`, 'a map');
    return this.node.items.map((pair) => {
      const name = isScalar(pair.key) ? scalarText(pair.key) : '';
      const node = pairValue(pair, this.document);
      return [name, new ManifestValue(this.source, this.document, node, `${this.field}.${name}`)];
    });
  }
}

/** Reads the fields of a map and finds those that nobody asked for. */
export class MapReader {
  readonly field: string;
  private readonly source: YamlSource;
  private readonly document: Document;
  private readonly node: YAMLMap;
  private readonly asked = new Set<string>();
  private readonly hints = new Map<string, string>();

  constructor(source: YamlSource, document: Document, node: YAMLMap, field: string) {
    this.source = source;
    this.document = document;
    this.node = node;
    this.field = field;
  }

  private fieldOf(name: string): string {
    return this.field === '' ? name : `${this.field}.${name}`;
  }

  /** The value of a field; undefined where there is none. */
  get(name: string): ManifestValue | undefined {
    this.asked.add(name);
    const pair = this.node.items.find(({ key }) => isScalar(key) && key.value === name);
    if (pair === undefined) return undefined;
    const node = pairValue(pair, this.document);
    return new ManifestValue(this.source, this.document, node, this.fieldOf(name));
  }

  /** The value of a field that may be left out. */
  optional<T>(name: string, read: (value: ManifestValue) => T | undefined, otherwise: T): T {
    const value = this.get(name);
    return value === undefined ? otherwise : (read(value) ?? otherwise);
  }

  /** The value of a field that must be there; a fault gives `otherwise`. */
  required<T>(name: string, read: (value: ManifestValue) => T | undefined, otherwise: T): T {
    const value = this.get(name);
    if (value !== undefined) return read(value) ?? otherwise;
    this.source.add(this.node, this.fieldOf(name), 'it is missing', 'a value');
    return otherwise;
  }

  wrong(what: string, right: string): void {
    this.source.add(this.node, this.field, what, right);
  }

  /** What to say when a field is there that this map does not have, but a person may expect. */
  hint(names: readonly string[], right: string): void {
    for (const name of names) this.hints.set(name, right);
  }

  /** Refuses the fields that nobody asked for. */
  close(): void {
    for (const { key } of this.node.items) {
      const name = isScalar(key) ? scalarText(key) : '';
      if (this.asked.has(name)) continue;
      const right = this.hints.get(name) ?? didYouMean(name, this.asked);
      this.source.add(key as Node, this.fieldOf(name), `there is no field ${name}`, right);
    }
  }
}

function shape(node: Node): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (isAlias(node)) return `*${node.source}, which stands for nothing`;
  if (!isScalar(node)) return 'no value';
  if (node.value === null) return 'empty';
  return typeof node.value === 'string'
    ? `the text "${String(node.value).slice(0, 40)}"`
    : `a ${typeof node.value}`;
}
