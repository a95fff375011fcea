import type { Configuration, Member, MemberChange, Transition } from './types.ts';

/** Why a change cannot be made, in words. */
export interface ChangeRefused {
  readonly refused: string;
}

/** A configuration of voters and learners that is not joint. Lists may be in any order. */
export function plainConfiguration(
  voters: readonly Member[],
  learners: readonly Member[] = [],
): Configuration {
  return {
    voters: ascending(voters),
    outgoing: [],
    learners: ascending(learners),
    learnersNext: [],
    autoLeave: false,
  };
}

/**
 * What is in force until the log says otherwise. The last members are spares, which are none yet,
 * before them come learners; all others vote, and at least one.
 */
export function firstConfiguration(
  members: number,
  { spares, learners }: { readonly spares: number; readonly learners: number },
): Configuration {
  const voters: Member[] = [];
  const following: Member[] = [];
  const votes = Math.max(1, members - spares - learners);
  for (let member = 1; member <= votes; member++) voters.push(member);
  for (let member = votes + 1; member <= members - spares; member++) following.push(member);
  return plainConfiguration(voters, following);
}

/** Whether every decision needs two majorities. */
export function isJoint(configuration: Configuration): boolean {
  return configuration.outgoing.length > 0;
}

/**
 * The configuration that a change leads to: for a single step the new one, else the joint one with
 * the present voters as its outgoing half (Ongaro's dissertation, sections 4.1 and 4.3).
 */
export function changeConfiguration(
  current: Configuration,
  changes: readonly MemberChange[],
  transition: Transition,
): Configuration | ChangeRefused {
  if (isJoint(current)) return { refused: 'a joint configuration is in force' };
  if (new Set(changes.map(({ member }) => member)).size < changes.length) {
    return { refused: 'one member is changed twice' };
  }
  const joint = transition !== 'auto' || changes.length > 1;
  const voters = new Set(current.voters);
  const learners = new Set(current.learners);
  const learnersNext = new Set<Member>();
  for (const { kind, member } of changes) {
    const voted = voters.delete(member);
    learners.delete(member);
    if (kind === 'add-voter') voters.add(member);
    // A member is a voter or a learner, never both, so one that still votes has to wait.
    else if (kind === 'add-learner') (joint && voted ? learnersNext : learners).add(member);
  }
  if (voters.size === 0) return { refused: 'no voter would be left' };
  const next: Configuration = {
    voters: ascending(voters),
    outgoing: joint ? current.voters : [],
    learners: ascending(learners),
    learnersNext: ascending(learnersNext),
    autoLeave: joint && transition !== 'explicit',
  };
  const same = sameMembers(next.voters, current.voters);
  if (same && learnersNext.size === 0 && sameMembers(next.learners, current.learners)) {
    return { refused: 'nothing would change' };
  }
  return next;
}

/** The configuration behind a joint one. */
export function leaveJoint(current: Configuration): Configuration | ChangeRefused {
  if (!isJoint(current)) return { refused: 'no joint configuration is in force' };
  return plainConfiguration(current.voters, [...current.learners, ...current.learnersNext]);
}

function ascending(members: Iterable<Member>): readonly Member[] {
  return [...members].sort((a, b) => a - b);
}

function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  return a.length === b.length && a.every((member, at) => member === b[at]);
}
