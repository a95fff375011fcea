import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { JournalRecord } from '../../src/systems/storage/chunkserver/journal-format.ts';
import { fragmentBytes } from '../../src/systems/storage/metadata/chunk-life.ts';
import { isOneTooMany, mostMore } from './caps.ts';
import type { ProposedMove, StorageFacts, StorageMoment } from './moment.ts';
import { Proposals } from './proposals.ts';
import { sitesOf, takers } from './room.ts';

type Put = Extract<JournalRecord, { kind: 'put' }>;

export const copiesAreCopies = rung<StorageMoment>({
  id: 'SF4',
  title: 'copies are copies',
  statement:
    'A replica that a repair or a move makes has, block by block, what another replica of that version has.',
  source: 'longhorn#7425, #1298; lizardfs#297: a copy of another version, or of half of one',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, changes, facts }) {
    let outcome: Outcome = premiseFalse;
    for (const { record } of changes) {
      // What clients put, or a chain adopts, has a fence.
      if (record.kind !== 'put' || record.fence > 0) continue;
      const row = facts.oracle.state.chunks.get(record.chunk);
      if (row === undefined || row.grant !== null || row.unsettled) continue;
      if (row.version !== record.version || row.generation !== record.generation) continue;
      const { kind } = facts.oracle.state.classes.get(row.classId)!.redundancy;
      if (kind !== 'replicated') continue;
      const others = row.members.flatMap((server) => replicaOn(facts, server, node, record));
      if (others.length === 0) continue;
      if (!others.some((other) => isCopy(record, other))) {
        const { chunk, version, generation, blocks } = record;
        const values = { chunk, version, generation, blocks: blocks.length };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

function replicaOn(facts: StorageFacts, server: number, not: number, put: Put): Fragment[] {
  if (server === 0 || server - 1 === not) return [];
  const here = facts.servers[server - 1]?.table.chunks.get(put.chunk);
  return (here?.fragments ?? []).filter(
    (one) => one.fault === null && one.generation === put.generation && one.isVersion(put.version),
  );
}

function isCopy(put: Put, { blocks }: Fragment): boolean {
  const there = blocks.filter((block) => block !== null).length;
  if (put.blocks.length !== there) return false;
  return put.blocks.every(({ block, version, checksum }) => {
    const other = blocks[block] ?? null;
    return other !== null && other.version === version && other.checksum === checksum;
  });
}

export const noWorseThanNeeded = rung<StorageMoment, Proposals<Outcome>>({
  id: 'SF8',
  title: 'no worse than it must be',
  statement:
    'A repair or a move breaks no cap of its class while servers that have worked for a while would keep all caps.',
  source:
    'HDDS-4244: the wrong victim, and a spread that gets worse; MooseNG: constraints as a warning',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'moves'],
  ghost: () => new Proposals(),
  check(moment, proposals): Outcome {
    const { timeUs, facts, isChain, moves } = moment;
    let outcome: Outcome = premiseFalse;
    if (isChain) {
      for (const [{ reply }, verdict] of proposals.committed(facts.oracle, timeUs)) {
        if (reply?.kind !== 'plan') continue;
        if (verdict?.kind === 'broken') return verdict;
        if (verdict === held) outcome = held;
      }
    }
    for (const move of moves) proposals.note(move.term, move.index, judge(moment, move));
    return outcome;
  },
});

function judge(
  { node, facts, metadata, leader, timeUs }: StorageMoment,
  { chunk, position, to }: ProposedMove,
): Outcome {
  const { state } = metadata!;
  const row = state.chunks.get(chunk);
  if (row === undefined || row.members.includes(to)) return premiseFalse;
  const storageClass = state.classes.get(row.classId)!;
  const { caps } = storageClass;
  const isGood = (server: number): boolean => facts.steady.has(facts, server, timeUs);
  // Who is gone, or has nothing to give, counts for nobody's caps.
  const isWanted = (member: number): boolean => !isGood(member) || leader!.bad.isBad(chunk, member);
  const members = row.members.map((member, at) =>
    at === position || isWanted(member) ? 0 : member,
  );
  const present = sitesOf(state, members);
  if (!isOneTooMany(caps, present, state.servers.get(to)!)) return held;
  const busy = state.plans.keys(chunk).map((id) => state.plans.get(chunk, id)!.server);
  const partBytes = fragmentBytes(state, storageClass);
  const able = takers(state, state.servers.keys(), partBytes).filter((server) => {
    if (row.members.includes(server) || busy.includes(server)) return false;
    // A server knows best how much room it has.
    return isGood(server) && (leader!.servers.all.get(server)?.freeBytes ?? 0) >= partBytes;
  });
  const wanted = members.length - present.length;
  if (mostMore(caps, present, sitesOf(state, able)) < wanted) return premiseFalse;
  return broken({ nodes: [node], values: { chunk, position, to, members: row.members } });
}

/** Chains that were formed anew without anything being written since, by chunk. */
type Idle = Map<number, { fence: number; members: number; times: number }>;

/** An order or an answer may be lost time after time. */
const mostInVain = 8;

export const chainsAreOfUse = rung<StorageMoment, Idle>({
  id: 'SH10',
  title: 'chains are of use',
  statement:
    'A chain is not formed anew over and over, with as many members as before, without a write that comes through in between.',
  source: 'ceph PR 24286: both sides disagree on a generation, and nothing goes on',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain', 'fragments'],
  ghost: () => new Map(),
  check({ node, isChain, changes, facts: { oracle } }, idle): Outcome {
    if (!isChain) {
      for (const { record, fragment } of changes) {
        if (record.kind === 'write') idle.delete(fragment.chunk);
      }
      return premiseFalse;
    }
    let outcome: Outcome = premiseFalse;
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { envelope, reply } = oracle.at(index)!;
      const command = envelope?.command;
      if (command?.kind !== 'reform-members' || reply?.kind !== 'version') continue;
      const { chunk } = command;
      const members = command.members.filter((member) => member !== 0).length;
      const before = idle.get(chunk);
      const isSame = before !== undefined && before.members === members;
      const times = isSame ? before.times + 1 : 1;
      idle.set(chunk, { fence: reply.fence, members, times });
      if (times > mostInVain) {
        return broken({ nodes: [node], values: { chunk, fence: reply.fence, members, times } });
      }
      outcome = held;
    }
    return outcome;
  },
});
