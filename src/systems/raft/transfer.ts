import type { CoreState } from './core-state.ts';
import { forfeitLease } from './lease.ts';
import type { Member } from './types.ts';

/**
 * Leadership transfer (Ongaro's dissertation, section 3.10). The leader takes no proposals until the
 * target has its whole log, then tells it to campaign at once; it gives up after an election
 * time-out, and goes on as before. Calls of clients are refused meanwhile, not queued: a queue would
 * have to be answered as unknown in the end, a refused call may be sent to the new leader at once.
 *
 * @returns why it cannot be done; empty when it has begun
 */
export function beginTransfer(core: CoreState, target: Member, nowUs: number): string {
  if (core.role !== 'leader') return 'this node does not lead';
  if (target === core.self) return 'this node leads already';
  if (!core.configuration.voters.includes(target)) return 'the target is no voter';
  if (core.transferee !== 0) return 'a transfer is under way';
  core.transferee = target;
  core.transferDeadlineUs = nowUs + core.options.electionTimeoutUs;
  core.transferOrdered = false;
  core.options.probe('transfer begun');
  return '';
}

/** Tells the target to campaign, once it holds all that the leader has. */
export function orderIfCaughtUp(core: CoreState): void {
  const { transferee } = core;
  if (transferee === 0 || core.transferOrdered) return;
  if (core.matches[transferee]! < core.log.lastIndex) return;
  core.transferOrdered = true;
  orderCampaign(core, transferee);
}

/** Tells a voter to campaign. */
export function orderCampaign(core: CoreState, to: Member): void {
  forfeitLease(core);
  core.send(to, { kind: 'timeout-now', term: core.term });
}

/** The target did not get there in time, or is no voter any more: the leader goes on. */
export function expireTransfer(core: CoreState, nowUs: number): void {
  const { transferee } = core;
  if (transferee === 0) return;
  const isVoter = core.configuration.voters.includes(transferee);
  if (isVoter && nowUs < core.transferDeadlineUs) return;
  core.transferee = 0;
  core.options.probe('transfer given up');
}
