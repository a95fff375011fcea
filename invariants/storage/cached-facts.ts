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
    const files = facts.files!;
    const { history } = files;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      const result = history.answer[operation]?.result;
      if (result?.kind !== 'facts' || history.mode[operation] !== 'strict') continue;
      const { inode, kind, mode, sizeBytes, classId, frozen } = result.facts;
      const told = { kind, mode, sizeBytes, classId, frozen };
      const isOver = (index: number): boolean => files.wasOver(index, operation);
      const wasTrue = facts.oracle.past.wasTrue(inode, told, isOver);
      if (wasTrue === false) {
        return broken({ nodes: [node], values: { operation, inode, ...told } });
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
    'What a strict operation takes out of a cache has not changed since the index it is of, but for what is not over when the operation begins.',
  source: 'Gray and Cheriton 1989, leases; 3FS commit de5e47e (#252); MooseFS NEWS 3.0.44',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['finished'],
  check({ node, finished, facts }) {
    const files = facts.files!;
    const { history } = files;
    let outcome: Outcome = premiseFalse;
    for (const operation of finished) {
      if (history.mode[operation] !== 'strict') continue;
      for (const { cached, index, query } of history.answer[operation]?.steps ?? []) {
        if (!cached || query === null) continue;
        outcome = held;
        const changes = changesSince(facts.oracle, query as Query, index);
        const changed = changes.find((entry) => files.wasOver(entry, operation));
        if (changed === undefined) continue;
        const values = { operation, of: index, changed, ...query };
        return broken({ nodes: [node], values });
      }
    }
    return outcome;
  },
});

/** The entries behind an index that changed what a question is about. */
function changesSince({ past, tables }: MetadataOracle, query: Query, index: number): number[] {
  switch (query.kind) {
    case 'lookup':
      return behind(tables.names.of(nameIn(query.parent, query.name)), index);
    case 'attributes':
      return behind(past.stretches.of(query.inode), index);
    case 'read-directory':
      return behind(tables.listings.of(query.inode), index);
    case 'get-attribute':
    case 'list-attributes':
      return behind(tables.attributes.of(query.inode), index);
    // Where a chunk lies may change while somebody keeps the place; what it is may not.
    case 'locate':
      return behind(tables.slots.of(placeIn(query.inode, query.index)), index, isSameContent);
    default:
      return [];
  }
}

function behind<Value>(
  past: readonly Stretch<Value>[],
  index: number,
  isSame: (a: Value, b: Value) => boolean = () => false,
): number[] {
  const entries: number[] = [];
  for (let at = past.length - 1; at >= 0 && past[at]!.from > index; at -= 1) {
    const before = past[at - 1]?.value;
    const { from, value } = past[at]!;
    if (before === undefined || !isSame(before, value)) entries.push(from);
  }
  return entries;
}

/** A chunk of which nothing counts yet reads like none. */
function isSameContent(a: SlotWas, b: SlotWas): boolean {
  return a.validBytes === b.validBytes && (a.validBytes === 0 || a.chunk === b.chunk);
}
