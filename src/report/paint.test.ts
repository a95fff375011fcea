import { expect, test } from 'vitest';
import { paintFor } from './paint.ts';

const paints = (
  environment: Readonly<Record<string, string>>,
  isTerminal: boolean,
  allowed = true,
): boolean => paintFor({ environment, isTerminal, allowed }).bad('x') !== 'x';

test('colour is for terminals', () => {
  expect(paints({}, true)).toBe(true);
  expect(paints({}, false)).toBe(false);
  expect(paints({ TERM: 'dumb' }, true)).toBe(false);
});

test('NO_COLOR and --no-color take it away, FORCE_COLOR brings it to a pipe', () => {
  expect(paints({ NO_COLOR: '1' }, true)).toBe(false);
  expect(paints({ NO_COLOR: '' }, true)).toBe(true);
  expect(paints({}, true, false)).toBe(false);
  expect(paints({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(paints({ FORCE_COLOR: '0' }, true)).toBe(false);
  expect(paints({ FORCE_COLOR: '1', NO_COLOR: '1' }, true)).toBe(false);
});
