import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import { serves, stripesOf } from '../../src/systems/storage/ground-truth.ts';
import { partAt } from '../../src/systems/storage/metadata/chunk-life.ts';
import type { Chunk } from '../../src/systems/storage/metadata/rows.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import { type Identity, planKey } from './delete-plans.ts';
import { intactInMirrors } from './intact.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import type { FragmentChange } from './server-mirror.ts';

/** The identities that are gone by a change: both versions of a replica that had two. */
function* erasedBy(node: number, change: FragmentChange): Generator<Identity> {
  const { record, fragment, versionBefore, previousBefore } = change;
  const { chunk, generation, part } = fragment;
  const name = { server: node + 1, chunk, generation, part };
  if (record.kind === 'erase') yield { ...name, version: fragment.version };
  // One of two versions of the same bytes goes.
  else if (record.kind === 'version' && record.previousVersion === 0 && previousBefore !== 0) {
    if (record.version === versionBefore) yield { ...name, version: previousBefore };
    else if (record.version === previousBefore) yield { ...name, version: versionBefore };
  }
}

export const erasedByPlan = rung<StorageMoment>({
  id: 'SG4',
  title: 'erased by plan',
  statement:
    'A fragment is erased only by a committed plan that names it and whose grace is over, and never while metadata mean it.',
  source: 'MooseNG chunk_manager; moosefs#151, lizardfs#416, juicefs#6479, garage internals',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, changes, facts }) {
    let outcome: Outcome = premiseFalse;
    const { oracle, deletePlans } = facts;
    for (const change of changes) {
      for (const identity of erasedBy(node, change)) {
        const row = oracle.state.chunks.get(identity.chunk);
        const stillMeant = row !== undefined && isMeantNow(oracle.state, row, identity);
        const dueUs = deletePlans.dueUs(identity);
        const isEarly = dueUs === undefined || dueUs > oracle.state.timeUs;
        if (stillMeant || isEarly) {
          const values = { fragment: planKey(identity), stillMeant, planned: dueUs !== undefined };
          return broken({ nodes: [node], values });
        }
        outcome = held;
      }
    }
    return outcome;
  },
});

/**
 * Whether a fragment is part of a chunk now, or may become one by what is under way. Who was granted
 * a write, and is not among the members of its commit, is out: its part is for deletion.
 */
function isMeantNow(state: MetadataState, row: Readonly<Chunk>, identity: Identity): boolean {
  return stripesOf(state, identity.chunk, row).some((stripe) => {
    if (identity.version !== stripe.version || identity.generation !== stripe.generation) {
      return false;
    }
    const position = stripe.members.indexOf(identity.server);
    return position >= 0 && partAt(stripe.storageClass, position) === identity.part;
  });
}

export const noVoluntaryLoss = rung<StorageMoment>({
  id: 'SF2',
  title: 'no voluntary loss',
  statement:
    'No erasure of a fragment that is intact leaves a chunk with fewer intact fragments than it takes to read it.',
  source: 'seaweedfs#6042, MooseFS NEWS 3.0.45, moosefs#158, #207, HDDS-7057',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['fragments'],
  check({ node, changes, facts }) {
    let outcome: Outcome = premiseFalse;
    for (const { record, fragment } of changes) {
      if (record.kind !== 'erase' || fragment.fault !== null) continue;
      const found = lossBy(facts, fragment);
      if (found !== undefined) return broken({ nodes: [node], values: found });
      outcome = held;
    }
    return outcome;
  },
});

function lossBy(
  facts: StorageFacts,
  fragment: FragmentChange['fragment'],
): Readonly<Record<string, unknown>> | undefined {
  const { chunk } = fragment;
  const row = facts.oracle.state.chunks.get(chunk);
  if (row === undefined || facts.options.anyNumber === true) return undefined;
  const [committed] = stripesOf(facts.oracle.state, chunk, row);
  if (committed === undefined || row.version === 0) return undefined;
  const wasOfUse = committed.members.some((_, position) => serves(committed, position, fragment));
  const needed = neededParts(committed.storageClass.redundancy);
  const intact = intactInMirrors(facts, committed);
  if (!wasOfUse || intact >= needed) return undefined;
  const { version, generation, part } = fragment;
  return { chunk, version, generation, part, intact, needed };
}
