import type { Band } from './layout.ts';

/** Lines of each panel, frame included. */
export type PanelLines<Id> = (id: Id, width: number, height: number) => readonly string[];

/** The lines of a band: its columns side by side. */
export function composeBand<Id>(band: Band<Id>, linesOf: PanelLines<Id>): readonly string[] {
  const columns = band.columns.map(({ width, slots }) =>
    slots.flatMap(({ id, height }) => linesOf(id, width, height)),
  );
  return Array.from({ length: band.height }, (_, y) =>
    columns.map((lines) => lines[y] ?? '').join(''),
  );
}

/** Remembers the last result of each name while what it was made from stays the same. */
export class Memo {
  readonly #known = new Map<
    string,
    { readonly from: readonly unknown[]; readonly made: unknown }
  >();

  /** What was made from these values the last time, or what is made now. */
  get<Made>(name: string, from: readonly unknown[], make: () => Made): Made {
    const known = this.#known.get(name);
    if (known !== undefined && same(known.from, from)) return known.made as Made;
    const made = make();
    this.#known.set(name, { from, made });
    return made;
  }
}

function same(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}
