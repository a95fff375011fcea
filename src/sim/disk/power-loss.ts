import { choicePoint } from '../choice-point.ts';
import type { ChoicePoint, Stream } from '../choices.ts';
import { joinWords } from '../hash.ts';
import { Extents } from './extents.ts';
import { copyBytes, type StoredFile } from './file-images.ts';
import type { RecycledBytes } from './recycled.ts';
import { writable } from './sync-file.ts';

const modePoint: ChoicePoint = choicePoint('power-loss');
const lengthPoint: ChoicePoint = choicePoint('power-loss-length');
const betweenPoint: ChoicePoint = choicePoint('power-loss-length-between');
const prefixPoint: ChoicePoint = choicePoint('power-loss-prefix');
const sectorPoint: ChoicePoint = choicePoint('power-loss-sector');
const tailPoint: ChoicePoint = choicePoint('power-loss-tail');

/** What survives of a file's unsynced sectors. Calm: nothing, as if no write had left the cache. */
const nothing = 0;
const everything = 1;
const prefix = 2;
const modes = 4;

/** Where the length ends up. Calm: as it was. */
const oldLength = 0;
const newLength = 1;
const leastLength = 2;
const lengths = 4;

/**
 * Takes the power from one file: any subset of the unsynced sectors survives; the length survives
 * or not whatever the data do; blocks that the file has without having written them read as old
 * bytes, zeros or recycled bytes. The cache is gone afterwards.
 *
 * What survives counts as promised from now on: it is on the medium, and no later crash takes it.
 */
export function losePower(
  file: StoredFile,
  stream: Stream,
  key: number,
  sectorBytes: number,
  recycled: RecycledBytes,
): void {
  if (file.unsynced) {
    const mode = stream.below(modePoint, key, modes);
    if (mode !== nothing) survive(file, mode, stream, key, sectorBytes, recycled);
  }
  file.forgetCache();
}

function survive(
  file: StoredFile,
  mode: number,
  stream: Stream,
  key: number,
  sectorBytes: number,
  recycled: RecycledBytes,
): void {
  const oldSize = file.actualSize;
  const choice = mode === everything ? newLength : stream.below(lengthPoint, key, lengths);
  const size = survivingLength(file, choice, stream, key, sectorBytes);
  file.reserve(Math.max(size, oldSize));
  // Blocks beyond the least length left the file for a while, unless the cut itself was lost.
  const intact = choice === oldLength ? oldSize : Math.min(file.lowWater, oldSize);
  fillTail(file.actualImage, intact, size, oldSize, stream, key, sectorBytes, recycled);
  const survived = overlay(file, mode, size, stream, key, sectorBytes);
  file.actualSize = size;
  settlePromise(file, survived, oldSize);
}

function survivingLength(
  file: StoredFile,
  choice: number,
  stream: Stream,
  key: number,
  sectorBytes: number,
): number {
  if (choice === oldLength) return file.actualSize;
  if (choice === newLength) return file.cachedLength;
  if (choice === leastLength) return file.lowWater;
  const first = Math.ceil(file.lowWater / sectorBytes);
  const sectors = Math.floor(file.cachedLength / sectorBytes) - first + 1;
  if (sectors <= 0) return file.lowWater;
  return (first + stream.below(betweenPoint, key, sectors)) * sectorBytes;
}

/** What stands in blocks that no surviving write covers. */
function fillTail(
  image: Uint8Array,
  from: number,
  to: number,
  oldSize: number,
  stream: Stream,
  key: number,
  sectorBytes: number,
  recycled: RecycledBytes,
): void {
  let at = from;
  while (at < to) {
    const sector = Math.floor(at / sectorBytes);
    const end = Math.min(to, (sector + 1) * sectorBytes);
    const tail = stream.below(tailPoint, joinWords(key, sector), 3);
    if (tail === 0) image.fill(0, Math.min(end, Math.max(at, oldSize)), end);
    else if (tail === 1) image.fill(0, at, end);
    else recycled.fill(image, at, end);
    at = end;
  }
}

/** Writes the unsynced sectors that survive, and tells which bytes these are. */
function overlay(
  file: StoredFile,
  mode: number,
  size: number,
  stream: Stream,
  key: number,
  sectorBytes: number,
): Extents {
  const survived = new Extents();
  const { bounds } = writable(file);
  let left = mode === prefix ? stream.below(prefixPoint, key, sectorCount(bounds, sectorBytes)) : 0;
  // A sector is written as a whole, even where only some of its bytes are dirty.
  let decided = -1;
  let kept = mode === everything;
  for (let index = 0; index < bounds.length; index += 2) {
    const to = Math.min(size, bounds[index + 1] as number);
    let at = bounds[index] as number;
    while (at < to) {
      const sector = Math.floor(at / sectorBytes);
      const end = Math.min(to, (sector + 1) * sectorBytes);
      if (sector !== decided) {
        decided = sector;
        if (mode === prefix) kept = left-- > 0;
        else if (mode !== everything) {
          kept = stream.below(sectorPoint, joinWords(key, sector), 2) === 1;
        }
      }
      if (kept) {
        copyBytes(file.cached, at, file.actualImage, at, end - at);
        survived.add(at, end);
      }
      at = end;
    }
  }
  return survived;
}

function sectorCount(bounds: readonly number[], sectorBytes: number): number {
  let count = 1;
  for (let index = 0; index < bounds.length; index += 2) {
    const first = Math.floor((bounds[index] as number) / sectorBytes);
    count += Math.ceil((bounds[index + 1] as number) / sectorBytes) - first;
  }
  return count;
}

/** Promises what is there now, but for what a lying or damaged disk still owes. */
function settlePromise(file: StoredFile, survived: Extents, oldSize: number): void {
  if (!file.damaged) {
    file.promisedSize = file.actualSize;
    file.promisedImage = file.actualImage;
    return;
  }
  const { bounds } = survived;
  for (let at = 0; at < bounds.length; at += 2) {
    file.damage.remove(bounds[at] as number, bounds[at + 1] as number);
  }
  const cut = file.lowWater < oldSize || file.cachedLength < file.promisedSize;
  file.lengthDamaged = file.lengthDamaged && file.actualSize < file.promisedSize && !cut;
  if (!file.lengthDamaged) file.promisedSize = file.actualSize;
  file.damage.remove(file.promisedSize, Number.MAX_SAFE_INTEGER);
  const owed = file.promisedImage;
  const promised = new Uint8Array(Math.max(owed.length, file.actualImage.length));
  promised.set(file.actualImage);
  const damage = file.damage.bounds;
  for (let at = 0; at < damage.length; at += 2) {
    const from = damage[at] as number;
    copyBytes(owed, from, promised, from, (damage[at + 1] as number) - from);
  }
  file.promisedImage = promised;
  // What reads now as it was promised is no damage, whatever way it came.
  const owing = file.damage.copy().bounds;
  for (let at = 0; at < owing.length; at += 2) {
    file.compare(owing[at] as number, owing[at + 1] as number);
  }
  file.mergePromised();
}
