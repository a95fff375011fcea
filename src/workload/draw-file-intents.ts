import fc from 'fast-check';
import { joinWords, mixWord } from '../sim/hash.ts';
import { gap, type WorkloadTimes } from './draw-kv-intents.ts';
import {
  type FileIntent,
  fileSlots,
  isSlotKind,
  type PathAction,
  type SlotAction,
} from './file-intents.ts';
import type { FileClientSettings } from './file-knobs.ts';
import type { FileLock, FileOpenFlags, FileProtocol } from './file-protocol.ts';
import { kindOf, type Repertoire, repertoireOf } from './file-repertoire.ts';
import { mistakenPathAction, mistakenSlotAction } from './mistakes.ts';

type Limits = FileProtocol['limits'];

/** The raw draws of one intent: small independent integers. */
const draws = fc.tuple(
  fc.nat(839), // client: divides evenly by 2 to 8
  fc.nat(999), // gap before it
  fc.nat(9_999), // what it does
  fc.nat(9_999), // path
  fc.nat(9_999), // another path, a size
  fc.nat(9_999), // an offset, a detail
);
type Draws = readonly [number, number, number, number, number, number];

interface Drawing {
  readonly settings: FileClientSettings;
  readonly limits: Limits;
  readonly path: string;
  readonly other: string;
  readonly size: number;
  readonly detail: number;
}

/** How long removed files are kept: for less than a storm, or for longer than the run. */
const keptUs = [300_000, 2_000_000, 60_000_000, 0] as const;

/** The first class and one that is far from it: files go from one to the other and come back. */
function thereAndBack(classIds: readonly number[]): readonly number[] {
  return [classIds[0]!, classIds[classIds.length >> 1]!];
}

const directories = ['', '/d0', '/d1', '/d0/d1'] as const;

/** A path of the small tree: mostly of files, now and then of one of its directories. */
function pathOf(settings: FileClientSettings, draw: number): string {
  if (draw % 100 < settings.hotPercent) return '/f0';
  const rest = Math.floor(draw / 100);
  const directory = directories[rest % directories.length]!;
  const name = Math.floor(rest / directories.length);
  if (name % 7 === 6) return directory === '' ? '/d0' : directory;
  return `${directory}/f${name % settings.names}`;
}

function directoryOf(draw: number): string {
  return directories[1 + (draw % (directories.length - 1))]!;
}

/** Where snapshots are looked for: few places, so that they are found. */
function snapshotPath(draw: number): string {
  return `/s${draw % 2}`;
}

/** Offsets around the borders of blocks and chunks. */
function offsetOf({ settings, limits }: Drawing, draw: number): number {
  const { blockBytes, chunkBytes } = limits;
  const around = Math.floor(draw / 8) % 5;
  switch (draw % 8) {
    case 0:
    case 1:
      return 0;
    case 2:
      return Math.max(0, blockBytes - 2 + around);
    case 3:
      return chunkBytes - 2 + around;
    case 4:
      return Math.max(0, (settings.chunks - 1) * chunkBytes - 2 + around);
    default:
      return (draw * 131) % (settings.chunks * chunkBytes);
  }
}

function lengthOf({ limits }: Drawing, draw: number): number {
  const { blockBytes, chunkBytes } = limits;
  const around = Math.floor(draw / 8) % 5;
  switch (draw % 8) {
    case 0:
      return 1 + around;
    case 1:
    case 2:
      return blockBytes - 2 + around;
    case 3:
      return chunkBytes - 2 + around;
    case 4:
      return chunkBytes + blockBytes + around;
    default:
      return 1 + (draw % (2 * blockBytes));
  }
}

/** Longer than files become. */
function wholeLength({ settings, limits }: Pick<Drawing, 'settings' | 'limits'>): number {
  return (settings.chunks + 2) * limits.chunkBytes;
}

function rangeOf(drawing: Drawing): { offset: number; length: number } {
  return { offset: offsetOf(drawing, drawing.detail), length: lengthOf(drawing, drawing.size) };
}

function flagsOf(draw: number): FileOpenFlags {
  const create = draw % 4 !== 0;
  return {
    read: true,
    write: draw % 8 !== 7,
    create,
    exclusive: create && draw % 16 === 1,
    truncate: draw % 16 === 2,
    owner: 1 + (Math.floor(draw / 16) % 2),
  };
}

