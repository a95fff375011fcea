import { type ClientsDefinition, type Fault, seconds } from '../../src/index.ts';
import { raftClients } from './setting.ts';

/** Phases of the scenarios about one lease. */
export const leasePhases = { form: seconds(1), storm: seconds(4), settle: seconds(3) } as const;

/** Clients that read and write one key all the time, from both sides of a partition. */
export function leaseClients(): ClientsDefinition {
  return raftClients();
}

/** Settings under which a lease that lasts too long is seen by some client. */
export const leaseSettings = {
  nodes: 3,
  'raft.leaseReads': true,
  'raft.preVote': true,
  'raft.checkQuorum': true,
  'raft.spares': 0,
  'raft.priorities': 'equal',
  'raft.electionTimeoutUs': 150_000,
  'raft.heartbeatUs': 20_000,
  'raft.maxUncommitted': 1_000,
  'raft.maxUncommittedBytes': 1_000_000,
  'raft.maxInflight': 16,
  'raft.maxInflightBytes': 1_000_000,
  'raft.batchEntries': 64,
  'raft.snapshotEntries': 1_000,
  'clock.driftPpm': 20_000,
  'clients.count': 8,
  'clients.loop': 'closed',
  'clients.lanes': 3,
  'clients.operations': 450,
  'clients.keys': 1,
  'clients.mix': 'even',
  'clients.atLimits': false,
  'clients.localReadPercent': 0,
  'clients.shape': 'steady',
  'clients.timeoutUs': 80_000,
  'clients.thinkUs': 0,
  'clients.backOffUs': 1_000,
  'clients.restarts': 0,
} as const;

/**
 * The clock of the leader goes slow and those of the others fast; then the leader is cut off from
 * them, but not from all clients, for so long that another one is elected.
 */
export function cutOffWithDrift(leaderPpm: number, othersPpm: number): readonly Fault[] {
  const when = { atUs: seconds(1.5) };
  const durationUs = seconds(3);
  const drift = (
    target: Extract<Fault, { kind: 'clock-drift' }>['target'],
    ppm: number,
  ): Fault => ({
    kind: 'clock-drift',
    target,
    partsPerMillion: ppm,
    when,
    durationUs,
  });
  const cut = (atUs: number, arrangement: number): Fault => ({
    kind: 'partition',
    shape: 'isolate',
    target: { role: 'leader' },
    direction: 'both',
    flapUs: 0,
    arrangement,
    when: { atUs },
    durationUs: 600_000,
  });
  return [
    drift({ role: 'leader' }, leaderPpm),
    drift({ notRole: 'leader', nth: 0 }, othersPpm),
    drift({ notRole: 'leader', nth: 1 }, othersPpm),
    cut(seconds(2), 1),
  ];
}

/** Cuts the leader off from all servers, and from some clients. */
function cutOff(when: Fault['when']): Fault {
  return {
    kind: 'partition',
    shape: 'isolate',
    target: { role: 'leader' },
    direction: 'both',
    flapUs: 0,
    arrangement: 1,
    when,
    durationUs: 600_000,
  };
}

/** The leader hands over, and is cut off when its successor begins to campaign. */
export const cutOffAtHandover: readonly Fault[] = [1.5, 2.5, 3.5].flatMap((atSeconds, nth) => [
  {
    kind: 'transfer',
    target: { notRole: 'leader', nth },
    when: { atUs: seconds(atSeconds) },
    durationUs: 1,
  },
  cutOff({
    event: 'probe:campaign by order of the leader',
    nth: 1,
    notBeforeUs: seconds(atSeconds),
    afterUs: 0,
  }),
]);
