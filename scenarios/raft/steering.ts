import { type Fault, seconds } from '../../src/index.ts';

/**
 * Words to steer a cluster of known nodes through a fixed course. They need calm weather, one-way
 * latencies of a few milliseconds and an election time-out of `electionTimeoutUs`.
 */

/** Settings of weather, protocol and load under which the words below do what they say. */
export const steeredSettings = {
  // Slow enough that a fault can strike between a message and its answer.
  'net.latencyMinUs': 5_000,
  'net.latencyUs': 10,
  'raft.electionTimeoutUs': 150_000,
  'raft.heartbeatUs': 40_000,
  // One entry a message, so that a follower can get an old entry without a new one.
  'raft.batchEntries': 1,
  'raft.snapshotEntries': 1_000,
  'raft.trailingEntries': 100,
  'raft.maxUncommitted': 1_000,
  'clients.count': 6,
  'clients.loop': 'closed',
  'clients.mix': 'writes',
  'clients.operations': 300,
  'clients.atLimits': false,
  'clients.valueBytes': 0,
  'clients.shape': 'steady',
  'clients.timeoutUs': 300_000,
  'clients.thinkUs': 0,
  'clients.restarts': 0,
} as const;

/** Phases of the steered scenarios that follow figure 8. */
export const steeredPhases = { form: seconds(1), storm: seconds(7), settle: seconds(4) } as const;

/** How long a reign needs until its leader has won. */
export const untilWonUs = 600_000;

/** The process of a node is dead from one time to another. */
export function down(node: string, fromUs: number, untilUs: number): Fault {
  return { kind: 'kill', target: { node }, when: { atUs: fromUs }, durationUs: untilUs - fromUs };
}

/** The machine of a node stands still from one time to another, and messages wait for it. */
export function frozen(node: string, fromUs: number, untilUs: number): Fault {
  return {
    kind: 'suspend',
    target: { node },
    when: { atUs: fromUs },
    durationUs: untilUs - fromUs,
  };
}

/** A client and all servers cannot reach each other from one time to another. */
export function silenced(client: string, fromUs: number, untilUs: number): Fault {
  return {
    kind: 'partition',
    shape: 'isolate',
    target: { node: client },
    direction: 'both',
    flapUs: 0,
    arrangement: 0,
    when: { atUs: fromUs },
    durationUs: untilUs - fromUs,
  };
}

/** A node dies the moment another one, or itself, wins an election. */
export function downAtWin(node: string, winner: string, fromUs: number, untilUs: number): Fault {
  return {
    kind: 'kill',
    target: { node },
    when: {
      event: 'role:leader',
      of: { node: winner },
      nth: 1,
      notBeforeUs: fromUs,
      afterUs: 0,
    },
    // The win comes once the voters run again; the node stays dead until the reign is over.
    durationUs: untilUs - fromUs - untilWonUs + 90_000,
  };
}

/**
 * Has `winner` elected by `voters` at about `untilWonUs` after the beginning: everybody dies;
 * winner and voters start again; the voters stand still until the winner has asked for their
 * votes; all others stay dead until the end.
 */
export function reign(
  nodes: readonly string[],
  winner: string,
  voters: readonly string[],
  fromUs: number,
  untilUs: number,
): readonly Fault[] {
  const plan: Fault[] = [];
  for (const node of nodes) {
    const takesPart = node === winner || voters.includes(node);
    plan.push(down(node, fromUs, takesPart ? fromUs + 20_000 : untilUs));
  }
  for (const voter of voters)
    plan.push(frozen(voter, fromUs + 80_000, fromUs + untilWonUs - 90_000));
  return plan;
}

/** The first reign: nobody has to die, for nobody leads yet. */
export function firstReign(nodes: readonly string[], winner: string): readonly Fault[] {
  return nodes
    .filter((node) => node !== winner)
    .map((node) => frozen(node, 60_000, untilWonUs - 90_000));
}

/** Names `n1` to `n<count>`. */
export function servers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}`);
}
