import { UsageError } from '../record/usage-error.ts';

/** Seeds `from..to`, both included; empty when `to` is below `from`. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
}

const seedRule = 'A seed is a whole number from 0 to 9007199254740991 (2^53 - 1).';

/** A seed as typed. @throws UsageError that names the option and quotes what was typed */
export function parseSeed(text: string, option: string = '--seed'): number {
  const seed = wholeNumber(text);
  if (seed === undefined) throw new UsageError(`"${text}" is not a seed`, option, seedRule);
  return seed;
}

/** `N` means 1..N, `A..B` both ends included. @throws UsageError on anything else, and when A is above B */
export function parseSeedRange(text: string, option: string = '--seeds'): SeedRange {
  const ends = text.split('..');
  if (ends.length === 1) {
    const last = wholeNumber(text);
    if (last !== undefined) return { from: 1, to: last };
  }
  if (ends.length === 2) {
    const from = wholeNumber(ends[0]!);
    const to = wholeNumber(ends[1]!);
    if (from !== undefined && to !== undefined) {
      if (from <= to) return { from, to };
      const hint = `Did you mean ${option} ${to}..${from}?`;
      throw new UsageError(`the range "${text}" runs backwards`, option, hint);
    }
  }
  throw new UsageError(
    `"${text}" is neither a number of seeds (2000 means 1..2000) nor a range (5..80)`,
    option,
    seedRule,
  );
}

function wholeNumber(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
