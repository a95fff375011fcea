import { lastBatchStart, segmentSequence } from '../../raft/wal-format.ts';
import type { FragmentName } from '../block-checksum.ts';
import type { Fragment } from './fragment.ts';
import { isSound } from './fragment-files.ts';
import { journalDirectory } from './journal.ts';
import { recoverServer } from './recovery.ts';
import { fragmentDirectory, fragmentFileName, parseFragmentFile } from './sums-format.ts';

/** The names and bytes that a disk has promised, or any other image of it. */
export interface ImageFiles {
  names(): readonly string[];
  bytes(file: string): Uint8Array | undefined;
}

/** A block as it stands in an image. */
export interface BlockOnDisk {
  /** The version under which it was written; 0: it never was. */
  readonly version: number;
  readonly checksum: number;
  /** What the journal or the data file has there; empty where nothing was written. */
  readonly bytes: Uint8Array;
  /** The bytes are what the checksum says, or nothing was ever written. */
  readonly intact: boolean;
}

/** A fragment as an image has it, files and journal together. */
export interface FragmentOnDisk extends FragmentName {
  /** Served until the first write under `version`; 0: none. */
  readonly previousVersion: number;
  readonly fence: number;
  readonly lastFence: number;
  readonly lastSequence: number;
  /** All blocks are intact, and the server does not hold it for bad. */
  readonly intact: boolean;
  readonly quarantined: boolean;
  readonly blocks: readonly BlockOnDisk[];
}

const noBytes: Uint8Array = new Uint8Array(0);

/** Every fragment of an image, by the same reading as a starting server's. Pure. */
export function fragmentsOnDisk(image: ImageFiles, blockBytes: number): readonly FragmentOnDisk[] {
  const journal = new Map<string, Uint8Array>();
  const fragments = new Map<string, Uint8Array>();
  for (const name of image.names()) {
    const bytes = image.bytes(name);
    if (bytes === undefined) continue;
    const [directory, file] = split(name);
    if (directory === journalDirectory) journal.set(file, bytes);
    else if (directory === fragmentDirectory) fragments.set(file, bytes);
  }
  const { table } = recoverServer({ journal, fragments });
  const found = [...table.byNumber.values()].map((fragment) => {
    const data = fragments.get(fragmentFileName(fragment, 'data')) ?? noBytes;
    return describe(fragment, data, blockBytes);
  });
  return found.sort(
    (a, b) =>
      a.chunk - b.chunk || a.generation - b.generation || a.part - b.part || a.version - b.version,
  );
}

function describe(fragment: Fragment, data: Uint8Array, blockBytes: number): FragmentOnDisk {
  const blocks = fragment.blocks.map((record, block): BlockOnDisk => {
    if (record === null) return { version: 0, checksum: 0, bytes: noBytes, intact: true };
    const { version, checksum, bytes: size } = record;
    const at = block * blockBytes;
    const bytes = fragment.fresh.get(block) ?? data.subarray(at, at + size);
    const intact = bytes.length === size && isSound(fragment, block, bytes, version, checksum);
    return { version, checksum, bytes, intact };
  });
  const { chunk, version, generation, part, previousVersion } = fragment;
  const { fence, lastFence, lastSequence } = fragment;
  const quarantined = fragment.fault !== null;
  const intact = !quarantined && blocks.every((block) => block.intact);
  const name = { chunk, version, generation, part, previousVersion };
  return { ...name, fence, lastFence, lastSequence, intact, quarantined, blocks };
}

function split(name: string): readonly [string, string] {
  const at = name.indexOf('/');
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)];
}

/**
 * Bytes of a promised file whose damage a chunkserver notices: checkpoints and checksum files as a
 * whole, data files, and the journal up to its last batch, behind which damage passes for a write that
 * a crash has torn.
 */
export function noticedDamage(
  name: string,
  promised: Uint8Array,
): { readonly from: number; readonly to: number } | undefined {
  const [directory, file] = split(name);
  if (directory === fragmentDirectory) {
    const kind = parseFragmentFile(file)?.kind;
    return kind === 'data' || kind === 'sums' ? { from: 0, to: promised.length } : undefined;
  }
  if (directory !== journalDirectory) return undefined;
  if (segmentSequence(file) === 0) {
    return file.startsWith('snapshot-') ? { from: 0, to: promised.length } : undefined;
  }
  const to = lastBatchStart(file, promised);
  return to > 0 ? { from: 0, to } : undefined;
}
