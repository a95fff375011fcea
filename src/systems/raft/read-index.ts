import type { CoreState } from './core-state.ts';
import { holdsLease } from './lease.ts';
import { quorumValue } from './quorum.ts';
import type { Member } from './types.ts';

/**
 * Linearizable reads without the log (Ongaro's dissertation, section 6.4). Reads that wait are
 * taken together into a round: the leader notes its commit index, and once a quorum has answered a
 * message that was sent in the round, no later leader can have committed anything before the round
 * began. Reads that come meanwhile wait for the next round.
 */
export function requestRead(core: CoreState, read: number, nowUs: number): boolean {
  if (core.role !== 'leader') return false;
  if (holdsLease(core, nowUs)) {
    core.options.probe('lease read served');
    core.releasedReads.push(read);
    core.releasedAt.push(core.commit);
    return true;
  }
  if (core.waitingReads.length === 0) core.waitingSinceUs = nowUs;
  core.waitingReads.push(read);
  return true;
}

/**
 * Begins a round when reads wait for one and none is under way, and something of this term is
 * committed (before that the commit index may lag behind what earlier leaders acknowledged).
 * The caller then sends heartbeats, which carry the round. True when a round began.
 */
export function beginRound(core: CoreState, nowUs: number): boolean {
  if (!core.committedInTerm || core.waitingReads.length === 0) return false;
  if (core.confirmingReads.length > 0) return false;
  const reads = core.waitingReads;
  core.waitingReads = core.confirmingReads;
  core.confirmingReads = reads;
  core.confirmingRound = ++core.round;
  core.confirmingIndex = core.commit;
  core.confirmingSinceUs = nowUs;
  core.ackedRounds[core.self] = core.round;
  releaseIfConfirmed(core);
  return true;
}

/** A follower has answered a message of a round. True when that ended the round under way. */
export function roundAcknowledged(core: CoreState, from: Member, round: number): boolean {
  if (round <= core.ackedRounds[from]!) return false;
  core.ackedRounds[from] = round;
  return core.confirmingReads.length > 0 && releaseIfConfirmed(core);
}

function releaseIfConfirmed(core: CoreState): boolean {
  if (quorumValue(core.ackedRounds, core.configuration) < core.confirmingRound) return false;
  for (const read of core.confirmingReads) {
    core.releasedReads.push(read);
    core.releasedAt.push(core.confirmingIndex);
  }
  core.confirmingReads.length = 0;
  return true;
}

/** Gives up reads that no quorum has confirmed for two election timeouts. */
export function expireReads(core: CoreState, nowUs: number): void {
  const oldest = nowUs - 2 * core.options.electionTimeoutUs;
  if (core.confirmingReads.length > 0 && core.confirmingSinceUs < oldest) {
    refuse(core, core.confirmingReads);
  }
  if (core.waitingReads.length > 0 && core.waitingSinceUs < oldest) refuse(core, core.waitingReads);
}

function refuse(core: CoreState, reads: number[]): void {
  core.options.probe('read refused by a minority leader');
  for (const read of reads) core.refusedReads.push(read);
  reads.length = 0;
}
