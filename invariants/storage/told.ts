import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type {
  Answer,
  Located,
  Query,
} from '../../src/systems/storage/messages/metadata-messages.ts';
import type { StorageFacts, StorageMoment } from './moment.ts';
import { isSameTrash, nameIn, placeIn, type TablePast } from './table-past.ts';

type Told = Readonly<Record<string, unknown>>;

/** Undefined: there is nothing to compare with; null: it is so. */
type Difference = Told | null | undefined;

export const tellsTheTables = rung<StorageMoment>({
  id: 'SE10',
  title: 'answers are of the tables',
  statement:
    'What a client is told of a name, an inode, the place of a chunk or the trash is what the committed log gives at the index that the answer names.',
  source: 'storage.md, section 4, E2; leilfs#7, lizardfs#824: a shadow that answers for the master',
  kind: 'always',
  owedUnder: 'noticeable damage',
  clientVisible: true,
  watches: ['told'],
  check({ node, told, question, facts }): Outcome {
    const answer = told?.answer;
    if (answer === undefined || answer === null || question === undefined) return premiseFalse;
    const { index } = told!;
    // Never committed: that is for another rung to say.
    if (index > facts.oracle.last) return premiseFalse;
    const { query } = question;
    const difference = differenceOf(facts, query, answer, index);
    if (difference === undefined) return premiseFalse;
    if (difference === null) return held;
    return broken({ nodes: [node], values: { index, asked: query.kind, ...difference } });
  },
});

function differenceOf(
  { oracle, world }: StorageFacts,
  query: Query,
  answer: Answer,
  index: number,
): Difference {
  const { past, tables } = oracle;
  if (query.kind === 'lookup' && answer.kind === 'found') {
    const { parent, name } = query;
    const was = tables.names.at(nameIn(parent, name), index)?.value ?? 0;
    const { inode } = answer;
    return was === inode ? null : { parent, name, inode, canonical: was };
  }
  if (query.kind === 'attributes' && answer.kind === 'attributes') {
    const was = past.stretches.at(query.inode, index)?.value;
    if (was === undefined) return undefined;
    const { kind, mode, sizeBytes, classId, frozen } = answer.attributes;
    const told = { kind, mode, sizeBytes, classId, frozen };
    const isSame =
      was !== null &&
      Object.entries(told).every(([key, value]) => was[key as keyof typeof told] === value);
    return isSame ? null : { inode: query.inode, told, canonical: was };
  }
  if (query.kind === 'locate' && answer.kind === 'location') {
    const { inode, index: at } = query;
    const slot = tables.slots.at(placeIn(inode, at), index)?.value;
    const { chunk = 0, validBytes = 0 } = slot ?? {};
    const { location } = answer;
    if (chunk === 0 || location === null) {
      const isSame = chunk === (location?.chunk ?? 0);
      return isSame ? null : { inode, at, chunk: location?.chunk ?? 0, canonical: chunk };
    }
    const was = tables.chunks.at(chunk, index)?.value;
    if (was === undefined) return undefined;
    const nodes = was.members.map((member) => (member === 0 ? '' : world.nodeId(member - 1)));
    const canonical = { ...was, members: nodes, chunk, validBytes };
    return isPlace(location, canonical) ? null : { inode, at, location, canonical };
  }
  if (query.kind === 'list-trash' && answer.kind === 'trash') {
    return trashDifference(tables, query, answer, index);
  }
  return undefined;
}

/** A page of the trash has what was in it at that index, from where it begins to where it ends. */
function trashDifference(
  { trash }: TablePast,
  { after, most }: Extract<Query, { kind: 'list-trash' }>,
  { files }: Extract<Answer, { kind: 'trash' }>,
  index: number,
): Difference {
  let before = after;
  for (const { inode, ...told } of files) {
    const canonical = trash.at(inode, index)?.value ?? null;
    if (!isSameTrash(told, canonical)) return { inode, told, canonical };
    if (inode <= before) return { inode, told: 'out of order', canonical: before };
    before = inode;
  }
  const isLast = files.length < most;
  const listed = new Set(files.map(({ inode }) => inode));
  for (const inode of trash.keys()) {
    const isOfPage = inode > after && (isLast || inode < before);
    if (!isOfPage || listed.has(inode)) continue;
    const canonical = trash.at(inode, index)?.value ?? null;
    if (canonical !== null) return { inode, told: null, canonical };
  }
  return null;
}

/** A location, in names of nodes, as the log gives it. */
interface Canonical {
  readonly chunk: number;
  readonly validBytes: number;
  readonly version: number;
  readonly generation: number;
  readonly unsettled: boolean;
  readonly members: readonly string[];
}

function isPlace(location: Located, canonical: Canonical): boolean {
  const { nodes } = location;
  return (
    location.chunk === canonical.chunk &&
    location.version === canonical.version &&
    location.generation === canonical.generation &&
    location.validBytes === canonical.validBytes &&
    location.unsettled === canonical.unsettled &&
    nodes.length === canonical.members.length &&
    nodes.every((name, at) => name === canonical.members[at])
  );
}
