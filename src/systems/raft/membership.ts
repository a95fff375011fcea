import { type ChangeRefused, changeConfiguration, isJoint, leaveJoint } from './confchange.ts';
import { encodeConfiguration } from './configuration-format.ts';
import type { CoreState } from './core-state.ts';
import { isVoter } from './quorum.ts';
import { appendAsLeader, broadcastHeartbeat, maybeCommit } from './replication.ts';
import { orderCampaign } from './transfer.ts';
import type { Configuration, Entry, Member, MemberChange, Transition } from './types.ts';

/**
 * Changes of membership. A configuration is in force as soon as it is in a log. One at a time: a
 * leader appends the next only when the last one is committed, and the first of its term only when
 * an entry of its term is committed (Ongaro's correction of 2015: two leaders that follow one
 * another could else decide by quorums that share nobody).
 */

/** Leader: begins a change. Gives the entry, or why it cannot be done now. */
export function proposeChange(
  core: CoreState,
  changes: readonly MemberChange[],
  transition: Transition,
  nowUs: number,
): Entry | ChangeRefused {
  const wait = notNow(core);
  if (wait !== '') return { refused: wait };
  for (const { kind, member } of changes) {
    if (member < 1 || member > core.options.members) return { refused: 'no such member' };
    if (kind === 'add-voter' && !holdsAll(core, member)) {
      core.options.probe('promotion refused');
      return { refused: `member ${member} is no learner that has caught up` };
    }
  }
  const next = changeConfiguration(core.configuration, changes, transition);
  return 'refused' in next ? next : appendConfiguration(core, next, nowUs);
}

/** Leader: leaves the joint configuration that is in force. */
export function proposeLeave(core: CoreState, nowUs: number): Entry | ChangeRefused {
  const wait = notNow(core);
  if (wait !== '') return { refused: wait };
  const next = leaveJoint(core.configuration);
  return 'refused' in next ? next : appendConfiguration(core, next, nowUs);
}

function notNow(core: CoreState): string {
  if (core.role !== 'leader') return 'this node does not lead';
  if (core.diskFailing) return 'the disk of the leader fails';
  if (core.transferee !== 0) return 'a transfer is under way';
  if (!core.committedInTerm) {
    core.options.probe('change before a commit in the term refused');
    return 'nothing is committed in this term yet';
  }
  return core.configurationCommitted ? '' : 'the last change is not committed yet';
}

/** A voter stays one; a learner becomes one when it lacks nothing that is committed. */
function holdsAll(core: CoreState, member: Member): boolean {
  if (isVoter(member, core.configuration)) return true;
  if (!core.configuration.learners.includes(member)) return false;
  return core.matches[member]! >= core.commit;
}

function appendConfiguration(core: CoreState, next: Configuration, nowUs: number): Entry {
  noteProbes(core, next);
  const entry = appendAsLeader(core, 'configuration', encodeConfiguration(next), nowUs);
  // A quorum of the new configuration may hold more than one of the old one did.
  maybeCommit(core, nowUs);
  return entry;
}

function noteProbes(core: CoreState, next: Configuration): void {
  const { configuration, options } = core;
  if (isJoint(next)) options.probe('joint configuration entered');
  if (isJoint(configuration)) options.probe('joint configuration left');
  if (next.voters.some((member) => configuration.learners.includes(member))) {
    options.probe('learner promoted');
  }
}

/** Leader: more is committed than before. Goes on with a change that waited for that. */
export function afterCommit(core: CoreState, nowUs: number): void {
  if (core.role !== 'leader' || !core.configurationCommitted) return;
  const { configuration } = core;
  if (isJoint(configuration)) {
    if (configuration.autoLeave) proposeLeave(core, nowUs);
  } else if (!isVoter(core.self, configuration)) {
    resign(core, nowUs);
  }
}

/**
 * The leader has removed itself. Everybody is told how far the log is committed, and the voter that
 * holds most is told to take over, so that the cluster need not wait for a time-out.
 */
function resign(core: CoreState, nowUs: number): void {
  core.options.probe('leader removed itself');
  broadcastHeartbeat(core, nowUs);
  let best: Member = 0;
  for (const member of core.configuration.voters) {
    if (best === 0 || core.matches[member]! > core.matches[best]!) best = member;
  }
  orderCampaign(core, best);
  core.becomeFollower(core.term, 0, nowUs);
}
