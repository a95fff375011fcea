import type { Command } from '../../src/systems/orchestrator/state/command.ts';
import { type EntryRung, entryRung } from './entry-rung.ts';

/** What an entry may change when it carries what was carried out before. */
const ofSessions: ReadonlySet<string> = new Set(['sessions', 'replies']);

interface First {
  readonly reply: string;
}

export const carriedOutOnce: EntryRung = entryRung({
  id: 'S27',
  title: 'once each',
  statement:
    'A request that is in the log twice is carried out once, and has the same answer each time.',
  source: 'hashicorp/raft#562 (M5); SwarmKit 18869b968 (K24); Warren (W16)',
  owedUnder: 'any damage',
  ghost: () => new Map<string, First>(),
  judge({ envelope, reply, past }, seen) {
    const { session, sequence } = envelope;
    if (session === 0) return null;
    const name = `${session}/${sequence}`;
    const text = JSON.stringify(reply);
    const first = seen.get(name);
    if (first === undefined) {
      // One that is refused at the door, too far ahead for instance, may come again.
      const isTaken = reply.kind !== 'refused' || past.of('replies').length > 0;
      if (isTaken) seen.set(name, { reply: text });
      return null;
    }
    if (!past.onlyTouched(ofSessions)) return { request: name, effect: 'again' };
    // The session has ended since, or its client has seen the answer.
    const isLate =
      reply.kind === 'refused' && (reply.why === 'no-session' || reply.why === 'stale');
    return text === first.reply || isLate
      ? true
      : { request: name, first: first.reply, again: text };
  },
});

export const earlierLeadersAreRefused: EntryRung = entryRung({
  id: 'S29',
  title: 'fenced leaders',
  statement:
    'An entry that a leader of an earlier term has decided changes nothing once a later leader has spoken, and none speaks for a later term than its own.',
  source: 'Nomad #3890 (N22); Warren, controllers on every manager (W23)',
  owedUnder: 'any damage',
  ghost: () => ({ term: 0, late: 0 }),
  judge({ envelope, term, reply, past }, newest, { lateDecisions }) {
    const { term: said } = envelope;
    if (said > term) return { says: said, term };
    if (said < newest.term) {
      const isRefused = reply.kind === 'refused' && past.onlyTouched(new Set());
      return isRefused ? true : { says: said, newest: newest.term };
    }
    newest.term = said;
    // A leader that was deposed has decided something meanwhile, and the log goes on without it.
    const isContested = lateDecisions > newest.late;
    newest.late = lateDecisions;
    return isContested ? true : null;
  },
});

/** What controllers decide upon the store, and must not upon an old one. */
export const ofControllers: ReadonlySet<Command['kind']> = new Set<Command['kind']>([
  'reconcile',
  'allocate',
  'assign',
  'step-deployment',
  'orphan',
]);

export const barrierComesFirst: EntryRung = entryRung({
  id: 'S30B',
  title: 'barrier first',
  statement:
    'Controllers of a leader propose nothing before an entry of their own term is committed.',
  source: 'kubernetes#59848 (B1); Sieve, OSDI 2022: time travel',
  owedUnder: 'any damage',
  ghost: () => new Set<number>(),
  judge({ envelope }, begun) {
    const { term, command } = envelope;
    if (command.kind === 'barrier') begun.add(term);
    if (!ofControllers.has(command.kind)) return null;
    return begun.has(term) ? true : { term };
  },
});