function lockOf(drawing: Drawing, detail: number): FileLock {
  const from = offsetOf(drawing, drawing.size) % 1_000;
  return {
    style: detail % 3 === 0 ? 'flock' : 'posix',
    owner: 1 + (detail % 2),
    from,
    to: from + 1 + (detail % 300),
    exclusive: detail % 5 < 3,
    wait: detail % 7 < 2,
  };
}

function slotAction(what: SlotAction['do'], slot: number, drawing: Drawing): SlotAction {
  const { settings, path, size, detail } = drawing;
  const base = { slot, path };
  switch (what) {
    case 'reopen':
      return { ...base, do: what, flags: flagsOf(detail) };
    case 'read':
      // Who reads all of it can miss what anybody wrote.
      if (detail % 5 < 3 && !settings.shortReads)
        return { ...base, do: what, offset: 0, length: wholeLength(drawing) };
      return { ...base, do: what, ...rangeOf(drawing) };
    case 'write':
      return { ...base, do: what, ...rangeOf(drawing) };
    case 'append':
      return { ...base, do: what, length: lengthOf(drawing, size) };
    case 'ftruncate':
      return { ...base, do: what, sizeBytes: offsetOf(drawing, detail) };
    case 'lock':
    case 'unlock':
    case 'test-lock':
      return { ...base, do: what, lock: lockOf(drawing, detail) };
    default:
      return { ...base, do: what };
  }
}

function pathAction(what: PathAction['do'], drawing: Drawing): PathAction {
  const { path, other, size, detail, limits } = drawing;
  switch (what) {
    case 'mkdir':
    case 'rmdir':
    case 'readdir':
    case 'quota':
      return { do: what, path: detail % 8 === 0 ? path : directoryOf(size) };
    case 'rename':
    case 'rename-keep':
    case 'link':
      return { do: what, path: detail % 6 === 0 ? directoryOf(size) : path, newPath: other };
    case 'clone':
      return { do: what, path: detail % 3 === 0 ? directoryOf(size) : path, newPath: other };
    case 'snapshot': {
      // Most names are taken, or stand where no directory is.
      const newPath = detail % 4 === 0 ? other : snapshotPath(size);
      return { do: what, path: detail % 3 === 0 ? path : directoryOf(size), newPath };
    }
    case 'remove-snapshot': {
      const isAny = detail % 6 === 0;
      return { do: what, path: isAny ? path : snapshotPath(size), own: detail % 6 > 2 };
    }
    case 'symlink': {
      const target = detail % 3 === 0 ? 'f0' : detail % 3 === 1 ? other : `..${other}`;
      return { do: what, path, target };
    }
    case 'setattr':
      return { do: what, path, mode: detail & 0o777 };
    case 'setxattr':
      return { do: what, path, name: `x${size % 2}`, value: detail % 4 === 0 ? '' : `${detail}` };
    case 'getxattr':
      return { do: what, path, name: `x${size % 2}` };
    case 'truncate':
      return { do: what, path, sizeBytes: offsetOf(drawing, detail) };
    case 'drain':
    case 'undrain':
    case 'remove-server':
      // A few are emptied and no more, so that places are left.
      return { do: what, path: '/', server: size % 3 };
    case 'keep-removed': {
      const keepUs = keptUs[size % keptUs.length]!;
      return { do: what, path: detail % 2 === 0 ? '/' : path, keepUs };
    }
    case 'restore':
      // The old name is often taken again.
      return { do: what, path: detail % 3 === 0 ? path : `/r${detail % 8}` };
    case 'list-trash':
    case 'purge':
      return { do: what, path: '/' };
    case 'set-class': {
      const classIds = drawing.settings.twoClasses
        ? thereAndBack(limits.classIds)
        : limits.classIds;
      return {
        do: what,
        path: detail % 2 === 0 ? '/' : path,
        classId: classIds[size % classIds.length]!,
      };
    }
    case 'set-quota': {
      const isLifted = detail % 3 === 0;
      const path = detail % 4 === 0 ? '/' : directoryOf(size);
      const bytes = isLifted ? 0 : limits.chunkBytes * (1 + (size % 6));
      return { do: what, path, inodes: isLifted ? 0 : 3 + (size % 8), bytes };
    }
    default:
      // A name at the limit, or one above it.
      return { do: what, path: detail % 97 === 0 ? longPath(limits, size) : path };
  }
}

function longPath({ maxNameBytes }: Limits, draw: number): string {
  return `/${'n'.repeat(maxNameBytes + (draw % 2))}`;
}

