import type { BlocksRead, ReadBlocks } from '../../src/systems/storage/messages/data-messages.ts';
import { remember } from '../raft/remember.ts';

/** A read that reached a chunkserver. */
export interface ReadAsked {
  readonly read: ReadBlocks;
  readonly atUs: number;
}

/** Reads kept; older ones have been answered or given up long ago. */
const rememberedReads = 2_048;

/** What was asked of each chunkserver, by asker and number. */
export class ReadsAsked {
  readonly #asked: Map<string, ReadAsked> = new Map();

  note(node: number, from: number, read: ReadBlocks, atUs: number): void {
    remember(this.#asked, `${node}/${from}/${read.request}`, { read, atUs }, rememberedReads);
  }

  /** What an answer is to; undefined: it is not known any more. */
  of(node: number, to: number, { request }: BlocksRead): ReadAsked | undefined {
    return this.#asked.get(`${node}/${to}/${request}`);
  }
}
