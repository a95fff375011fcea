import { utf8Length } from '../metadata/names.ts';
import type { Attributes } from '../metadata/queries.ts';
import { rootInode } from '../metadata/state.ts';
import type { ClientSettings } from './client-settings.ts';
import type { MetadataAccess } from './metadata-access.ts';
import type { Operation } from './operation.ts';

/** PATH_MAX, in bytes. */
const maxPathBytes = 4_096;

/** Where a path leads: to an entry of a directory, whether there is one or not. */
export interface Place {
  /** The directory; 0 when the path is the root or ends in `..`. */
  readonly parent: number;
  readonly name: string;
  /** 0: there is no such entry. */
  readonly inode: number;
  readonly kind: Attributes['kind'];
  /** As the last step found them, when it asked the masters. */
  readonly attributes: Attributes | null;
}

/** Follows paths from the root, symbolic links included. */
export class PathWalker {
  private readonly settings: ClientSettings;
  private readonly metadata: MetadataAccess;

  constructor(settings: ClientSettings, metadata: MetadataAccess) {
    this.settings = settings;
    this.metadata = metadata;
  }

  /**
   * @param follow whether a symbolic link at the end is followed
   * @throws FileError ENOENT when a directory on the way is missing, ELOOP, ENOTDIR, ENAMETOOLONG
   */
  async walk(operation: Operation, path: string, follow: boolean): Promise<Place> {
    if (path === '') throw operation.error('ENOENT');
    if (utf8Length(path) > maxPathBytes) throw operation.error('ENAMETOOLONG');
    let left = namesOf(path);
    let followed = 0;
    // The directories from the root to where the walk is: what `..` leads back along.
    let way = [rootInode];
    for (;;) {
      const name = left.shift();
      if (name === undefined) return directoryAt(way);
      if (name === '..') {
        if (way.length > 1) way.pop();
        continue;
      }
      const place = await this.step(operation, way.at(-1)!, name);
      const isLast = left.length === 0;
      if (place.kind === 'symlink' && place.inode !== 0 && (follow || !isLast)) {
        followed += 1;
        if (followed > this.settings.maxLinksFollowed) throw operation.error('ELOOP');
        const target = await this.targetOf(operation, place.inode);
        left = [...namesOf(target), ...left];
        if (target.startsWith('/')) way = [rootInode];
        continue;
      }
      if (isLast) return place;
      if (place.inode === 0) throw operation.error('ENOENT');
      if (place.kind !== 'directory') throw operation.error('ENOTDIR');
      way.push(place.inode);
    }
  }

  private async step(operation: Operation, parent: number, name: string): Promise<Place> {
    if (utf8Length(name) > this.settings.storage.maxNameBytes) {
      throw operation.error('ENAMETOOLONG');
    }
    const query = { kind: 'lookup', parent, name } as const;
    const { inode, attributes } = await this.metadata.ask(operation, query, 'found');
    const wasAsked = operation.steps.at(-1)?.cached === false;
    // What an inode is never changes; all else about it may be old when it comes from the cache.
    const kind = attributes?.kind ?? 'file';
    return { parent, name, inode, kind, attributes: wasAsked ? attributes : null };
  }

  /** Where a symbolic link leads. */
  async targetOf(operation: Operation, inode: number): Promise<string> {
    const answer = await this.metadata.ask(operation, { kind: 'read-link', inode }, 'text');
    return answer.text;
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function directoryAt(way: readonly number[]): Place {
  return { parent: 0, name: '', inode: way.at(-1)!, kind: 'directory', attributes: null };
}
