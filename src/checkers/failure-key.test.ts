import { expect, it } from 'vitest';
import { failureKey } from './failure-key.ts';

const isName = (text: string) => /^[nc]\d$/.test(text);

function key(values: Record<string, unknown>, roles: string[] = ['leader', 'follower']): string {
  return failureKey({ rung: 'I20', roles, messageKind: 'append', values, isName });
}

it('has the rung, the roles, the kind of message and the names of the values', () => {
  expect(key({ term: 3, winner: 'n1' })).toBe('I20/leader+follower/append/term/winner');
});

it('ignores numbers, names, hashes and the data of clients', () => {
  const one = key({ term: 3, winner: 'n1', hash: '#00ab12', found: 'v17', log: [1, 2] });
  expect(key({ term: 9, winner: 'n2', hash: '#0', found: `8${'.'.repeat(90)}`, log: [] })).toBe(
    one,
  );
});

it('keeps words, yes and no, and whether something is there', () => {
  expect(key({ self: true })).not.toBe(key({ self: false }));
  expect(key({ leader: 'none' })).not.toBe(key({ leader: 'another' }));
  expect(key({ found: null })).not.toBe(key({ found: 'v1' }));
});

it('keeps a sentence but not its numbers', () => {
  expect(key({ trouble: 'Error: entry 12 is lost' })).toContain('entry # is lost');
});

it('does not grow with the number of nodes', () => {
  const roles = ['leader', 'follower', 'follower', 'follower'];
  expect(key({ term: 1 }, roles)).toBe(key({ term: 1 }));
});
