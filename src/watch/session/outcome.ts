import type { ViolationRecord } from '../../record/run-record.ts';
import type { ViolationLine } from '../snapshot.ts';

const longest = 60;

/** A value on one line, cut to what a screen has room for. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return clipped(JSON.stringify(value));
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Map || value instanceof Set) return `${value.size} elements`;
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
    return `${value.length} elements`;
  }
  // Numbers beyond what JSON can hold may stand in it.
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one));
  return clipped(text ?? String(value));
}

function clipped(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
}

/** A violation for a screen. */
export function violationLine(violation: ViolationRecord): ViolationLine {
  const { rung, title, statement, step, virtualUs: timeUs, nodes } = violation;
  const values = Object.entries(violation.values).map(
    ([name, value]) => [name, plainText(value)] as const,
  );
  return { rung, title, statement, step, timeUs, nodes, values };
}