/**
 * Which mistake an operation makes; -1: none. Out of what was drawn anyway, so that all other operations
 * are those of a run without mistakes.
 */
function mistakeOf(
  { mistakes }: FileClientSettings,
  [, wait, , path, size, detail]: Draws,
): number {
  const word = mixWord(joinWords(path * 10_000 + size, detail * 1_000 + wait)) >>> 0;
  return word % 1_000 < mistakes ? Math.floor(word / 1_000) : -1;
}

function intentOf(
  settings: FileClientSettings,
  repertoire: Repertoire,
  limits: Limits,
  drawn: Draws,
  atUs: number,
): FileIntent {
  const [client, , what, pathDraw, size, detail] = drawn;
  const base = { client: client % settings.count, atUs };
  if (what >= 10_000 - 10 * settings.restarts) return { ...base, do: 'restart' };
  const kind = kindOf(repertoire, what);
  const path = pathOf(settings, pathDraw);
  const other = pathOf({ ...settings, hotPercent: 0 }, size);
  const drawing = { settings, limits, path, other, size, detail };
  const slot = pathDraw % fileSlots;
  const word = mistakeOf(settings, drawn);
  if (isSlotKind(kind)) {
    const action = slotAction(kind, slot, drawing);
    return { ...base, ...(word < 0 ? action : mistakenSlotAction(action, word)) };
  }
  const action = pathAction(kind as PathAction['do'], drawing);
  return { ...base, ...(word < 0 ? action : mistakenPathAction(action, word)) };
}

/** The directories of the tree, before anything else, and that what is removed from them is kept. */
function firstDirectories(settings: FileClientSettings, atUs: number): FileIntent[] {
  const made = directories
    .filter((path) => path !== '')
    .map((path, at): FileIntent => ({ client: 0, atUs: atUs + at, do: 'mkdir', path }));
  if (!settings.has('trash')) return made;
  return [{ client: 0, atUs, do: 'keep-removed', path: '/', keepUs: keptUs[1] }, ...made];
}

/** All files are read, and all directories listed, from two clients, when all is over. */
function finalReads(settings: FileClientSettings, limits: Limits, atUs: number): FileIntent[] {
  const intents: FileIntent[] = [];
  const length = wholeLength({ settings, limits });
  const flags = { read: true, write: false, create: false, exclusive: false, truncate: false };
  for (let client = 0; client < 2; client++) {
    const base = { client, atUs: atUs + 1_000 * client };
    // Everything that is open is closed, so that what was buffered counts.
    for (let slot = 0; slot < fileSlots; slot++) {
      intents.push({ ...base, do: 'reopen', slot, path: '/f0', flags });
    }
    for (const directory of directories) {
      intents.push({ ...base, do: 'readdir', path: directory === '' ? '/' : directory });
      for (let name = 0; name < settings.names; name++) {
        const path = `${directory}/f${name}`;
        const about = { ...base, slot: client % fileSlots, path };
        intents.push({ ...about, do: 'reopen', flags });
        intents.push({ ...about, do: 'read', offset: 0, length });
      }
    }
  }
  return intents;
}

/** Draws the intents of a run. Same inputs, same intents. */
export function drawFileIntents(
  settings: FileClientSettings,
  limits: Limits,
  times: WorkloadTimes,
  seed: number,
): readonly FileIntent[] {
  const count = settings.operations;
  const list = fc.noBias(fc.array(draws, { minLength: count, maxLength: count, size: 'max' }));
  // fast-check takes 32 bits of seed and hardly mixes them: neighbours must not be alike.
  const word = joinWords(Math.floor(seed / 2 ** 32), seed | 0);
  const [drawn = []] = fc.sample(list, { seed: word, numRuns: 1 });
  let total = 0;
  for (const one of drawn) total += gap(settings.shape, one[1]);
  const endUs = settings.loadedSettling ? times.settleUs : times.endUs;
  const unitUs = (endUs - times.startUs) / Math.max(1, total);
  const intents: FileIntent[] = firstDirectories(settings, times.startUs);
  const repertoire = repertoireOf(settings);
  let passed = 0;
  for (const one of drawn) {
    passed += gap(settings.shape, one[1]);
    const atUs = times.startUs + Math.round(passed * unitUs);
    intents.push(intentOf(settings, repertoire, limits, one, atUs));
  }
  intents.push(...finalReads(settings, limits, times.finalReadsUs));
  return intents;
}
