import { type Fault, seconds } from '../../src/index.ts';

/**
 * Words to steer a cluster of known nodes through a fixed course. They need calm weather, one-way
 * latencies of a few milliseconds and an election time-out of `electionTimeoutUs`.
 */

/** Settings of weather, protocol and load under which the words below do what they say. */
export const steeredSettings = {
  'clients.readersPercent': 0,
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
  'raft.maxUncommittedBytes': 1_000_000,
  'raft.maxInflight': 1,
  'raft.maxInflightBytes': 1_000_000,
  'raft.preVote': true,
  'raft.checkQuorum': true,
  'raft.leaseReads': false,
  'raft.priorities': 'equal',
  'raft.spares': 0,
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

/** Those who take part in a reign start so long after its beginning, when nothing else is said. */
const usualRestUs = 20_000;
/** Voters run this long, so that they have recovered before they stand still. */
const recoveringUs = 60_000;
/** The winner has asked for votes so long after its start: more than two election time-outs. */
const askedUs = 490_000;
/** From then to its win: four messages and a sync. */
const winningUs = 16_000;

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

/** The process of a node dies at a meaning and is dead for a while. */
export function downWhen(node: string, when: Fault['when'], lastsUs: number): Fault {
  return { kind: 'kill', target: { node }, when, durationUs: lastsUs };
}

/** A node dies the moment the winner of a reign has won, until the rest after that reign. */
export function downAtWin(
  node: string,
  winner: string,
  fromUs: number,
  untilUs: number,
  restUs: number = usualRestUs,
): Fault {
  const wonUs = fromUs + restUs + askedUs + winningUs;
  const of = { node: winner };
  const when = { event: 'role:leader', of, nth: 1, notBeforeUs: fromUs, afterUs: 0 };
  return downWhen(node, when, untilUs + (restUs >> 1) - wonUs);
}

/**
 * Has `winner` elected by `voters`: everybody dies; after a rest, winner and voters start again;
 * the voters stand still until the winner has asked for their votes, so that nobody gets there
 * before it; all others stay dead until the end. The winner must have the newest log among them and
 * know the term.
 */
export function reign(
  nodes: readonly string[],
  winner: string,
  voters: readonly string[],
  fromUs: number,
  untilUs: number,
  restUs: number = usualRestUs,
): readonly Fault[] {
  const startUs = fromUs + restUs;
  return [
    ...nodes.map((node) => {
      const takesPart = node === winner || voters.includes(node);
      return down(node, fromUs, takesPart ? startUs : untilUs);
    }),
    ...voters.map((voter) => frozen(voter, startUs + recoveringUs, startUs + askedUs)),
  ];
}

/**
 * As `reign`, for a winner that was not there when the voters entered their term: it asks twice,
 * and the first time the voters run just long enough to tell it.
 */
export function returningReign(
  nodes: readonly string[],
  winner: string,
  voters: readonly string[],
  fromUs: number,
  untilUs: number,
): readonly Fault[] {
  const toldUs = fromUs + usualRestUs + askedUs + 20_000;
  return [
    ...reign(nodes, winner, voters, fromUs, untilUs),
    ...voters.map((voter) => frozen(voter, toldUs, toldUs + askedUs - 20_000)),
  ];
}

/** The first reign: nobody has to die, for nobody leads yet. */
export function firstReign(nodes: readonly string[], winner: string): readonly Fault[] {
  return nodes.filter((node) => node !== winner).map((node) => frozen(node, recoveringUs, 510_000));
}

/** Names `n1` to `n<count>`. */
export function servers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}`);
}
