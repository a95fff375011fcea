import type { Domain, Setting } from '../sim/system-definition.ts';

/**
 * A setting that is one of a few values; the first is the calm one.
 * @throws TypeError without a value
 * @example
 * const nodes = oneOf(3, 5, 7);
 * // => { kind: 'one of', values: [3, 5, 7] }
 */
export function oneOf(...values: readonly [Setting, ...Setting[]]): Domain {
  if (values.length === 0) throw new TypeError('oneOf needs at least one value');
  return { kind: 'one of', values };
}

/**
 * An integer setting from `low` to `high`, both included; calm at `low`, or at `calm` when given.
 * @throws RangeError when a bound is no integer, or the range is empty, or `calm` lies outside
 * @example
 * const clients = between(2, 8);
 * // => { kind: 'between', low: 2, high: 8 }
 */
export function between(low: number, high: number, calm?: number): Domain {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high) {
    throw new RangeError(`between(${low}, ${high}): expected integers with low <= high`);
  }
  if (calm === undefined) return { kind: 'between', low, high };
  if (!Number.isSafeInteger(calm) || calm < low || calm > high) {
    throw new RangeError(`between(${low}, ${high}, ${calm}): the calm value lies outside`);
  }
  return { kind: 'between', low, high, calm };
}

/**
 * Seconds as integer microseconds, the unit of all times.
 * @example
 * seconds(1.5);
 * // => 1500000
 */
export function seconds(count: number): number {
  return wholeMicroseconds(count * 1_000_000, `seconds(${count})`);
}

/**
 * Milliseconds as integer microseconds.
 * @example
 * milliseconds(20);
 * // => 20000
 */
export function milliseconds(count: number): number {
  return wholeMicroseconds(count * 1_000, `milliseconds(${count})`);
}

function wholeMicroseconds(value: number, text: string): number {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${text}: expected 0 or more`);
  return Math.round(value);
}

/** How many values a domain has. */
export function domainSize(domain: Domain): number {
  return domain.kind === 'one of' ? domain.values.length : domain.high - domain.low + 1;
}

/** The value at an index; index 0 is calm. */
export function domainValue(domain: Domain, index: number): Setting {
  if (domain.kind === 'one of') return domain.values[index] as Setting;
  const calm = domain.calm ?? domain.low;
  if (index === 0) return calm;
  const shifted = domain.low + index - 1;
  return shifted < calm ? shifted : shifted + 1;
}

/** Whether a value belongs to a domain. */
export function inDomain(domain: Domain, value: Setting): boolean {
  if (domain.kind === 'one of') {
    return domain.values.includes(value) || (domain.open === true && typeof value === 'string');
  }
  return (
    Number.isSafeInteger(value) &&
    (value as number) >= domain.low &&
    (value as number) <= domain.high
  );
}

/** A domain in words, for example `one of 3, 5, 7` or `an integer from 2 to 8`. */
export function domainText(domain: Domain): string {
  if (domain.kind === 'one of') {
    if (domain.values.length === 1 && domain.open !== true) return `only ${domain.values[0]}`;
    const other = domain.open === true ? ', or another text by hand' : '';
    return `one of ${domain.values.join(', ')}${other}`;
  }
  return `an integer from ${domain.low} to ${domain.high}`;
}
