import { broken, held, type Outcome, premiseFalse, rung } from '../../src/index.ts';
import type { Slot } from '../../src/systems/storage/metadata/rows.ts';
import { neededParts } from '../../src/systems/storage/placement/storage-class.ts';
import { overfullDomains } from './caps.ts';
import type { StorageMoment } from './moment.ts';
import { sitesOf } from './room.ts';

/** What each slot pointed to, how many point to each chunk, and which chunks are no more. */
interface References {
  readonly slots: Map<string, number>;
  readonly counts: Map<number, number>;
  readonly ended: Set<number>;
  readonly alive: Set<number>;
}

export const chunksAreCounted = rung<StorageMoment, References>({
  id: 'SC1',
  title: 'chunks are counted',
  statement:
    'The references of a chunk are the slots that point to it, and the id of one that ended never comes back.',
  source: '3FS commit d31a2a9 (#382); garage internals, bug 39',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => ({ slots: new Map(), counts: new Map(), ended: new Set(), alive: new Set() }),
  check({ node, facts: { oracle } }, { slots, counts, ended, alive }) {
    const { state } = oracle;
    const asked = new Set<number>();
    const add = (chunk: number, by: number): void => {
      if (chunk === 0) return;
      counts.set(chunk, (counts.get(chunk) ?? 0) + by);
      asked.add(chunk);
    };
    for (const cell of oracle.touched.values()) {
      if (cell.table === 'chunks') asked.add(cell.key as number);
      if (cell.table !== 'slots') continue;
      const name = `${cell.group}/${cell.key}`;
      const slot: Readonly<Slot> | undefined = state.slots.get(cell.group, cell.key as number);
      add(slots.get(name) ?? 0, -1);
      add(slot?.chunk ?? 0, 1);
      if (slot === undefined) slots.delete(name);
      else slots.set(name, slot.chunk);
    }
    for (const chunk of asked) {
      const row = state.chunks.get(chunk);
      const pointing = counts.get(chunk) ?? 0;
      const references = row?.references ?? 0;
      const isBack = row !== undefined && ended.has(chunk);
      // Before its first version a chunk waits beside its slot.
      const isForgotten = row !== undefined && row.version > 0 && references === 0;
      if (references !== pointing || isBack || isForgotten) {
        const values = { chunk, references, pointing, isBack, isForgotten };
        return broken({ nodes: [node], values });
      }
      if (row !== undefined) alive.add(chunk);
      else if (alive.delete(chunk)) ended.add(chunk);
    }
    return asked.size > 0 ? held : premiseFalse;
  },
});

interface Numbers {
  readonly version: number;
  readonly highestVersion: number;
  readonly generation: number;
}

