import type { Entry } from '../../raft/index.ts';
import {
  changelogDirectory,
  decodeRecords,
  decodeState,
  segmentIndex,
  stateIndex,
} from './changelog-format.ts';

/** The files of a metalogger's disk, in one of its images: promised, actual or cached. */
export interface ChangelogImage {
  /** Names of files, with their directories; those of others are passed over. */
  readonly files: readonly string[];
  bytes(file: string): Uint8Array | undefined;
}

export interface Changelog {
  /** Records by rising index. Where an index was written twice, the first one that is whole. */
  readonly entries: readonly Entry[];
  /** Saved tables that are whole, by rising index. */
  readonly states: readonly { readonly index: number; readonly saved: Uint8Array }[];
  /** Indexes between the first and the last entry that have no record: saved tables stand in. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** Files with bytes behind the last whole record, or that are not what was written. */
  readonly damaged: readonly string[];
}

/** Reads what a metalogger has kept. Changes nothing, and throws on nothing. */
export function readChangelog(image: ChangelogImage): Changelog {
  const own = image.files.filter((file) => file.startsWith(`${changelogDirectory}/`));
  const entries: Map<number, Entry> = new Map();
  const states: { readonly index: number; readonly saved: Uint8Array }[] = [];
  const damaged: string[] = [];
  for (const file of byIndex(own, segmentIndex)) {
    const bytes = image.bytes(file) ?? new Uint8Array(0);
    const read = decodeRecords(bytes);
    if (read.bytes < bytes.length) damaged.push(file);
    for (const entry of read.entries) {
      if (!entries.has(entry.index)) entries.set(entry.index, entry);
    }
  }
  for (const file of byIndex(own, stateIndex)) {
    const saved = decodeState(image.bytes(file) ?? new Uint8Array(0));
    if (saved === null) damaged.push(file);
    else states.push({ index: stateIndex(file)!, saved });
  }
  const inOrder = [...entries.values()].sort((a, b) => a.index - b.index);
  return { entries: inOrder, states, gaps: gapsIn(inOrder), damaged };
}

function byIndex(
  files: readonly string[],
  indexOf: (file: string) => number | undefined,
): readonly string[] {
  return files
    .filter((file) => indexOf(file) !== undefined)
    .sort((a, b) => indexOf(a)! - indexOf(b)!);
}

function gapsIn(entries: readonly Entry[]): { readonly from: number; readonly to: number }[] {
  const gaps: { readonly from: number; readonly to: number }[] = [];
  for (let at = 1; at < entries.length; at++) {
    const from = entries[at - 1]!.index + 1;
    const to = entries[at]!.index - 1;
    if (from <= to) gaps.push({ from, to });
  }
  return gaps;
}
