import { jsonLine } from './json.ts';

/**
 * Numbers, times and shares as people read them. Written by hand and without locale, so that the
 * text of a run is the same on every machine.
 */

/** An integer with thousands separators: `12,345`. */
export function count(value: number): string {
  const digits = String(Math.abs(Math.trunc(value)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `-${grouped}` : grouped;
}

/** A count with its noun: `1 seed`, `2,000 seeds`. */
export function plural(value: number, noun: string, nouns: string = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** A number with three significant digits at most and no exponent: `0.123`, `1.23`, `12.3`, `123`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return count(Math.round(value));
  const decimals = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(decimals);
  return text.replace(/\.?0+$/, '');
}

/** A share of a whole as a percentage: `12.3 %`; a dash when there is no whole. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const value = (100 * part) / whole;
  // Never round something to nothing, nor nearly all to all: both would be a false statement.
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value < 100 && value > 99.9) return '> 99.9 %';
  return `${value.toFixed(1)} %`;
}

/** A span of time given in microseconds, in the unit that suits it: `250 us`, `1.5 ms`, `12.3 s`, `2 min 5 s`. */
export function duration(us: number): string {
  const size = Math.abs(us);
  if (us === 0) return '0 s';
  if (size < 1_000) return `${short(us)} us`;
  if (size < 999_500) return `${short(us / 1_000)} ms`;
  if (size < 99_950_000) return `${short(us / 1_000_000)} s`;
  const seconds = Math.round(size / 1_000_000);
  const sign = us < 0 ? '-' : '';
  if (seconds < 6_000) return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${sign}${count(Math.floor(seconds / 3_600))} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** A point of virtual time, exact to the microsecond and aligned in columns: `6.123456 s`. */
export function instant(us: number): string {
  const whole = Math.floor(us / 1_000_000);
  return `${count(whole)}.${String(us - whole * 1_000_000).padStart(6, '0')} s`;
}

/** A value of a config or of a violation on one line, as one would type it. */
export function value(of: unknown): string {
  if (typeof of === 'number') return String(of);
  if (typeof of === 'string') return of;
  return jsonLine(of) ?? String(of);
}

/** The text cut to a width, with an ellipsis when something is missing. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3))}...`;
}
