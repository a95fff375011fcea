import type { CoreState } from './core-state.ts';
import { Progress } from './progress.ts';
import { isVoter, quorumTally } from './quorum.ts';
import { becomeLeaderAppend } from './replication.ts';
import type { Member, VoteMessage, VoteReply } from './types.ts';

/**
 * The election time is up: campaigns, unless this node cannot or lets another one go first. A node
 * of low priority waits for one more time-out, once; so the others come first when they can, and
 * nobody waits for ever.
 */
export function electionTimedOut(core: CoreState, nowUs: number): void {
  if (!core.mayCampaign) core.resetElectionTimer(nowUs);
  else if (!core.yielded && isOutranked(core)) {
    core.yielded = true;
    core.options.probe('election left to a higher priority');
    core.resetElectionTimer(nowUs);
  } else campaign(core, nowUs, false);
}

function isOutranked(core: CoreState): boolean {
  const { priorities } = core.options;
  const own = priorities[core.self - 1] ?? 0;
  return core.configuration.voters.some((voter) => (priorities[voter - 1] ?? 0) > own);
}

/** The leader wants this node to lead: it campaigns at once, and need not ask whether it may. */
export function handleTimeoutNow(core: CoreState, from: Member, nowUs: number): void {
  if (core.role === 'leader' || core.leader !== from || !core.mayCampaign) return;
  core.options.probe('campaign by order of the leader');
  campaign(core, nowUs, true);
}

/**
 * Asks for votes, or first whether it would get them.
 * @param ordered the leader wants it: its followers are to vote although it lives
 */
export function campaign(core: CoreState, nowUs: number, ordered: boolean): void {
  if (core.role === 'candidate' && !core.requested) {
    // Its own vote is not durable yet: a further term would not get there sooner.
    core.resetElectionTimer(nowUs);
    return;
  }
  if (core.role === 'candidate') noteSplitVote(core);
  core.campaigns++;
  core.options.probe('campaign');
  core.leader = 0;
  core.requested = false;
  core.ordered = ordered;
  for (let member = 0; member < core.votes.length; member++) core.votes[member] = 0;
  core.resetElectionTimer(nowUs);
  if (ordered || !core.options.preVote) {
    becomeCandidate(core);
    return;
  }
  core.role = 'pre-candidate';
  core.votes[core.self] = 1;
  if (quorumTally(core.votes, core.configuration) === 'won') {
    becomeCandidate(core);
    return;
  }
  requestVotes(core, true, core.term + 1);
}

function noteSplitVote(core: CoreState): void {
  let granted = 0;
  let refused = 0;
  for (const vote of core.votes) {
    if (vote > 0) granted++;
    else if (vote < 0) refused++;
  }
  if (granted > 0 && refused > 0) core.options.probe('split vote');
}

/** Enters a new term with a vote for itself. Nothing is asked or counted before that is durable. */
function becomeCandidate(core: CoreState): void {
  const { campaigns } = core;
  core.role = 'candidate';
  core.leader = 0;
  core.setHardState(core.term + 1, core.self);
  core.campaigns = campaigns;
  core.requested = false;
  for (let member = 0; member < core.votes.length; member++) core.votes[member] = 0;
}

/** A candidate's term and its vote for itself are durable now. */
export function candidacyDurable(core: CoreState, nowUs: number): void {
  core.requested = true;
  core.votes[core.self] = 1;
  requestVotes(core, false, core.term);
  count(core, nowUs);
}

/** Only the durable part of the log counts: what is lost in a crash must not win an election. */
function requestVotes(core: CoreState, pre: boolean, term: number): void {
  const lastIndex = core.log.stableIndex;
  const lastTerm = core.log.term(lastIndex);
  const transfer = core.ordered;
  for (const to of core.others) {
    if (!isVoter(to, core.configuration)) continue;
    core.send(to, { kind: 'vote', pre, transfer, term, lastIndex, lastTerm });
  }
}

/**
 * Whether this node heard from a leader so recently that it helps nobody to replace it. What it has
 * learnt since, a later term among it, does not count: that leader may hold a lease.
 */
export function hasLiveLeader(core: CoreState, nowUs: number): boolean {
  if (!core.options.checkQuorum) return false;
  if (core.role === 'leader') return true;
  return nowUs - core.leaderContactUs < core.options.electionTimeoutUs;
}

