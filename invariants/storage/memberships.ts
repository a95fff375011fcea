import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import {
  DisksNow,
  type Stripe,
  serves,
  stripesOf,
} from '../../src/systems/storage/ground-truth.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import { intactInMirrors } from './intact.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';

/** The members of a chunk as the last entry about it left them. */
interface Members {
  readonly version: number;
  readonly generation: number;
  readonly members: readonly number[];
}

/** What was before, by chunk. */
type Before = Map<number, Members>;

/** Calls `judge` with each chunk that the newest entries touched, and with what it was before. */
function eachTouched(
  { oracle }: StorageFacts,
  known: Before,
  judge: (stripe: Stripe, before: Members | undefined) => Outcome,
): Outcome {
  let outcome: Outcome = premiseFalse;
  for (const cell of oracle.touched.values()) {
    if (cell.table !== 'chunks') continue;
    const chunk = cell.key as number;
    const row = oracle.state.chunks.get(chunk);
    if (row === undefined || row.version === 0) {
      known.delete(chunk);
      continue;
    }
    const { version, generation, members } = row;
    const before = known.get(chunk);
    known.set(chunk, { version, generation, members });
    const [committed] = stripesOf(oracle.state, chunk, row);
    const found = judge(committed!, before);
    if (found.kind === 'broken') return found;
    if (found === held) outcome = held;
  }
  return outcome;
}

/** Whether a server has, by its journal, a fragment for a position that nobody has found damaged. */
function hasIt({ servers }: StorageFacts, stripe: Stripe, position: number): boolean {
  const server = stripe.members[position]!;
  const here = servers[server - 1]?.table.chunks.get(stripe.chunk);
  return (
    here?.fragments.some((one) => one.fault === null && serves(stripe, position, one)) === true
  );
}

/**
 * Whether a server lost what it had of a chunk with its last life, or a disk of its own that version or
 * a later one: it may have said before that it has it.
 */
function hasLost({ servers }: StorageFacts, server: number, { chunk, version }: Stripe): boolean {
  const mirror = servers[server - 1];
  if (mirror === undefined) return false;
  const isForgotten = mirror.forgotten.some((one) => one.chunk === chunk);
  return isForgotten || (mirror.lost.get(chunk) ?? -1) >= version;
}

function isDisturbed({ servers, world }: StorageFacts, server: number): boolean {
  return (servers[server - 1]?.wipedUs ?? 0) >= 0 || world.damaged(server - 1);
}

export const membersHaveIt = rung<StorageMoment, Before>({
  id: 'SC8',
  title: 'members have it',
  statement:
    'Who becomes a member of a chunk has its part of that version on disk, whole, when the entry is committed, unless its disk has lost it since.',
  source: 'lizardfs#297; HDFS-14768, HDDS-7056: members that never had what they were members for',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => new Map(),
  check({ node, facts }, known) {
    return eachTouched(facts, known, (stripe, before) => {
      let outcome: Outcome = premiseFalse;
      const isSameStripe = before?.generation === stripe.generation;
      for (const [position, server] of stripe.members.entries()) {
        const wasThere = isSameStripe && before.members[position] === server;
        // A later version of a stripe is written anew; replicas pass theirs on.
        const isNew =
          !wasThere ||
          (stripe.storageClass.redundancy.kind === 'erasure' && before.version < stripe.version);
        if (server === 0 || !isNew || isDisturbed(facts, server)) continue;
        if (!hasIt(facts, stripe, position)) {
          if (hasLost(facts, server, stripe)) continue;
          const { chunk, version, generation, members } = stripe;
          const values = { chunk, version, generation, position, server, members };
          return broken({ nodes: [node, server - 1], values });
        }
        outcome = held;
      }
      return outcome;
    });
  },
});

export const goodPartsStay = rung<StorageMoment, Before>({
  id: 'SF7',
  title: 'good parts stay',
  statement:
    'While a version lasts, no entry gives up a part that is whole on the disk of a server that works, unless another server has taken its place.',
  source:
    'seaweedfs#6042, MooseFS NEWS 3.0.45, moosefs#207: copies that went before others had come',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => new Map(),
  check({ node, facts }, known) {
    return eachTouched(facts, known, (stripe, before) => {
      if (before === undefined || before.generation !== stripe.generation) return premiseFalse;
      if (before.version !== stripe.version) return premiseFalse;
      let outcome: Outcome = premiseFalse;
      for (const [position, server] of before.members.entries()) {
        if (server === 0 || stripe.members[position] !== 0) continue;
        outcome = held;
        const was = { ...stripe, members: before.members };
        if (facts.world.status(server - 1) !== 'up' || isDisturbed(facts, server)) continue;
        if (facts.world.metIoError(server - 1) || !hasIt(facts, was, position)) continue;
        const disks = new DisksNow(facts.world, facts.settings.blockBytes);
        if (!disks.of(server - 1).some((one) => one.intact && serves(was, position, one))) continue;
        const { chunk, version, generation } = stripe;
        const values = { chunk, version, generation, position, server };
        return broken({ nodes: [node, server - 1], values });
      }
      return outcome;
    });
  },
});

export const enoughAtAllTimes = rung<StorageMoment>({
  id: 'SC5',
  title: 'enough at all times',
  statement:
    'Whatever a chunkserver erases, overwrites or finds damaged, its chunk has, by all journals, as many whole parts as it takes to read it.',
  source: 'lizardfs#356, #297; MooseFS NEWS 3.0.54, 4.1.1; storage.md, section 4, C5',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, changes, facts }) {
    if (facts.options.anyNumber === true) return premiseFalse;
    const { state } = facts.oracle;
    let outcome: Outcome = premiseFalse;
    for (const { record, fragment } of changes) {
      if (record.kind === 'write') continue;
      const { chunk } = fragment;
      const row = state.chunks.get(chunk);
      if (row === undefined || row.version === 0) continue;
      const [committed] = stripesOf(state, chunk, row);
      const needed = neededParts(committed!.storageClass.redundancy);
      const intact = intactInMirrors(facts, committed!);
      if (intact < needed) {
        const { version, generation, members } = row;
        const values = { after: record.kind, chunk, version, generation, members, intact, needed };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});
