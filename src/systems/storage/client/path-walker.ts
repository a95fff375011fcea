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
  /** The directory; 0 when the path is the root or ends in `.` or `..`. */
  readonly parent: number;
  /** Empty with `parent` 0. */
  readonly name: string;
  /** What the path ends in: a name, `.`, `..`, or nothing when it is the root. */
  readonly last: 'name' | '.' | '..' | 'root';
  /** The path ends in a slash: it can only be that of a directory, which may be made there. */
  readonly slash: boolean;
  /** 0: there is no such entry. */
  readonly inode: number;
  readonly kind: Attributes['kind'];
  /** As the last step found them, when it asked the masters. */
  readonly attributes: Attributes | null;
}

/**
 * Follows paths from the root, symbolic links included, as POSIX resolves them (IEEE 1003.1, 4.13): each
 * component that something follows, be it a slash or a dot, is that of a directory, and a link that a
 * slash follows is followed.
 */
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
    if (path.includes('\0')) throw operation.error('EINVAL');
    let left = componentsOf(path);
    let slash = left.length > 0 && path.endsWith('/');
    let last: Place['last'] = 'root';
    let followed = 0;
    // The directories from the root to where the walk is: what `..` leads back along.
    let way = [rootInode];
    for (;;) {
      const name = left.shift();
      if (name === undefined) return directoryAt(way, last, slash);
      if (name === '.' || name === '..') {
        if (name === '..' && way.length > 1) way.pop();
        last = name;
        continue;
      }
      last = 'name';
      const place = await this.step(operation, way.at(-1)!, name);
      const isLast = left.length === 0;
      if (place.kind === 'symlink' && place.inode !== 0 && (follow || slash || !isLast)) {
        followed += 1;
        if (followed > this.settings.maxLinksFollowed) throw operation.error('ELOOP');
        const target = await this.targetOf(operation, place.inode);
        left = [...componentsOf(target), ...left];
        if (target.startsWith('/')) way = [rootInode];
        if (isLast) {
          slash ||= left.length > 0 && target.endsWith('/');
          last = 'root';
        }
        continue;
      }
      if (isLast) return { ...place, slash };
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
    const found = { inode, kind, attributes: wasAsked ? attributes : null };
    return { parent, name, last: 'name', slash: false, ...found };
  }

  /** Where a symbolic link leads. */
  async targetOf(operation: Operation, inode: number): Promise<string> {
    const answer = await this.metadata.ask(operation, { kind: 'read-link', inode }, 'text');
    return answer.text;
  }
}

function componentsOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function directoryAt(way: readonly number[], last: Place['last'], slash: boolean): Place {
  const none = { parent: 0, name: '', attributes: null };
  return { ...none, last, slash, inode: way.at(-1)!, kind: 'directory' };
}
