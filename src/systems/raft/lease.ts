import type { CoreState } from './core-state.ts';
import { quorumValue } from './quorum.ts';

/**
 * Leases: reads that a leader serves without asking anybody (Ongaro's dissertation, section 6.4.1).
 *
 * A follower that heard from a leader helps nobody to an election for one election time-out on its
 * own clock, whatever else it learns in that time, and neither does one in the first time-out of
 * its life, for the life before may have heard from a leader. So when a quorum has answered a
 * round, nobody can win before that time has passed since the round began; and the leader, who
 * counts from the moment at which it sent the round, is on the safe side of every delay and stall.
 *
 * Both clocks may be wrong by the declared bound. The time-out of a clock that is fast by it lasts
 * `1 / (1 + bound)` of what it says, the lease of one that is slow `1 / (1 - bound)`; so the lease
 * is shorter than the time-out by the factor `1 - 2 * bound`, which is below
 * `(1 - bound) / (1 + bound)`. A monotonic clock that stands still while the machine is suspended
 * is beyond any bound.
 *
 * A leader that tells somebody to campaign gives up its lease for good: the message may come late.
 * A change of the configuration starts anew, for another quorum decides now.
 */
const rememberedRounds = 64;

/** How long a lease lasts from the beginning of its round, in microseconds of the leader's clock. */
export function leaseUs(electionTimeoutUs: number, driftBoundPpm: number): number {
  // Two readings of clocks that tick in microseconds are each wrong by up to one.
  return Math.floor((electionTimeoutUs * (1_000_000 - 2 * driftBoundPpm)) / 1_000_000) - 2;
}

/** Leader: a round begins. */
export function beginLeaseRound(core: CoreState, nowUs: number): void {
  if (!core.options.leaseReads) return;
  core.round++;
  core.ackedRounds[core.self] = core.round;
  core.roundSentUs[core.round % rememberedRounds] = nowUs;
  extendLease(core);
}

/** Leader: somebody has answered a round. */
export function extendLease(core: CoreState): void {
  if (!core.options.leaseReads || core.leaseForfeited) return;
  const round = quorumValue(core.ackedRounds, core.configuration);
  if (round < core.leaseFromRound || core.round - round >= rememberedRounds) return;
  const sentUs = core.roundSentUs[round % rememberedRounds]!;
  const { electionTimeoutUs, driftBoundPpm } = core.options;
  const untilUs = sentUs + leaseUs(electionTimeoutUs, driftBoundPpm);
  if (untilUs > core.leaseUntilUs) core.leaseUntilUs = untilUs;
}

/** Leader: the lease so far says nothing about the quorum that decides from now on. */
export function restartLease(core: CoreState): void {
  core.leaseUntilUs = Number.NEGATIVE_INFINITY;
  core.leaseFromRound = core.round + 1;
}

/** Leader: somebody is told to campaign. */
export function forfeitLease(core: CoreState): void {
  core.leaseForfeited = true;
  core.leaseUntilUs = Number.NEGATIVE_INFINITY;
}

/** Whether nobody else can have committed anything up to now. */
export function holdsLease(core: CoreState, nowUs: number): boolean {
  return core.role === 'leader' && core.committedInTerm && nowUs < core.leaseUntilUs;
}
