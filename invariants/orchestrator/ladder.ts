import { type AnyRung, type Ladder, ladder, stackLadders } from '../../src/index.ts';
import { callersAreThemselves } from './callers.ts';
import { answersAreCommitted, eventsAreWhole, readsAreFresh, sameAnswer } from './clients.ts';
import {
  fencedInTime,
  fencedLate,
  oneContainerASlot,
  oneMount,
  workersAreAutonomous,
} from './containers.ts';
import { controllersRest } from './controllers-rest.ts';
import { batchesAreWatched, oneDeployment, updatesLeaveEnough } from './deployment-laws.ts';
import type { EntryRung } from './entry-rung.ts';
import { agentsGoForward, journalsAreKept } from './journals.ts';
import { barrierComesFirst, carriedOutOnce, earlierLeadersAreRefused } from './leader-laws.ts';
import { leasesAreUnique, nothingIsFreeTooEarly, reservationsAddUp } from './lease-laws.ts';
import { orchestratorGhost } from './ledger.ts';
import { oneOwnerOnAMachine } from './machine-leases.ts';
import { managersAgree, tablesAddUp } from './managers-agree.ts';
import type { OrchestratorMoment } from './moment.ts';
import {
  changesAreCompared,
  epochsGrow,
  goneIsGone,
  idsAreNew,
  namesAreUnique,
} from './object-laws.ts';
import { manyAreStarted } from './progress-at-scale.ts';
import {
  beatsKeepNodesUp,
  deploymentsEnd,
  drainsEnd,
  requestsAreAnswered,
  silentNodesGoDown,
  workersHaveSessions,
} from './progress-of-nodes.ts';
import {
  assignedAreStarted,
  crashedAreReplaced,
  desiredIsActual,
  nothingIsLeft,
  placedWhereTheyFit,
} from './progress-of-tasks.ts';
import { quotasHold } from './quota-laws.ts';
import { raftOfManagers } from './raft-of-managers.ts';
import { backupsComeBack } from './restore-laws.ts';
import { retriesAreBounded } from './retries.ts';
import { noPlaintext, secretsStayInScope } from './secrets.ts';
import {
  localVolumesStay,
  oneForEachNode,
  placesAreFeasible,
  restartsAreCounted,
  slotsHaveOne,
} from './slot-laws.ts';
import { tablesAreCurrent } from './tables-are-current.ts';
import {
  ownersOfFields,
  statesGoForward,
  tasksHavePlaces,
  tasksStayThemselves,
  wishesGoForward,
} from './task-laws.ts';
import { tablesGoForward, trafficGoesToTheWell } from './traffic.ts';
import { noncesAreNew, tokensAdmit } from './trust-laws.ts';

/** What the committed log alone decides, entry by entry. */
export const entryRungs: readonly EntryRung[] = [
  // one task
  tasksHavePlaces,
  idsAreNew,
  statesGoForward,
  wishesGoForward,
  tasksStayThemselves,
  ownersOfFields,
  // objects
  changesAreCompared,
  namesAreUnique,
  leasesAreUnique,
  nothingIsFreeTooEarly,
  reservationsAddUp,
  placesAreFeasible,
  localVolumesStay,
  quotasHold,
  goneIsGone,
  backupsComeBack,
  // who may speak
  earlierLeadersAreRefused,
  barrierComesFirst,
  carriedOutOnce,
  tokensAdmit,
  noncesAreNew,
  // slots and deployments
  slotsHaveOne,
  oneForEachNode,
  restartsAreCounted,
  oneDeployment,
  batchesAreWatched,
  updatesLeaveEnough,
  epochsGrow,
];

/** The orchestrator's own laws, from the store to machines, clients and what has to happen in the end. */
export const orchestratorRungs: readonly AnyRung<OrchestratorMoment>[] = [
  managersAgree,
  ...entryRungs,
  // machines
  fencedInTime,
  oneContainerASlot,
  oneMount,
  oneOwnerOnAMachine,
  fencedLate,
  workersAreAutonomous,
  journalsAreKept,
  agentsGoForward,
  beatsKeepNodesUp,
  silentNodesGoDown,
  // trust and traffic
  callersAreThemselves,
  noPlaintext,
  secretsStayInScope,
  trafficGoesToTheWell,
  tablesGoForward,
  // what clients see
  answersAreCommitted,
  sameAnswer,
  readsAreFresh,
  eventsAreWhole,
  // progress
  controllersRest,
  retriesAreBounded,
  requestsAreAnswered,
  workersHaveSessions,
  crashedAreReplaced,
  placedWhereTheyFit,
  assignedAreStarted,
  manyAreStarted,
  tablesAreCurrent,
  deploymentsEnd,
  drainsEnd,
  desiredIsActual,
  nothingIsLeft,
  tablesAddUp,
];

export const orchestratorOwnLadder: Ladder = ladder({
  name: 'orchestrator',
  ghost: orchestratorGhost(entryRungs.map(({ law }) => law)),
  rungs: orchestratorRungs,
});

/** Raft's laws over the managers, and those of the orchestrator on top of them. */
export const orchestratorLadder: Ladder = stackLadders('orchestrator', [
  raftOfManagers,
  orchestratorOwnLadder,
]);
