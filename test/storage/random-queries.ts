import fc from 'fast-check';
import type { Query } from '../../src/systems/storage/messages/metadata-messages.ts';

/** For tests of what is sent: numbers of every length. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.nat(300),
  fc.nat(2 ** 31 - 1),
  fc.maxSafeNat(),
);
/** Texts of any units. */
export const word: fc.Arbitrary<string> = fc.string({ maxLength: 12, unit: 'binary' });
export const flag: fc.Arbitrary<boolean> = fc.boolean();

const range = { owner: number, from: number, to: number, exclusive: flag };
/** Questions of every kind. */
export const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: fc.constant('lookup' as const), parent: number, name: word }),
  fc.record({
    kind: fc.constantFrom('attributes' as const, 'read-link' as const, 'list-attributes' as const),
    inode: number,
  }),
  fc.record({ kind: fc.constant('quota' as const), inode: number }),
  fc.record({ kind: fc.constant('region' as const), region: number }),
  fc.record({ kind: fc.constant('list-trash' as const), after: number, most: number }),
  fc.record({
    kind: fc.constant('read-directory' as const),
    inode: number,
    after: word,
    most: number,
  }),
  fc.record({ kind: fc.constant('get-attribute' as const), inode: number, name: word }),
  fc.record({ kind: fc.constant('locate' as const), inode: number, index: number }),
  fc.record({
    kind: fc.constant('test-lock' as const),
    inode: number,
    style: fc.constantFrom('posix' as const, 'flock' as const),
    ...range,
  }),
);
