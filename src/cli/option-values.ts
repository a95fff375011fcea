import { timeSpanMs } from '../record/time-span.ts';
import { UsageError } from '../record/usage-error.ts';

/** A span of real time as typed: `90` or `90s`, `5m`, `2h`, `1d`. In milliseconds. */
export function parseTime(text: string, option: string = '--time'): number {
  const spanMs = timeSpanMs(text);
  if (spanMs !== undefined) return spanMs;
  throw new UsageError(`"${text}" is not a span of time`, option, 'Examples: 90s, 5m, 2h, 1d.');
}

/** A whole number from `least` on. */
export function parseWhole(text: string, option: string, least: number = 1): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`expected a whole number from ${least} on, got "${text}"`, option);
}

/** The names in a list such as `canary,d1`. */
export function parseNames(text: string, option: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new UsageError(`expected names separated by commas, got "${text}"`, option);
}

/**
 * A point of virtual time as typed (`1.5s`, `250ms`, `40us`; a bare number is seconds). In
 * microseconds.
 */
export function parseVirtualTime(text: string, option: string): number {
  const parts = /^(\d+(?:\.\d+)?)(us|ms|s)?$/.exec(text);
  if (parts !== null) {
    const scale = parts[2] === 'us' ? 1 : parts[2] === 'ms' ? 1_000 : 1_000_000;
    return Math.round(Number(parts[1]) * scale);
  }
  throw new UsageError(`"${text}" is not a virtual time`, option, 'Examples: 1.5s, 250ms, 40us.');
}

/** Gathers the values of an option that may be given several times. */
export function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