export const versionsRise = rung<StorageMoment, Map<number, Numbers>>({
  id: 'SC2',
  title: 'versions rise',
  statement: "A chunk's version, generation and fence never fall, and a version is given out once.",
  source: 'GFS, section 4.5; moosefs, chunk versions',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  ghost: () => new Map(),
  check({ node, facts: { oracle } }, known) {
    let outcome: Outcome = premiseFalse;
    for (const cell of oracle.touched.values()) {
      if (cell.table !== 'chunks') continue;
      const chunk = cell.key as number;
      const row = oracle.state.chunks.get(chunk);
      if (row === undefined) {
        known.delete(chunk);
        continue;
      }
      const { version, highestVersion, generation, grant } = row;
      const before = known.get(chunk);
      known.set(chunk, { version, highestVersion, generation });
      const granted = grant?.version ?? version;
      const isWrong =
        version > highestVersion ||
        granted > highestVersion ||
        (before !== undefined &&
          (version < before.version ||
            highestVersion < before.highestVersion ||
            generation < before.generation));
      if (isWrong) {
        const values = { chunk, version, highestVersion, generation, granted, before };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

export const placesAreLawful = rung<StorageMoment>({
  id: 'SF1',
  title: 'lawful places',
  statement:
    'No two parts of a chunk lie on one server; beyond the caps of its class a chunk lies only if its class allows it and the chunk is flagged.',
  source: 'lizardfs#910; MooseFS NEWS 4.45.2; HDDS-4244',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    const { state } = oracle;
    let outcome: Outcome = premiseFalse;
    for (const cell of oracle.touched.values()) {
      if (cell.table !== 'chunks') continue;
      const chunk = cell.key as number;
      const row = state.chunks.get(chunk);
      if (row === undefined || row.version === 0) continue;
      const { members, classId, degraded } = row;
      const present = members.filter((member) => member !== 0);
      const storageClass = state.classes.get(classId)!;
      const isTwice = new Set(present).size < present.length;
      const needed = neededParts(storageClass.redundancy);
      const beyond = isTwice ? [] : overfullDomains(storageClass.caps, sitesOf(state, present));
      const isAllowed = degraded && storageClass.whenInfeasible === 'flag';
      if (isTwice || (beyond.length > 0 && !isAllowed) || present.length < needed) {
        const values = { chunk, members, beyond, degraded, needed };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

export const regionsMayGo = rung<StorageMoment>({
  id: 'SF6',
  title: 'any region may go',
  statement:
    'Of a chunk whose class survives a region, and that has all its parts where they belong, enough are left without any one region.',
  source: 'storage.md, section 5: placement arithmetic; MooseNG, placement ignored',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  check({ node, facts: { oracle } }) {
    const { state } = oracle;
    let outcome: Outcome = premiseFalse;
    for (const cell of oracle.touched.values()) {
      if (cell.table !== 'chunks') continue;
      const row = state.chunks.get(cell.key as number);
      if (row === undefined || row.version === 0 || row.degraded) continue;
      const storageClass = state.classes.get(row.classId)!;
      const { redundancy, caps } = storageClass;
      const needed = neededParts(redundancy);
      const total = row.members.length;
      if (row.members.includes(0) || caps.region > total - needed) continue;
      const inRegion = new Map<number, number>();
      for (const member of row.members) {
        const { region } = state.servers.get(member)!;
        inRegion.set(region, (inRegion.get(region) ?? 0) + 1);
      }
      for (const [region, count] of inRegion) {
        if (total - count >= needed) continue;
        const values = { chunk: cell.key, region, members: row.members, needed };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    return outcome;
  },
});

export const sharedKeepTheirCode = rung<StorageMoment, Map<number, number>>({
  id: 'SC11',
  title: 'what is shared keeps its code',
  statement:
    'A chunk that several slots point to is not given the code of the class of one of their files.',
  source: 'moosefs#158: two classes on snapshots of one chunk, and the weaker one wins',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['chain'],
  // References by chunk, before the newest entries.
  ghost: () => new Map(),
  check({ node, facts: { oracle } }, references) {
    const { state } = oracle;
    let outcome: Outcome = premiseFalse;
    for (let index = oracle.freshFrom; index <= oracle.last; index += 1) {
      const { envelope, reply } = oracle.at(index)!;
      const command = envelope?.command;
      if (command?.kind !== 'convert-begin' && command?.kind !== 'convert-commit') continue;
      if (reply === undefined || reply.kind === 'error') continue;
      const { chunk } = command;
      const before = references.get(chunk) ?? 0;
      const after = state.chunks.get(chunk)?.references ?? 0;
      // Entries of one batch may count up and down between: who was shared all the time was shared then.
      if (before > 1 && after > 1) {
        const values = { chunk, kind: command.kind, before, after };
        return broken({ nodes: [node], values });
      }
      outcome = held;
    }
    for (const cell of oracle.touched.values()) {
      if (cell.table !== 'chunks') continue;
      const chunk = cell.key as number;
      const row = state.chunks.get(chunk);
      if (row === undefined) references.delete(chunk);
      else references.set(chunk, row.references);
    }
    return outcome;
  },
});
