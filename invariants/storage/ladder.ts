import { type AnyRung, type Ladder, ladder, stackLadders } from '../../src/index.ts';
import { durableOnAll, readsAreVerified, serversDurableFirst } from './acknowledged.ts';
import { settledReplicasAreAlike } from './alike.ts';
import { answersAreCommitted, answersAreTrue, exactlyOnce } from './answers.ts';
import { anyPartsSuffice } from './any-parts.ts';
import { repairsComeToRest, rotIsFound, sessionsConverge } from './at-peace.ts';
import { changelogIsTheLog, tablesAddUp } from './at-rest.ts';
import { cachedAnswersHold, cachesAreTrue } from './cached-facts.ts';
import { changelogsReplay } from './changelogs.ts';
import {
  chunksAreCounted,
  placesAreLawful,
  regionsMayGo,
  sharedKeepTheirCode,
  versionsRise,
} from './chunks.ts';
import { readsAreClean } from './clean-reads.ts';
import { anyPartsAgree } from './codewords-at-rest.ts';
import { oneCodeword } from './contents.ts';
import { cutStaysCut } from './cuts.ts';
import { doneIsDone } from './done-is-done.ts';
import { drainsEnd } from './drains.ts';
import { erasedByPlan, noVoluntaryLoss } from './erasures.ts';
import { storageFacts } from './facts.ts';
import {
  appendsApart,
  bytesWereWritten,
  closeToOpen,
  operationsEnd,
  strictReads,
} from './file-contents.ts';
import { firstPlacesAreLawful } from './first-places.ts';
import { forgottenIsRefused, noMemberBeginsAnew } from './forgotten.ts';
import { disksHaveRoom, fencesRise } from './fragment-rungs.ts';
import { enoughIsIntact } from './intact.ts';
import { learnersCatchUp } from './learners-catch-up.ts';
import { leasesLast } from './leases-last.ts';
import { storageGhost } from './ledger.ts';
import { leftOutServesNobody } from './left-out.ts';
import { nothingIsLeftOver } from './leftovers.ts';
import { madeIsWhole } from './made-whole.ts';
import { mastersAgree, timeByEntries } from './masters-agree.ts';
import { enoughAtAllTimes, goodPartsStay, membersHaveIt } from './memberships.ts';
import { mistakesAreRefused } from './mistakes.ts';
import type { StorageMoment } from './moment.ts';
import { movesArePaidFor } from './moved-bytes.ts';
import { movesEven } from './moves-even.ts';
import { namesAsTheModel, repliesArePossible, treeStands } from './namespace.ts';
import { noWayBack } from './no-way-back.ts';
import { writesAreNumbered } from './numbered.ts';
import { sealedHaveTheirClass } from './own-class.ts';
import { purgedIsGone } from './purged.ts';
import { raftOfMasters } from './raft-of-masters.ts';
import { allIsRedundant } from './recovers.ts';
import { leastLeftFirst, missingBeforeMoving, recoveryIsThrottled } from './recovery-pace.ts';
import { removedHoldNothing } from './removed-servers.ts';
import { chainsAreOfUse, copiesAreCopies, noWorseThanNeeded } from './repairs.ts';
import { lostIsNotOlder, restartsForgetNothing, soundStaysSound } from './restarts.ts';
import { roomIsUsed } from './room-is-used.ts';
import { serversAsTold } from './servers-as-told.ts';
import { answersAreFresh } from './service.ts';
import { serviceIsBack } from './service-back.ts';
import { locksExclude, quotasHold } from './sessions.ts';
import { serversStart } from './starts.ts';
import { whatWasTakenIn } from './taken-in.ts';
import { tellsTheTables } from './told.ts';
import { placementIsMended } from './well-placed.ts';

/** The storage system's own laws, from disks and logs to what clients can see. */
export const storageRungs: readonly AnyRung<StorageMoment>[] = [
  // what leaves a chunkserver, and what it keeps
  anyPartsSuffice,
  readsAreVerified,
  whatWasTakenIn,
  restartsForgetNothing,
  lostIsNotOlder,
  soundStaysSound,
  serversStart,
  serversDurableFirst,
  // masters and log
  mastersAgree,
  timeByEntries,
  changelogsReplay,
  serversAsTold,
  // identity of chunks
  chunksAreCounted,
  sharedKeepTheirCode,
  versionsRise,
  fencesRise,
  forgottenIsRefused,
  noMemberBeginsAnew,
  writesAreNumbered,
  readsAreClean,
  leftOutServesNobody,
  oneCodeword,
  madeIsWhole,
  membersHaveIt,
  settledReplicasAreAlike,
  enoughAtAllTimes,
  enoughIsIntact,
  // names
  treeStands,
  namesAsTheModel,
  repliesArePossible,
  locksExclude,
  exactlyOnce,
  leasesLast,
  // places
  placesAreLawful,
  regionsMayGo,
  firstPlacesAreLawful,
  noWorseThanNeeded,
  roomIsUsed,
  leastLeftFirst,
  missingBeforeMoving,
  movesEven,
  copiesAreCopies,
  goodPartsStay,
  noVoluntaryLoss,
  // accounts
  quotasHold,
  disksHaveRoom,
  erasedByPlan,
  removedHoldNothing,
  // what clients see
  answersAreCommitted,
  answersAreTrue,
  answersAreFresh,
  tellsTheTables,
  doneIsDone,
  mistakesAreRefused,
  purgedIsGone,
  durableOnAll,
  bytesWereWritten,
  strictReads,
  noWayBack,
  closeToOpen,
  cutStaysCut,
  cachesAreTrue,
  cachedAnswersHold,
  appendsApart,
  // at rest
  anyPartsAgree,
  tablesAddUp,
  changelogIsTheLog,
  // progress
  chainsAreOfUse,
  operationsEnd,
  serviceIsBack,
  rotIsFound,
  allIsRedundant,
  sealedHaveTheirClass,
  placementIsMended,
  drainsEnd,
  nothingIsLeftOver,
  sessionsConverge,
  learnersCatchUp,
  repairsComeToRest,
  recoveryIsThrottled,
  movesArePaidFor,
];

export const storageOwnLadder: Ladder = ladder({
  name: 'storage',
  ghost: storageGhost,
  rungs: storageRungs,
  facts: storageFacts,
});

/** Raft's laws over the masters, and those of the storage system on top of them. */
export const storageLadder: Ladder = stackLadders('storage', [raftOfMasters, storageOwnLadder]);
