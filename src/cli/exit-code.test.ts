import { expect, test } from 'vitest';
import { codeOfVerdict, type ExitCode, gravest } from './exit-code.ts';

test('70 before 130 before 1 before 3 before 0', () => {
  const codes: ExitCode[] = [0, 3, 1, 130, 70];
  for (let count = 1; count <= codes.length; count += 1) {
    const some = codes.slice(0, count);
    expect(gravest(some)).toBe(some.at(-1));
    expect(gravest(some.toReversed())).toBe(some.at(-1));
  }
  expect(gravest([])).toBe(0);
});

test('unknown is never green', () => {
  expect(codeOfVerdict('held')).toBe(0);
  expect(codeOfVerdict('broken')).toBe(1);
  expect(codeOfVerdict('inconclusive')).toBe(3);
});
