import type { Folder } from '../../sim/message.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** How one kind of value is written into bytes, read back, and folded into a digest. */
export interface Field<T> {
  /** Throws a RangeError on a value that `read` would not give back. */
  write(writer: ByteWriter, value: T): void;
  /** Throws a RangeError on bytes that `write` cannot have written. */
  read(reader: ByteReader): T;
  /** Folds what `write` would write, without making the bytes. */
  fold(into: Folder, value: T): void;
}

/** A field for each property; they are written in the order in which they stand. */
export type Fields<T> = { readonly [Name in keyof T]: Field<T[Name]> };

/** The members of a union that can have a given `kind`. */
export type OfKind<
  Union extends { readonly kind: string },
  Kind extends string,
> = Union extends unknown ? (Kind extends Union['kind'] ? Union : never) : never;

type Variant<Union extends { readonly kind: string }, Kind extends string> = Omit<
  OfKind<Union, Kind>,
  'kind'
>;

/** An integer from 0 to 2^53 - 1. */
export const integer: Field<number> = {
  write: (writer, value) => writer.varint(value),
  read: (reader) => reader.varint(),
  fold: (into, value) => into.int(value),
};

export const text: Field<string> = {
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
  fold: (into, value) => into.text(value),
};

export const flag: Field<boolean> = {
  write: (writer, value) => {
    if (typeof value !== 'boolean') throw new RangeError('not a flag');
    writer.u8(value ? 1 : 0);
  },
  read: (reader) => reader.flag(),
  fold: (into, value) => into.int(value ? 1 : 0),
};

export const blob: Field<Uint8Array> = {
  write: (writer, value) => writer.blob(value),
  read: (reader) => reader.blob(),
  fold: (into, value) => into.bytes(value),
};

/** One of a few words, as its position among them. */
export function oneOf<const Word extends string>(words: readonly Word[]): Field<Word> {
  return {
    write: (writer, value) => {
      const number = words.indexOf(value);
      if (number < 0) throw new RangeError(`not one of its words: ${value}`);
      writer.u8(number);
    },
    read: (reader) => {
      const word = words[reader.u8()];
      if (word === undefined) throw new RangeError('word out of range');
      return word;
    },
    fold: (into, value) => into.int(words.indexOf(value)),
  };
}

export function listOf<T>(item: Field<T>): Field<T[]> {
  return {
    write: (writer, values) => {
      if (!Array.isArray(values)) throw new RangeError('not a list');
      writer.varint(values.length);
      for (const value of values) item.write(writer, value);
    },
    read: (reader) => {
      const values: T[] = [];
      for (let left = reader.varint(); left > 0; left--) values.push(item.read(reader));
      return values;
    },
    fold: (into, values) => {
      into.int(values.length);
      for (const value of values) item.fold(into, value);
    },
  };
}

export function orNull<T>(field: Field<T>): Field<T | null> {
  return {
    write: (writer, value) => {
      writer.u8(value === null ? 0 : 1);
      if (value !== null) field.write(writer, value);
    },
    read: (reader) => (reader.flag() ? field.read(reader) : null),
    fold: (into, value) => {
      into.int(value === null ? 0 : 1);
      if (value !== null) field.fold(into, value);
    },
  };
}

/** An object of given properties. */
export function structure<T extends object>(fields: Fields<T>): Field<T> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    write: (writer, value) => {
      if (typeof value !== 'object' || value === null) throw new RangeError('not an object');
      for (const name of names) fields[name].write(writer, value[name]);
    },
    read: (reader) => {
      const value = {} as T;
      for (const name of names) value[name] = fields[name].read(reader);
      return value;
    },
    fold: (into, value) => {
      for (const name of names) fields[name].fold(into, value[name]);
    },
  };
}

/** One of several objects, told apart by `kind`, which is written as a number in front. */
export function union<Union extends { readonly kind: string }>(
  variants: {
    readonly [Kind in Union['kind']]: Fields<Variant<Union, Kind>>;
  },
): Field<Union> {
  const kinds = Object.keys(variants) as Union['kind'][];
  const numbers = new Map(kinds.map((kind, number) => [kind, number]));
  const structures = kinds.map((kind) => structure<object>(variants[kind] as Fields<object>));
  return {
    write: (writer, value) => {
      const number = numbers.get(value?.kind);
      if (number === undefined) throw new RangeError('not of a kind that there is');
      writer.u8(number);
      structures[number]!.write(writer, value);
    },
    read: (reader) => {
      const number = reader.u8();
      const kind = kinds[number];
      if (kind === undefined) throw new RangeError('kind out of range');
      return { kind, ...structures[number]!.read(reader) } as Union;
    },
    fold: (into, value) => {
      const number = numbers.get(value.kind)!;
      into.int(number);
      structures[number]!.fold(into, value);
    },
  };
}
