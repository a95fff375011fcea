import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import { joinWords } from '../hash.ts';
import type { Extents } from './extents.ts';
import { copyBytes, type StoredFile } from './file-images.ts';

const droppedPoint: ChoicePoint = choicePoint('sync-dropped');

/**
 * Carries out a sync: promises what the cache holds and, unless the device lies, makes it actual.
 * Returns whether the damage ledger may have changed.
 */
export function syncFile(file: StoredFile, lying: boolean): boolean {
  if (lying || file.phantom !== undefined || file.promisedImage !== file.actualImage) {
    syncWithCare(file, lying);
    return true;
  }
  const length = file.cachedLength;
  if (length > file.actualImage.length) file.reserve(length);
  const { bounds } = file.dirty;
  for (let at = 0; at < bounds.length; at += 2) {
    const from = bounds[at] as number;
    copyBytes(file.cached, from, file.actualImage, from, (bounds[at + 1] as number) - from);
  }
  file.actualSize = length;
  file.promisedSize = length;
  file.clean();
  return false;
}

/** The same when promised and actual bytes part, or had parted. */
function syncWithCare(file: StoredFile, lying: boolean): void {
  const length = file.cachedLength;
  file.reserve(length);
  file.splitPromised();
  copyExtents(file.dirty, file.cached, file.promisedImage);
  file.promisedSize = length;
  const misdirected = file.misdirected ?? [];
  if (!lying) {
    copyExtents(writable(file), file.cached, file.actualImage);
    file.actualSize = length;
    for (let at = 0; at < misdirected.length; at += 3) {
      const from = misdirected[at] as number;
      const target = misdirected[at + 2] as number;
      const count = misdirectedBytes(misdirected, at, length);
      copyBytes(file.cached, from, file.actualImage, target, count);
    }
  }
  const { bounds } = file.dirty;
  for (let at = 0; at < bounds.length; at += 2) {
    file.compare(bounds[at] as number, bounds[at + 1] as number);
  }
  if (!lying) {
    for (let at = 0; at < misdirected.length; at += 3) {
      const target = misdirected[at + 2] as number;
      file.compare(target, target + misdirectedBytes(misdirected, at, length));
    }
    file.phantom = undefined;
    file.misdirected = undefined;
    file.clean();
  }
  file.damage.remove(length, Number.MAX_SAFE_INTEGER);
  file.lengthDamaged = file.promisedSize !== file.actualSize;
  file.mergePromised();
}

function misdirectedBytes(misdirected: readonly number[], at: number, length: number): number {
  const count = (misdirected[at + 1] as number) - (misdirected[at] as number);
  return Math.max(0, Math.min(count, length - (misdirected[at + 2] as number)));
}

function copyExtents(extents: Extents, source: Uint8Array, target: Uint8Array): void {
  const { bounds } = extents;
  for (let at = 0; at < bounds.length; at += 2) {
    const from = bounds[at] as number;
    copyBytes(source, from, target, from, (bounds[at + 1] as number) - from);
  }
}

/** What the cache would write to its own place: all that is dirty, without phantoms. */
export function writable(file: StoredFile): Extents {
  const { phantom } = file;
  if (phantom === undefined) return file.dirty;
  const extents = file.dirty.copy();
  for (let at = 0; at < phantom.bounds.length; at += 2) {
    extents.remove(phantom.bounds[at] as number, phantom.bounds[at + 1] as number);
  }
  return extents;
}

/**
 * A sync failed: each dirty sector is kept in the cache and taken for clean, so that no later sync
 * writes it, or dropped, so that reads see the old bytes. The length stays as the cache has it, and
 * the next sync makes it durable: file systems keep it apart from the data.
 */
export function failSync(file: StoredFile, stream: Stream, key: number, sectorBytes: number): void {
  const { bounds } = file.dirty;
  let decided = -1;
  let dropped = false;
  for (let at = 0; at < bounds.length; at += 2) {
    const to = bounds[at + 1] as number;
    let from = bounds[at] as number;
    while (from < to) {
      const sector = Math.floor(from / sectorBytes);
      const end = Math.min(to, (sector + 1) * sectorBytes);
      if (sector !== decided) {
        decided = sector;
        dropped = stream.below(droppedPoint, joinWords(key, sector), 2) === 1;
      }
      if (dropped) {
        const known = Math.max(from, Math.min(end, file.actualSize));
        copyBytes(file.actualImage, from, file.cached, from, known - from);
        file.cached.fill(0, known, end);
      }
      from = end;
    }
  }
  file.dirty.clear();
}
