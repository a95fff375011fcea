import { isChange, type MirrorOperation } from './history.ts';
import type { Transition } from './regions.ts';

/** Who served when, and what went over. */
export interface Eras {
  readonly sides: readonly [
    { readonly transitions: readonly Transition[] },
    { readonly transitions: readonly Transition[] },
  ];
  /** Up to which index of the other region a region had everything when it was promoted to an epoch. */
  reachedBy(side: 0 | 1, epoch: number): number | undefined;
}

/** A time in which a region served. */
interface Era {
  readonly epoch: number;
  /** Index of the entry that began it. */
  readonly fence: number;
}

/** Before anything was said about regions, the first one served. */
const firstEra: Era = { epoch: 1, fence: 0 };

/** In which era an operation was done; null: in none, or in more than one, or nobody knows. */
function eraOf({ sides }: Eras, side: 0 | 1, from: number, to: number): Era | null {
  if (from === 0) return null;
  const { transitions } = sides[side];
  const at = transitions.findLastIndex(({ fence }) => fence <= from);
  const after = transitions[at + 1];
  if (after !== undefined && after.fence <= to) return null;
  const era = transitions[at];
  if (era === undefined) return side === 0 ? firstEra : null;
  return era.mode === 'active' ? era : null;
}

/** Whether a later era has what was done in an earlier one: all of it, nothing, or nobody knows. */
function survives(eras: Eras, change: MirrorOperation, later: Era): 'whole' | 'lost' | null {
  const { side, firstIndex, lastIndex } = change;
  const era = eraOf(eras, side, firstIndex, lastIndex);
  if (era === null || era.epoch > later.epoch) return null;
  if (era.epoch === later.epoch) return 'whole';
  const reached = eras.reachedBy(side === 0 ? 1 : 0, era.epoch + 1);
  if (reached === undefined) return null;
  if (lastIndex <= reached) return 'whole';
  return firstIndex > reached ? 'lost' : null;
}

/**
 * What a reader must find in its own file, by what it was told of its changes before; null: no file;
 * undefined: that is not sure.
 *
 * @param before what the same client did to that file before, in order
 */
export function contentFor(
  eras: Eras,
  before: readonly MirrorOperation[],
  read: MirrorOperation,
): Uint8Array | null | undefined {
  const era = eraOf(eras, read.side, read.firstSeen, read.lastSeen);
  if (era === null) return undefined;
  const changes: MirrorOperation[] = [];
  for (const change of before.toReversed()) {
    if (!isChange(change)) continue;
    if (change.outcome !== 'ok') return undefined;
    // There was nothing to delete.
    if (change.lastIndex === 0) continue;
    const fate = survives(eras, change, era);
    if (fate === null) return undefined;
    if (fate === 'lost') continue;
    changes.push(change);
    if (change.does !== 'overwrite') break;
  }
  return changes.reduceRight<Uint8Array | null>(changed, null);
}

/** What a file is after a change. */
function changed(content: Uint8Array | null, change: MirrorOperation): Uint8Array | null {
  const { does, sizeBytes, stamp } = change;
  if (does === 'delete') return null;
  const kept = does === 'put' ? null : content;
  const after = new Uint8Array(Math.max(sizeBytes, kept?.length ?? 0));
  if (kept !== null) after.set(kept);
  return after.fill(stamp, 0, sizeBytes);
}

/** The first way in which what was found is not what it must be; null: it is the same. */
export function howItDiffers(wanted: Uint8Array | null, found: Uint8Array | null): string | null {
  if (wanted === null || found === null) {
    if (wanted === found) return null;
    return wanted === null ? 'a file that was deleted' : 'no file';
  }
  if (wanted.length !== found.length) return `${found.length} bytes, not ${wanted.length}`;
  const at = wanted.findIndex((byte, offset) => byte !== found[offset]);
  return at < 0 ? null : `byte ${at} is ${found[at]}, not ${wanted[at]}`;
}
