import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Query } from '../../src/systems/storage/messages/metadata-messages.ts';
import type { StorageMoment } from './moment.ts';
import type { MetadataOracle } from './oracle.ts';
import type { Stretch } from './stretches.ts';
import { nameIn, placeIn, type SlotWas } from './table-past.ts';

export const cachesAreTrue = rung<StorageMoment>({
  id: 'SE7',
  title: 'caches are true',
  statement:
    'What a strict client is told of an inode, from its cache or not, was true at some moment after everything that was over for anybody when it asked.',
  source: 'Gray and Cheriton 1989, leases; ceph PR 23691: a cache that outlived its lease',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { history, floorOf } = facts.files!;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const result = history.answer[operation]?.result;
      const floor = floorOf.get(operation);
      if (result?.kind !== 'facts' || floor === undefined) continue;
      if (history.mode[operation] !== 'strict') continue;
      const { inode, kind, mode, sizeBytes, classId, frozen } = result.facts;
      const told = { kind, mode, sizeBytes, classId, frozen };
      const wasTrue = facts.oracle.past.wasTrue(inode, told, floor);
      if (wasTrue === false) {
        return broken({ nodes: [node], values: { operation, inode, floor, ...told } });
      }
      if (wasTrue === true) outcome = held;
    }
    return outcome;
  },
});

export const cachedAnswersHold = rung<StorageMoment>({
  id: 'SE9',
  title: 'cached answers hold',
  statement:
    'What a strict operation takes out of a cache has not changed since the index it is of, as far as any operation had seen that was over when this one began.',
  source: 'Gray and Cheriton 1989, leases; 3FS commit de5e47e (#252); MooseFS NEWS 3.0.44',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const { history, floorOf } = facts.files!;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const floor = floorOf.get(operation);
      if (floor === undefined || history.mode[operation] !== 'strict') continue;
      for (const { cached, index, query } of history.answer[operation]?.steps ?? []) {
        if (!cached || query === null) continue;
        outcome = held;
        const changed = changedUntil(facts.oracle, query as Query, floor);
        if (changed <= index) continue;
        const values = { operation, of: index, changed, knownBefore: floor, ...query };
        return broken({ nodes: [node], values });
      }
    }
    return outcome;
  },
});

/** The last entry up to an index that changed what a question is about; 0: none. */
function changedUntil({ past, tables }: MetadataOracle, query: Query, index: number): number {
  switch (query.kind) {
    case 'lookup':
      return tables.names.at(nameIn(query.parent, query.name), index)?.from ?? 0;
    case 'attributes':
      return past.stretches.at(query.inode, index)?.from ?? 0;
    case 'read-directory':
      return tables.listings.at(query.inode, index)?.from ?? 0;
    case 'get-attribute':
    case 'list-attributes':
      return tables.attributes.at(query.inode, index)?.from ?? 0;
    // Where a chunk lies may change while somebody keeps the place; what it is may not.
    case 'locate':
      return contentFrom(tables.slots.of(placeIn(query.inode, query.index)), index);
    default:
      return 0;
  }
}

/** From which entry on a place had the content that it has at an index. */
function contentFrom(past: readonly Stretch<SlotWas>[], index: number): number {
  let at = past.findLastIndex(({ from }) => from <= index);
  const content = past[at]?.value;
  if (content === undefined) return 0;
  // A chunk of which nothing counts yet reads like none.
  const isSame = ({ chunk, validBytes }: SlotWas): boolean =>
    validBytes === content.validBytes && (validBytes === 0 || chunk === content.chunk);
  while (at > 0 && isSame(past[at - 1]!.value)) at -= 1;
  return past[at]!.from;
}
