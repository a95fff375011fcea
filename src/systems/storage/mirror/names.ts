import { FileError } from '../client/file-error.ts';
import type { RegionClient } from './region-client.ts';

/** Where mirrors keep what is theirs, on both sides. */
export const mirrorDirectory = '/.mirror';
/** On the root of the mirrored tree: the epoch for which it was put there. */
export const epochAttribute = 'mirror.epoch';

/** A frozen tree of an epoch, by number: of a round on the source, of an index on the target. */
export interface Numbered {
  readonly path: string;
  readonly number: number;
}

/** What lies in the mirror's directory of one side, as names tell it. */
export class MirrorNames {
  readonly all: readonly string[];

  private constructor(all: readonly string[]) {
    this.all = all;
  }

  static async read(side: RegionClient): Promise<MirrorNames> {
    try {
      const entries = await side.readdir(mirrorDirectory);
      return new MirrorNames(entries.map(({ name }) => name));
    } catch (error) {
      if (error instanceof FileError && error.errno === 'ENOENT') return new MirrorNames([]);
      throw error;
    }
  }

  /** Snapshots that a source took in an epoch, in order. */
  snapshots(epoch: number): Numbered[] {
    return this.numbered('snap', epoch);
  }

  /** Finished copies on a target, by the index of the source's entry that they are of, in order. */
  finished(epoch: number): Numbered[] {
    return this.numbered('done', epoch);
  }

  /** The last copy that was finished before an epoch, in whichever; null: there was none. */
  newest(before: number): Numbered | null {
    const epochs = this.all
      .filter((name) => name.startsWith('done-'))
      .map((name) => Number(name.split('-')[1]))
      .filter((epoch) => epoch < before);
    return epochs.length === 0 ? null : this.finished(Math.max(...epochs)).at(-1)!;
  }

  private numbered(kind: string, epoch: number): Numbered[] {
    const start = `${kind}-${epoch}-`;
    return this.all
      .filter((name) => name.startsWith(start))
      .map((name) => ({
        path: `${mirrorDirectory}/${name}`,
        number: Number(name.slice(start.length)),
      }))
      .sort((a, b) => a.number - b.number);
  }

  /** What was the mirror's own in epochs before this one: nobody needs it any more. */
  outdated(epoch: number): string[] {
    return this.all
      .filter((name) => {
        const [kind, of] = name.split('-');
        if (kind === 'drop') return true;
        return ['snap', 'done', 'work', 'next'].includes(kind!) && Number(of) < epoch;
      })
      .map((name) => `${mirrorDirectory}/${name}`);
  }
}

export function snapshotPath(epoch: number, round: number): string {
  return `${mirrorDirectory}/snap-${epoch}-${round}`;
}

export function finishedPath(epoch: number, index: number): string {
  return `${mirrorDirectory}/done-${epoch}-${index}`;
}

/** The changeable copy that rounds of an epoch bring up to date. */
export function workPath(epoch: number): string {
  return `${mirrorDirectory}/work-${epoch}`;
}

/** A tree on its way to become the mirrored one. */
export function nextPath(epoch: number): string {
  return `${mirrorDirectory}/next-${epoch}`;
}

/** A tree that was handed over in full. */
export function dropPath(epoch: number): string {
  return `${mirrorDirectory}/drop-${epoch}`;
}

/** What a region took that was lost to the others. `fence` tells apart what has one epoch. */
export function divergedPath(epoch: number, fence: number): string {
  return `${mirrorDirectory}/diverged-${epoch}-${fence}`;
}
