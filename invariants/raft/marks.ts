import { plainConfiguration } from '../../src/systems/raft/confchange.ts';
import type { RaftView } from '../../src/systems/raft/view.ts';
import { triggers } from './triggers.ts';

/** The triggers that two sets of marks of one node differ by; 0 when nothing changed. */
export function changedMarks(before: RaftView, after: RaftView): number {
  let changed = 0;
  if (before.role !== after.role) changed |= triggers.role;
  if (before.term !== after.term) changed |= triggers.term | triggers.vote;
  if (before.votedFor !== after.votedFor) changed |= triggers.vote;
  if (before.leaderId !== after.leaderId) changed |= triggers.leader;
  if (
    before.lastIndex !== after.lastIndex ||
    before.firstIndex !== after.firstIndex ||
    before.logEpoch !== after.logEpoch ||
    before.lastTerm !== after.lastTerm
  ) {
    changed |= triggers.log;
  }
  if (before.commit !== after.commit) changed |= triggers.commit;
  if (before.applied !== after.applied) changed |= triggers.applied;
  if (before.snapshotIndex !== after.snapshotIndex) changed |= triggers.snapshot;
  if (before.phase !== after.phase) changed |= triggers.marks;
  if (before.configuration !== after.configuration) changed |= triggers.configuration;
  if (after.role === 'leader' && differ(before, after)) changed |= triggers.match;
  return changed;
}

function differ(before: RaftView, after: RaftView): boolean {
  if (before.role !== 'leader' || before.term !== after.term) return true;
  for (let at = 0; at < after.match.length; at += 1) {
    if (before.match[at] !== after.match[at] || before.next[at] !== after.next[at]) return true;
  }
  return false;
}

/** Marks of a node that has not said anything yet. */
export function emptyView(): RaftView {
  return {
    phase: 'recovering',
    role: 'follower',
    term: 0,
    votedFor: 0,
    leaderId: 0,
    commit: 0,
    applied: 0,
    firstIndex: 1,
    lastIndex: 0,
    lastTerm: 0,
    stableIndex: 0,
    snapshotIndex: 0,
    snapshotTerm: 0,
    logEpoch: 0,
    configuration: plainConfiguration([]),
    configurationIndex: 0,
    match: [],
    next: [],
    diskFailing: false,
  };
}
