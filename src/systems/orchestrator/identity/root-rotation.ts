import { type Field, integer, oneOf, structure, text } from '../../common/fields.ts';
import type { Root } from './certificates.ts';

/**
 * What a root is good for.
 * - `coming`: trusted, signs nothing yet.
 * - `signing`: trusted, signs. There is one.
 * - `going`: trusted, signs no more.
 */
export const rootStates = ['coming', 'signing', 'going'] as const;
export type RootState = (typeof rootStates)[number];

export interface RootRow extends Root {
  readonly state: RootState;
}

export const rootField: Field<RootRow> = structure<RootRow>({
  id: integer,
  publicKey: text,
  state: oneOf(rootStates),
});

/** The trusted roots after a step, or why it may not be taken. */
export type RootStep =
  | { readonly roots: readonly RootRow[] }
  | { readonly refused: 'rotating' | 'no-rotation' | 'unknown-to-some' | 'in-use' | 'same-key' };

/** A cluster's first root. */
export function firstRoot(root: Root): readonly RootRow[] {
  return [{ ...root, state: 'signing' }];
}

/** Announces the next root: everybody learns to trust it before it signs anything. */
export function beginRotation(roots: readonly RootRow[], { id, publicKey }: Root): RootStep {
  if (roots.length > 1) return { refused: 'rotating' };
  if (roots.some((root) => root.publicKey === publicKey)) return { refused: 'same-key' };
  return { roots: [...roots, { id, publicKey, state: 'coming' }] };
}

/**
 * Lets the next root sign. A node that has not heard of it would refuse its peers' new certificates.
 *
 * @param knownBy for each member, the newest root that it has said to trust
 */
export function switchRoot(roots: readonly RootRow[], knownBy: Iterable<number>): RootStep {
  const coming = roots.find((root) => root.state === 'coming');
  if (coming === undefined) return { refused: 'no-rotation' };
  for (const known of knownBy) if (known < coming.id) return { refused: 'unknown-to-some' };
  const next = roots.map((root) => {
    const state: RootState = root.id === coming.id ? 'signing' : 'going';
    return { ...root, state };
  });
  return { roots: next };
}

/**
 * Ends the trust in the old root.
 *
 * @param issuers of the certificates that members have
 */
export function finishRotation(roots: readonly RootRow[], issuers: Iterable<number>): RootStep {
  const going = roots.find((root) => root.state === 'going');
  if (going === undefined) return { refused: 'no-rotation' };
  for (const issuer of issuers) if (issuer === going.id) return { refused: 'in-use' };
  return { roots: roots.filter((root) => root.id !== going.id) };
}

/** The root that signs. */
export function signingRoot(roots: readonly RootRow[]): RootRow | undefined {
  return roots.find((root) => root.state === 'signing');
}
