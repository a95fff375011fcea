import { codeOf } from '../erasure/code-of.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { Block } from '../messages/fragment.ts';
import type { Located } from '../messages/metadata-messages.ts';
import type { Redundancy } from '../placement/storage-class.ts';
import { type BlockRange, type BlockReader, blocksOf, cutBlocks } from './block-reader.ts';
import type { SlicesOrFault } from './chunk-reader.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MasterLink } from './master-link.ts';
import { type ClientCounters, joinSlices } from './slices.ts';

export type ErasureCode = Extract<Redundancy, { readonly kind: 'erasure' }>;

/** What is wanted of a stripe: some of its data parts, and of each of them the same range of bytes. */
interface Wanted {
  readonly firstPart: number;
  readonly lastPart: number;
  readonly low: number;
  readonly high: number;
  readonly range: BlockRange;
}

/** Reads ranges of stripes: from the data parts, or from the parts that answer first. */
export class StripeReader {
  private readonly settings: ClientSettings;
  private readonly blocks: BlockReader;
  private readonly link: MasterLink;
  private readonly counters: ClientCounters;

  constructor(
    settings: ClientSettings,
    blocks: BlockReader,
    link: MasterLink,
    counters: ClientCounters,
  ) {
    this.settings = settings;
    this.blocks = blocks;
    this.link = link;
    this.counters = counters;
  }

  async read(
    place: Located,
    code: ErasureCode,
    index: number,
    from: number,
    to: number,
  ): Promise<SlicesOrFault> {
    const { blockBytes, chunkBytes } = this.settings.storage;
    const partBytes = Math.ceil(chunkBytes / code.dataParts);
    const firstPart = Math.floor(from / partBytes);
    const lastPart = Math.floor((to - 1) / partBytes);
    const single = firstPart === lastPart;
    const low = single ? from - firstPart * partBytes : 0;
    const high = single ? to - firstPart * partBytes : partBytes;
    const wanted = { firstPart, lastPart, low, high, range: blocksOf(low, high, blockBytes) };
    const got = await this.gather(place, code, index, wanted);
    if (typeof got === 'string') return got;
    const missing: number[] = [];
    for (let part = firstPart; part <= lastPart; part++) if (!got[part]) missing.push(part);
    const made = missing.length === 0 ? [] : this.rebuild(got, code, wanted, partBytes, missing);
    const slices: Uint8Array[] = [];
    const base = wanted.range.first * blockBytes;
    for (let part = firstPart; part <= lastPart; part++) {
      const start = Math.max(0, from - part * partBytes);
      const end = Math.min(partBytes, to - part * partBytes);
      const blocks = got[part];
      if (blocks) slices.push(...cutBlocks(blocks, wanted.range, blockBytes, start, end));
      else slices.push(made[missing.indexOf(part)]!.subarray(start - base, end - base));
    }
    return slices;
  }

  /** The wanted data parts, or any `dataParts` parts when one of those fails or takes too long. */
  private gather(
    { chunk, version, generation, nodes }: Located,
    code: ErasureCode,
    index: number,
    wanted: Wanted,
  ): Promise<(readonly Block[] | null)[] | DataFault> {
    const got: (readonly Block[] | null)[] = nodes.map(() => null);
    const asked = new Set<number>();
    let [open, sound, isOver] = [0, 0, false];
    let worst: DataFault = 'no-answer';
    return new Promise((resolve) => {
      const look = () => {
        if (isOver) return;
        let complete = true;
        for (let part = wanted.firstPart; part <= wanted.lastPart; part++) {
          if (got[part] === null) complete = false;
        }
        const ended = complete || sound >= code.dataParts;
        if (!ended && open > 0) return;
        isOver = true;
        resolve(ended ? got : worst);
      };
      const start = (part: number) => {
        if (isOver || asked.has(part) || (nodes[part] ?? '') === '') return;
        asked.add(part);
        open += 1;
        const name = { chunk, version, generation, part };
        void this.blocks.read(nodes[part]!, name, wanted.range, index).then((blocks) => {
          open -= 1;
          if (typeof blocks === 'string') {
            worst = blocks;
            startAll();
          } else {
            got[part] = blocks;
            sound += 1;
          }
          look();
        });
      };
      const startAll = () => {
        for (let part = 0; part < nodes.length; part++) start(part);
      };
      for (let part = wanted.firstPart; part <= wanted.lastPart; part++) {
        if ((nodes[part] ?? '') === '') startAll();
        else start(part);
      }
      if (open === 0) look();
      void this.link.pause(this.settings.hedgeUs).then(startAll);
    });
  }

  /** Whole ranges of the missing parts; parts have to be in one piece for that. */
  private rebuild(
    got: readonly (readonly Block[] | null)[],
    code: ErasureCode,
    { range }: Wanted,
    partBytes: number,
    missing: readonly number[],
  ): Uint8Array[] {
    const { blockBytes } = this.settings.storage;
    const from = range.first * blockBytes;
    const to = Math.min(partBytes, from + range.count * blockBytes);
    this.counters.degradedReads += 1;
    const parts = got.map((blocks) => {
      if (blocks === null) return null;
      return joinSlices(cutBlocks(blocks, range, blockBytes, from, to), this.counters);
    });
    return codeOf(code).rebuild(parts, missing);
  }
}
