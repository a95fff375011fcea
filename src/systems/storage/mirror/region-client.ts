import { FileError } from '../client/file-error.ts';
import { FileSystem } from '../client/file-system.ts';
import type { Located } from '../messages/metadata-messages.ts';
import type { CommandOf } from '../metadata/command.ts';
import type { Errno } from '../metadata/errno.ts';
import type { Attributes, RegionFacts } from '../metadata/queries.ts';
import { snapshotIndexAttribute } from '../metadata/snapshots.ts';
import { inLanes } from './lanes.ts';

/** Entries of a directory that are taken away at the same time. */
const removalsAtOnce = 4;

/** What an administrator orders about regions. */
export type RegionOrder = CommandOf<'set-region-mode' | 'advance-watermark'>;

/** A file system with what mirrors need besides: regions, where chunks lie, indexes of snapshots. */
export class RegionClient extends FileSystem {
  /** What the masters know of a region. */
  region(region: number): Promise<RegionFacts> {
    return this.run('region', '/', undefined, async (operation) => {
      const { kind: _, ...facts } = await this.metadata.ask(
        operation,
        { kind: 'region', region },
        'region',
      );
      return facts;
    });
  }

  /**
   * Carries an order out, perhaps more than once: such orders are made to be repeated. Null: done;
   * else why it was refused.
   */
  order(command: RegionOrder): Promise<Errno | null> {
    return this.run(command.kind, '/', undefined, async (operation) => {
      const answer = await this.masters.exchange('call-done', operation.deadlineUs, (request) => ({
        ...{ kind: 'call', request, session: 0, sequence: 0, oldest: 0 },
        command,
      }));
      const reply = answer?.reply;
      if (!reply) throw operation.error('ETIMEDOUT', true);
      return reply.kind === 'error' ? reply.errno : null;
    });
  }

  /** Where the bytes of a chunk of a file lie; null: a hole. */
  locate(inode: number, index: number): Promise<Located | null> {
    return this.run('locate', '/', undefined, async (operation) => {
      const query = { kind: 'locate', inode, index } as const;
      return (await this.metadata.ask(operation, query, 'location')).location;
    });
  }

  /** As `stat`, of what a directory named, without the way along a path. Never out of a cache. */
  attributesAt(inode: number): Promise<Attributes> {
    return this.run('stat', '/', undefined, async (operation) => {
      const query = { kind: 'attributes', inode } as const;
      return (await this.metadata.ask(operation, query, 'attributes', true)).attributes;
    });
  }

  /** As `listxattr`, of what a directory named. */
  attributeNamesAt(inode: number): Promise<readonly string[]> {
    return this.run('listxattr', '/', undefined, async (operation) => {
      const query = { kind: 'list-attributes', inode } as const;
      return (await this.metadata.ask(operation, query, 'words', true)).words;
    });
  }

  /** As `stat` without following links; null when there is nothing. */
  async find(path: string): Promise<Attributes | null> {
    return await this.stat(path, false).catch(refused('ENOENT', null));
  }

  /** Bytes of an extended attribute as text; null when there is none. */
  async textAttribute(path: string, name: string): Promise<string | null> {
    const bytes = await this.getxattr(path, name).catch(refused('ENODATA', null));
    return bytes === null ? null : String.fromCharCode(...bytes);
  }

  /** The index of the entry that a snapshot is of; 0 when it is none. */
  async indexOfSnapshot(path: string): Promise<number> {
    return Number(await this.textAttribute(path, snapshotIndexAttribute));
  }

  /** Makes a directory unless it is there. */
  async ensureDirectory(path: string): Promise<void> {
    if ((await this.find(path)) === null) await this.mkdir(path).catch(refused('EEXIST', 0));
  }

  /** Takes away whatever is there, and all below it. */
  async removeAll(path: string): Promise<void> {
    const found = await this.find(path);
    if (found === null) return;
    if (found.frozen) {
      await this.removeSnapshot(path).catch(refused('ENOENT', undefined));
    } else if (found.kind === 'directory') {
      const entries = await this.readdir(path);
      await inLanes(entries, removalsAtOnce, ({ name }) => this.removeAll(`${path}/${name}`));
      await this.rmdir(path).catch(refused('ENOENT', undefined));
    } else {
      await this.unlink(path).catch(refused('ENOENT', undefined));
    }
  }
}

/** Gives a value in place of one certain refusal; everything else is thrown on. */
export function refused<T>(errno: Errno, value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof FileError && error.errno === errno) return value;
    throw error;
  };
}
