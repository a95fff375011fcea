import type { BenchFigure } from '../../record/bench-row.ts';
import { count } from '../format.ts';
import type { BenchLine, Comparison } from './bench-cards.ts';

/** A value with three significant digits, or all of a large or whole number: `0.0191`, `12,345`. */
export function figureText(value: number): string {
  if (Math.abs(value) >= 99.95) return count(Math.round(value));
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

/** A value with its unit. */
export function unitText(value: number, { unit }: BenchFigure): string {
  return unit === '' ? figureText(value) : `${figureText(value)} ${unit}`;
}

/** By how much the latest value differs from another one: `+3.2 %`; empty when it does not. */
export function shareText(line: BenchLine, { point }: Comparison): string {
  const { value } = line.latest.row;
  const before = point.row.value;
  if (value === before || before === 0) return '';
  const share = (100 * (value - before)) / Math.abs(before);
  const size = Math.abs(share);
  const digits =
    size < 0.1
      ? Number(size.toPrecision(1))
      : size < 10
        ? size.toFixed(1)
        : count(Math.round(size));
  return `${share > 0 ? '+' : '\u2212'}${digits} %`;
}

/** What a change is called. */
export const changeWords = {
  better: 'better',
  worse: 'worse',
  same: 'same',
  noise: 'noise',
} as const;

/** A point of time as people read it, without anything that depends on place or language. */
export function dayAndTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
