import { type Ladder, ladder } from '../../src/index.ts';
import { ackIsBounded, appendIsASlice, matchIsHeld } from './append-messages.ts';
import { ackIsCommitted, failureIsFinal, readsAreFresh } from './client-answers.ts';
import { commitRule, committedIsKept, oneChain } from './commit-rules.ts';
import {
  changeAfterCommit,
  configurationOfTheLog,
  jointIsLeft,
  oneChangeAtATime,
} from './configurations.ts';
import { damageLosesNothing, refuseRatherThanAnswer, snapshotsAreEqual } from './damage.ts';
import { durableFirst } from './durable-first.ts';
import { electedByVotes } from './elected-by-votes.ts';
import { electionSafety, leaderCompleteness } from './election-safety.ts';
import { raftFacts } from './facts.ts';
import { indexOrder } from './index-order.ts';
import { leaderIdentity } from './leader-identity.ts';
import { leaderLasts } from './leader-lasts.ts';
import { leaderAppendOnly, matchOnlyGrows } from './leader-log.ts';
import { raftCoreGhost, raftGhost } from './ledger.ts';
import { linearizable } from './linearizable.ts';
import { liveLeaderStays } from './live-leader.ts';
import { logMatching, onePayload } from './log-matching.ts';
import { durableShape, logShape } from './log-shape.ts';
import { lostDiskIsSilent, messageTerm } from './message-term.ts';
import { applyInOrder, commitNeverFalls, termNeverFalls } from './monotone.ts';
import { raftProbes } from './probes.ts';
import {
  callsEnd,
  commitsArrive,
  oneStableLeader,
  termsSettle,
  writesAreServed,
} from './progress.ts';
import { readsAreConfirmed } from './reads-confirmed.ts';
import { recoveryKeeps } from './recovery.ts';
import { requestsAreAnswered } from './requests-answered.ts';
import { roleMoves } from './role-moves.ts';
import { snapshotIsTheChain } from './snapshots.ts';
import { exactlyOnce, sessionsAgree, stateMachineSafety } from './state-machine.ts';
import { everyStepEnds } from './step-ends.ts';
import { voteForTheUpToDate, voteOnce } from './vote-once.ts';

/** What one node owes by itself, but that its steps end. */
const ofOneNode = [
  roleMoves,
  indexOrder,
  logShape,
  durableShape,
  leaderIdentity,
  termNeverFalls,
  voteOnce,
  commitNeverFalls,
  applyInOrder,
  leaderAppendOnly,
  matchOnlyGrows,
];

const ofTheCluster = [
  // what nodes tell each other
  messageTerm,
  durableFirst,
  appendIsASlice,
  ackIsBounded,
  matchIsHeld,
  // the cluster
  electedByVotes,
  electionSafety,
  onePayload,
  logMatching,
  commitRule,
  oneChain,
  committedIsKept,
  leaderCompleteness,
  voteForTheUpToDate,
  liveLeaderStays,
];

const ofMembersAndDisks = [
  // members
  configurationOfTheLog,
  oneChangeAtATime,
  changeAfterCommit,
  // disks and snapshots
  lostDiskIsSilent,
  snapshotIsTheChain,
  recoveryKeeps,
  damageLosesNothing,
  snapshotsAreEqual,
  refuseRatherThanAnswer,
];

/** The laws of Raft KV, from the shape of one node to what clients can see. */
export const raftLadder: Ladder = ladder({
  name: 'raft',
  ghost: raftGhost,
  rungs: [
    everyStepEnds,
    ...ofOneNode,
    ...ofTheCluster,
    readsAreConfirmed,
    ...ofMembersAndDisks,
    // the state machine
    stateMachineSafety,
    exactlyOnce,
    sessionsAgree,
    // what clients see
    ackIsCommitted,
    readsAreFresh,
    linearizable,
    failureIsFinal,
    // progress
    oneStableLeader,
    leaderLasts,
    commitsArrive,
    termsSettle,
    callsEnd,
    writesAreServed,
    jointIsLeft,
    requestsAreAnswered,
  ],
  probes: raftProbes,
  facts: raftFacts,
});

const coreRungs = [
  ...ofOneNode,
  ...ofTheCluster,
  ...ofMembersAndDisks,
  oneStableLeader,
  leaderLasts,
  commitsArrive,
  termsSettle,
  jointIsLeft,
];

/** The laws of Raft whatever it replicates; those of state machine and clients are another ladder's. */
export const raftCoreLadder: Ladder = ladder({
  name: 'raft core',
  ghost: raftCoreGhost,
  rungs: coreRungs,
  probes: raftProbes,
  facts: Object.fromEntries(
    Object.entries(raftFacts).filter(([id]) => coreRungs.some((rung) => rung.id === id)),
  ),
});