/**
 * Answers a request whose term is not below this node's own (for a vote: equal to it by now).
 * Granting a pre-vote changes nothing; granting a vote restarts the election timer, and the answer
 * leaves when the vote is durable.
 */
export function handleVote(
  core: CoreState,
  from: Member,
  message: VoteMessage,
  nowUs: number,
): void {
  const upToDate = core.log.isUpToDate(message.lastIndex, message.lastTerm);
  if (message.pre) {
    const granted = upToDate && message.term > core.term && !hasLiveLeader(core, nowUs);
    if (!granted) core.options.probe('pre-vote refused');
    const term = granted ? message.term : core.term;
    core.send(from, { kind: 'vote-reply', pre: true, term, granted });
    return;
  }
  // Nor when it has learnt of the term from somebody else: see `hasLiveLeader`.
  if (!message.transfer && core.votedFor !== from && hasLiveLeader(core, nowUs)) {
    core.send(from, { kind: 'vote-reply', pre: false, term: core.term, granted: false });
    return;
  }
  const mayVote = core.votedFor === from || (core.votedFor === 0 && core.leader === 0);
  // Also without being a voter: it may have been made one, and not know yet.
  const granted = mayVote && upToDate;
  if (granted) {
    if (core.votedFor === 0) core.setHardState(core.term, from);
    core.role = 'follower';
    core.resetElectionTimer(nowUs);
  }
  core.send(from, { kind: 'vote-reply', pre: false, term: core.term, granted });
}

/** Counts an answer that belongs to the campaign under way; others are ignored. */
export function handleVoteReply(
  core: CoreState,
  from: Member,
  message: VoteReply,
  nowUs: number,
): void {
  if (message.pre) {
    if (core.role !== 'pre-candidate') return;
    if (message.granted && message.term !== core.term + 1) return;
  } else if (core.role !== 'candidate' || !core.requested || message.term !== core.term) {
    return;
  }
  if (core.votes[from] !== 0) return;
  core.votes[from] = message.granted ? 1 : -1;
  count(core, nowUs);
}

function count(core: CoreState, nowUs: number): void {
  const tally = quorumTally(core.votes, core.configuration);
  if (tally === 'pending') return;
  if (tally === 'lost') {
    if (core.role === 'candidate') noteSplitVote(core);
    core.role = 'follower';
    return;
  }
  if (core.role === 'pre-candidate') {
    core.resetElectionTimer(nowUs);
    becomeCandidate(core);
    return;
  }
  becomeLeader(core, nowUs);
}

function becomeLeader(core: CoreState, nowUs: number): void {
  const { log } = core;
  if (core.term > 1 && log.lastIndex > core.commit) {
    core.options.probe('leader change under load');
  }
  core.role = 'leader';
  core.leader = core.self;
  core.round = 0;
  core.confirmingRound = 0;
  core.committedInTerm = false;
  core.yielded = false;
  core.transferee = 0;
  core.leaseUntilUs = Number.NEGATIVE_INFINITY;
  core.leaseFromRound = 1;
  core.leaseForfeited = false;
  core.uncommittedBytes = 0;
  for (let index = core.commit + 1; index <= log.lastIndex; index++) {
    core.uncommittedBytes += log.entry(index)!.data.length;
  }
  if (core.ordered) core.options.probe('transfer succeeded');
  if (!core.isVoter) core.options.probe('leader that is no voter');
  for (let member = 0; member < core.progress.length; member++) {
    core.progress[member] = new Progress(log.lastIndex + 1);
    core.matches[member] = 0;
    core.ackedRounds[member] = 0;
  }
  core.matches[core.self] = log.stableIndex;
  core.heartbeatDeadlineUs = nowUs + core.options.heartbeatUs;
  core.quorumDeadlineUs = nowUs + core.options.electionTimeoutUs;
  becomeLeaderAppend(core, nowUs);
}

/** Steps down when no quorum was heard from since the last time. */
export function checkQuorum(core: CoreState, nowUs: number): void {
  core.quorumDeadlineUs = nowUs + core.options.electionTimeoutUs;
  const { votes } = core;
  for (let member = 1; member < votes.length; member++) {
    votes[member] = member === core.self || core.progress[member]!.active ? 1 : -1;
    core.progress[member]!.active = false;
  }
  if (quorumTally(votes, core.configuration) === 'won') return;
  if (core.waitingReads.length + core.confirmingReads.length > 0) {
    core.options.probe('read refused by a minority leader');
  }
  core.becomeFollower(core.term, 0, nowUs);
}
