import type { Fragment } from './fragment.ts';
import { scrubJournal } from './scrub-journal.ts';
import type { ServerCore } from './server-core.ts';
import { decodeSums } from './sums-format.ts';

/** The whole disk is read in so many goes, fewer when there is less than a fragment for each. */
const mostGoes = 32;
const leastGoes = 4;
/**
 * A fragment that could not be read in so many cycles, nor in between, is bad. Fewer may be trouble
 * that passes, and quarantine does not.
 */
const mostFailedCycles = 3;

/**
 * Reads all fragments once a cycle, a few at a time, and finds what has rotted: data that do not match
 * their checksums go to quarantine, checksum files that do not match the memory or cannot be read are
 * written anew, and a journal that could not be followed begins anew.
 */
export class Scrub {
  private readonly core: ServerCore;
  /** Numbers of the fragments that are left in this cycle, the next one last. */
  private left: number[] = [];
  private perGo = 0;
  /** In this cycle, and how many of them are left. */
  private goes = leastGoes;
  private goesLeft = 0;

  constructor(core: ServerCore) {
    this.core = core;
  }

  /** Goes on from now on. */
  start(): void {
    const { env, options } = this.core;
    const everyUs = Math.max(1, Math.floor(options.timings.scrubCycleUs / this.goes));
    env.timers.set('scrub', everyUs, () => {
      this.go();
      this.start();
    });
  }

  private go(): void {
    const { table, env } = this.core;
    if (this.goesLeft === 0) {
      this.left = [...table.byNumber.keys()].reverse();
      this.goes = Math.max(leastGoes, Math.min(mostGoes, this.left.length));
      this.goesLeft = this.goes;
      this.perGo = Math.ceil(this.left.length / this.goes);
      if (this.left.length > 0) env.probe('scrub cycle');
      scrubJournal(this.core);
    }
    this.goesLeft -= 1;
    for (let count = 0; count < this.perGo; count++) {
      const number = this.left.pop();
      if (number === undefined) return;
      const fragment = table.byNumber.get(number);
      if (fragment !== undefined && fragment.fault === null) this.check(fragment);
    }
  }

  private check(fragment: Fragment): void {
    const { core } = this;
    core.files.read(fragment, 0, fragment.blocks.length, (fault) => {
      if (fault === 'bad') core.quarantine(fragment, 'scrub');
      else if (fault === null) this.checkSums(fragment);
      else if (++fragment.failedCycles >= mostFailedCycles) {
        core.quarantine(fragment, 'cannot be read');
      }
    });
  }

  private checkSums(fragment: Fragment): void {
    const { table, files, env } = this.core;
    if (fragment.flushedIndex === 0 || table.dirty.has(fragment)) return;
    files.readSums(fragment, (error, bytes) => {
      if (table.dirty.has(fragment)) return;
      if (table.byNumber.get(fragment.number) !== fragment) return;
      if (error !== null) {
        // The memory has what it says: written anew it does not lie where it cannot be read.
        env.probe('unreadable checksum file written anew');
        table.dirty.add(fragment);
        return;
      }
      const name = { ...fragment, kind: 'sums' as const };
      if (bytes !== undefined && decodeSums(name, bytes)?.index === fragment.flushedIndex) return;
      // A flush may be under way: it writes the file anew as well.
      env.probe('checksum file mended');
      table.dirty.add(fragment);
    });
  }
}
