import { hashBytes } from '../../src/index.ts';
import type { TokenRow } from '../../src/systems/orchestrator/identity/join-tokens.ts';
import type { SealedValue } from '../../src/systems/orchestrator/secrets/sealed-secret.ts';
import type { Node } from '../../src/systems/orchestrator/state/rows.ts';
import type { HeldRoot, Secret } from '../../src/systems/orchestrator/trust/trust-rows.ts';
import { type EntryRung, entryRung } from './entry-rung.ts';

export const tokensAdmit: EntryRung = entryRung({
  id: 'S11T',
  title: 'tokens admit',
  statement:
    'A machine becomes a node only by a token that is there, is not over and has uses left as of that entry, and uses it up once.',
  source: 'SwarmKit, join tokens; Warren, tokens in memory, for ever (W14)',
  owedUnder: 'any damage',
  ghost: () => null,
  judge({ envelope, reply, past, state, timeUs }) {
    const { command } = envelope;
    if (command.kind !== 'join-node' || reply.kind !== 'certified') return null;
    const made = past.of<Node>('nodes').find(({ before }) => before === undefined);
    // The same name and key again: its answer was lost.
    if (made === undefined) {
      const member = state.members.get(reply.node);
      return member?.publicKey === command.publicKey
        ? true
        : { node: reply.node, admitted: 'twice' };
    }
    const [used] = past.of<TokenRow>('tokens');
    if (used?.before === undefined || used.after === undefined) return { token: command.token.id };
    const { id, digest, expiresUs, uses, role } = used.before;
    const isShown =
      id === command.token.id &&
      digest.join() === command.token.digest.join() &&
      role === command.token.role;
    const isGood = expiresUs > timeUs && uses > 0 && used.after.uses === uses - 1;
    return isShown && isGood ? true : { token: id, isShown, expiresUs, uses };
  },
});

/** What was sealed at each place under each key. */
type Sealed = Map<string, number>;

export const noncesAreNew: EntryRung = entryRung({
  id: 'S14',
  title: 'nonces',
  statement: 'No key seals two values with one nonce, and every sealed value has its whole tag.',
  source: 'NIST SP 800-38D, section 8; node:crypto, authTagLength',
  owedUnder: 'any damage',
  ghost: (): Sealed => new Map(),
  judge({ past }, sealed) {
    let found = false;
    const values: SealedValue[] = [];
    for (const { before, after } of past.of<Secret>('secrets')) {
      if (after !== undefined && after.value !== before?.value) values.push(after.value);
    }
    for (const { before, after } of past.of<HeldRoot>('roots')) {
      if (after !== undefined && after.seed !== before?.seed) values.push(after.seed);
    }
    for (const { keyId, index, field, sealed: bytes } of values) {
      const name = `${keyId}/${index}/${field}`;
      const hash = hashBytes(bytes);
      if (bytes.length < 16) return { name, bytes: bytes.length };
      if ((sealed.get(name) ?? hash) !== hash) return { name, sealed: 'twice' };
      sealed.set(name, hash);
      found = true;
    }
    return found ? true : null;
  },
});
