import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { VersionSet } from '../../src/systems/storage/messages/control-messages.ts';
import type { PartPut } from '../../src/systems/storage/messages/data-messages.ts';
import type { StorageMoment } from './moment.ts';
import type { FragmentChange, ServerMirror } from './server-mirror.ts';

/** What a chunkserver has promised, by node. */
interface Promised {
  /** The highest fence that its disk ever had. */
  highest: number;
  /** The highest one that it had when it lost something last; 0: it has lost nothing. */
  forgotten: number;
  /** As its mirror had it. */
  wipedUs: number;
}

export const forgottenIsRefused = rung<StorageMoment, Map<number, Promised>>({
  id: 'SC9',
  title: 'what is forgotten is refused',
  statement:
    'A chunkserver that has lost what it had promised takes nothing before its disk has promised to make nothing under any fence that it ever had; and under a fence that it has forgotten, or has erased something under, it makes nothing.',
  source: 'moosefs#571; cubefs#2021: a node that comes back with less than it had promised',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments', 'started', 'wiped', 'send:version-set', 'send:part-put'],
  ghost: () => new Map(),
  check({ node, facts, message, changes, isStart }, all): Outcome {
    const mirror = facts.servers[node];
    if (mirror === undefined) return premiseFalse;
    const one = promisedBy(all, node);
    if (message?.kind === 'version-set' || message?.kind === 'part-put') {
      const answer = message as VersionSet | PartPut;
      if (answer.fault !== null || one.forgotten === 0) return premiseFalse;
      const { floor } = mirror.table;
      if (floor >= one.forgotten) return held;
      const { forgotten } = one;
      return broken({ nodes: [node], values: { chunk: answer.chunk, floor, forgotten } });
    }
    if (mirror.wipedUs !== one.wipedUs) {
      one.wipedUs = mirror.wipedUs;
      one.forgotten = one.highest;
    } else if (isStart) {
      // A fragment that is known to be bad has kept its fence.
      const isLess = mirror.forgotten.some(
        ({ promised, found }) => found === null || found.fence < promised.fence,
      );
      if (isLess) one.forgotten = one.highest;
    } else {
      let outcome: Outcome = premiseFalse;
      for (const change of changes) {
        one.highest = Math.max(one.highest, change.fragment.fence);
        const found = madeUnder(mirror, change);
        if (found.kind === 'broken') return broken({ ...found, nodes: [node] });
        if (found === held) outcome = held;
      }
      return outcome;
    }
    return premiseFalse;
  },
});

/** Judges what is made anew, by what the journal remembers of fences. */
function madeUnder(
  { table }: ServerMirror,
  { record, versionBefore, fenceBefore }: FragmentChange,
): Outcome {
  // What a repair makes has no fence of its own.
  if (record.kind !== 'put' || record.fence === 0) return premiseFalse;
  if (versionBefore > 0 || fenceBefore > 0) return premiseFalse;
  const { chunk, fence } = record;
  const { floor } = table;
  const erasedFence = table.chunks.get(chunk)?.erasedFence ?? 0;
  if (fence > floor && fence > erasedFence) return held;
  return broken({ nodes: [], values: { chunk, fence, floor, erasedFence } });
}

function promisedBy(all: Map<number, Promised>, node: number): Promised {
  const known = all.get(node);
  if (known !== undefined) return known;
  const fresh = { highest: 0, forgotten: 0, wipedUs: -1 };
  all.set(node, fresh);
  return fresh;
}

export const noMemberBeginsAnew = rung<StorageMoment>({
  id: 'SC10',
  title: 'no member begins anew',
  statement:
    'A member of a chunk that has a version does not make an empty replica of it: what it has not, it takes from another.',
  source: 'Ceph tracker 74221; moosefs#571: an empty copy beside others, and all count as valid',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, facts: { oracle }, changes }): Outcome {
    let outcome: Outcome = premiseFalse;
    for (const { record, fragment, fenceBefore, versionBefore } of changes) {
      // A member that goes on to the next version with what it has.
      if (record.kind === 'version') {
        const { members = [] } = oracle.state.chunks.get(fragment.chunk) ?? {};
        if (members.includes(node + 1)) outcome = held;
      }
      // What a repair makes has no fence of its own.
      if (record.kind !== 'put' || record.fence === 0) continue;
      if (versionBefore > 0 || fenceBefore > 0) continue;
      const row = oracle.state.chunks.get(record.chunk);
      if (row === undefined || row.version === 0 || row.generation !== record.generation) continue;
      if (oracle.state.classes.get(row.classId)!.redundancy.kind !== 'replicated') continue;
      if (!row.members.includes(node + 1)) continue;
      const { chunk, version, fence, blocks } = record;
      if (blocks.length > 0) {
        outcome = held;
        continue;
      }
      const { members, version: committed } = row;
      return broken({ nodes: [node], values: { chunk, version, fence, committed, members } });
    }
    return outcome;
  },
});
