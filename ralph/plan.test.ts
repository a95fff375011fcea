import { expect, test } from 'vitest';
import { definitionHash, lawsAt, type Plan, parsePlan, rungOfLaw } from './plan.ts';

const plan: Plan = {
  schema: 'seedstorm-ladder/1',
  rungs: [
    { id: 'R1', title: 'one', scenario: 'calm', seeds: 10, laws: ['A', 'B'] },
    { id: 'R2', title: 'two', scenario: 'storm', seeds: 10, laws: ['A'] },
    { id: 'R3', title: 'three', scenario: 'calm', seeds: 10, laws: ['C'] },
    { id: 'R4', title: 'all', scenario: 'calm', seeds: 10 },
  ],
};

test('laws of lower rungs of the same scenario stay on watch', () => {
  expect(lawsAt(plan, 0)).toEqual(['A', 'B']);
  expect(lawsAt(plan, 1)).toEqual(['A']);
  expect(lawsAt(plan, 2)).toEqual(['A', 'B', 'C']);
  expect(lawsAt(plan, 3)).toBeUndefined();
});

test('a broken law belongs to the lowest rung that names it', () => {
  expect(rungOfLaw(plan, 'B', 2)).toBe(0);
  expect(rungOfLaw(plan, 'C', 3)).toBe(2);
  expect(rungOfLaw(plan, 'D', 3)).toBe(3);
  // Of another scenario, or above what is climbed.
  expect(rungOfLaw(plan, 'A', 1)).toBe(1);
  expect(rungOfLaw(plan, 'C', 0)).toBe(0);
});

test('what a rung means depends on those below it, not on those above', () => {
  const changed = (at: number): Plan => ({
    ...plan,
    rungs: plan.rungs.map((rung, index) => (index === at ? { ...rung, seeds: 11 } : rung)),
  });
  expect(definitionHash(changed(2), 1)).toBe(definitionHash(plan, 1));
  expect(definitionHash(changed(1), 2)).not.toBe(definitionHash(plan, 2));
  const checked = { ...plan, checks: [['npm', 'test']] };
  expect(definitionHash(checked, 0)).not.toBe(definitionHash(plan, 0));
});

test('a plan that is wrong is refused with file and field', () => {
  const withRung = (rung: object): string =>
    JSON.stringify({ ...plan, rungs: [plan.rungs[0], rung] });
  const good = { id: 'R9', title: 'nine', scenario: 'calm', seeds: 5 };
  expect(parsePlan(withRung(good), 'p').rungs[1]).toEqual(good);
  expect(() => parsePlan(withRung({ ...good, seeds: 0 }), 'p')).toThrow('p, rungs.1.seeds');
  expect(() => parsePlan(withRung({ ...good, mutant: 'M1' }), 'p')).toThrow('p, rungs.1.mutant');
  expect(() => parsePlan(withRung({ ...good, id: 'R1' }), 'p')).toThrow('two rungs are called R1');
  expect(() => parsePlan('{', 'p')).toThrow('p: this is no JSON');
});
