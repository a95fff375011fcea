import { blob, type Field, integer, oneOf, structure } from '../../common/fields.ts';
import { derivedKey, equalBytes, framed, hexOf } from '../crypto/bytes.ts';
import type { Ciphers } from '../crypto/ciphers.ts';
import { type NodeRole, nodeRoles } from '../specs/node-spec.ts';

/** What the replicated state has of a join token: enough to know it, too little to make it. */
export interface TokenRow {
  /** Index of an entry that was committed for it. */
  readonly id: number;
  /** What a node may become with it. */
  readonly role: NodeRole;
  /** SHA-256 of the token's secret and what it is good for. */
  readonly digest: Uint8Array;
  readonly expiresUs: number;
  /** How many nodes may still join with it. */
  readonly uses: number;
}

export const tokenField: Field<TokenRow> = structure<TokenRow>({
  id: integer,
  role: oneOf(nodeRoles),
  digest: blob,
  expiresUs: integer,
  uses: integer,
});

/** A token as a person carries it. */
export interface Token {
  readonly id: number;
  readonly role: NodeRole;
  readonly secret: string;
}

export interface TokenTerms {
  readonly id: number;
  readonly role: NodeRole;
  readonly expiresUs: number;
  readonly uses: number;
}

/**
 * Makes a token and the row for it. The token goes to who asked and is kept nowhere.
 *
 * @param entropy at least 32 bytes that nobody can guess; the id makes two tokens of the same ones
 */
export function makeToken(
  ciphers: Ciphers,
  entropy: Uint8Array,
  { id, role, expiresUs, uses }: TokenTerms,
): { readonly token: Token; readonly row: TokenRow } {
  const secret = hexOf(derivedKey(ciphers, entropy, 'join token', id));
  const token: Token = { id, role, secret };
  return { token, row: { id, role, digest: tokenDigest(ciphers, token), expiresUs, uses } };
}

function tokenDigest(ciphers: Ciphers, { id, role, secret }: Token): Uint8Array {
  return ciphers.digest(framed('join token', id, role, secret));
}

export function tokenText({ id, role, secret }: Token): string {
  return `seedstorm-${role}-${id}-${secret}`;
}

/** The token that a text says, or null. */
export function parseToken(given: string): Token | null {
  const [, word, id, secret] =
    /^seedstorm-(worker|manager)-([1-9][0-9]{0,15})-([0-9a-f]{64})$/.exec(given) ?? [];
  const role = nodeRoles.find((one) => one === word);
  if (role === undefined || id === undefined || secret === undefined) return null;
  return Number.isSafeInteger(Number(id)) ? { id: Number(id), role, secret } : null;
}

/**
 * What a token that is shown is reduced to before it goes into an entry: whoever reads the log must
 * not be able to join. So a manager makes it from a whole token, and takes it from nobody.
 */
export function shownToken(ciphers: Ciphers, token: Token): ShownToken {
  return { id: token.id, role: token.role, digest: tokenDigest(ciphers, token) };
}

/** A token as an entry carries it. */
export type ShownToken = Pick<TokenRow, 'id' | 'role' | 'digest'>;

export type TokenFault = 'unknown' | 'wrong' | 'expired' | 'used-up';

/**
 * Why a token does not admit, or null. To be asked inside `apply` with the entry's time: a token
 * that was rotated away or expired admits nobody from that index on, whoever was asked.
 */
export function tokenFault(
  row: TokenRow | undefined,
  shown: ShownToken,
  nowUs: number,
): TokenFault | null {
  if (row === undefined) return 'unknown';
  if (row.role !== shown.role || !equalBytes(row.digest, shown.digest)) return 'wrong';
  if (nowUs >= row.expiresUs) return 'expired';
  return row.uses > 0 ? null : 'used-up';
}

/** The row after one more node has joined with it. */
export function usedOnce(row: TokenRow): TokenRow {
  return { ...row, uses: row.uses - 1 };
}

/** Which rows go when the tokens of a role are rotated: all older ones of it. */
export function rotatedAway(rows: Iterable<TokenRow>, next: TokenRow): readonly number[] {
  const gone = [...rows].filter((row) => row.role === next.role && row.id < next.id);
  return gone.map((row) => row.id).sort((a, b) => a - b);
}
