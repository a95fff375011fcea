/**
 * A file system as a beginner would write it: nested maps, contents as lists of bytes, every sum
 * counted anew. The model that tests hold the state machine against.
 */
export interface NaiveDirectory {
  kind: 'directory';
  entries: Map<string, NaiveNode>;
  parent: NaiveDirectory | null;
  frozen: boolean;
  quota: { inodes: number; bytes: number } | null;
}

export interface NaiveFile {
  kind: 'file' | 'symlink';
  /** The directory of each link, oldest first. */
  links: NaiveDirectory[];
  content: number[];
  frozen: boolean;
  trashUs: number;
}

export type NaiveNode = NaiveDirectory | NaiveFile;

/** What an operation gives: OK, or an errno. */
export type Outcome = string;

export class NaiveFiles {
  root: NaiveDirectory = newDirectory(null);
  trash: { file: NaiveFile; untilUs: number }[] = [];
  private readonly maxFileBytes: number;
  private readonly chunkBytes: number;

  constructor(maxFileBytes: number, chunkBytes: number) {
    this.maxFileBytes = maxFileBytes;
    this.chunkBytes = chunkBytes;
  }

  /** The node at a path, or undefined. */
  at(path: readonly string[]): NaiveNode | undefined {
    let node: NaiveNode | undefined = this.root;
    for (const name of path) {
      node = node?.kind === 'directory' ? node.entries.get(name) : undefined;
    }
    return node;
  }

  create(parent: NaiveDirectory, name: string, kind: NaiveNode['kind']): Outcome {
    if (parent.frozen) return 'EROFS';
    if (parent.entries.has(name)) return 'EEXIST';
    const content = kind === 'symlink' ? [120] : [];
    const node: NaiveNode =
      kind === 'directory'
        ? newDirectory(parent)
        : { kind, links: [parent], content, frozen: false, trashUs: 0 };
    return this.within(() => parent.entries.set(name, node));
  }

  link(file: NaiveNode, parent: NaiveDirectory, name: string): Outcome {
    if (file.kind === 'directory') return 'EPERM';
    if (parent.frozen || file.frozen) return 'EROFS';
    if (parent.entries.has(name)) return 'EEXIST';
    if (quotaRootOf(parent) !== quotaRootOf(file.links[0]!)) return 'EXDEV';
    parent.entries.set(name, file);
    file.links.push(parent);
    return 'OK';
  }

  unlink(parent: NaiveDirectory, name: string, nowUs: number): Outcome {
    const node = parent.entries.get(name);
    if (parent.frozen) return 'EROFS';
    if (node === undefined) return 'ENOENT';
    if (node.kind === 'directory') return 'EISDIR';
    if (node.frozen) return 'EROFS';
    this.remove(parent, name, nowUs);
    return 'OK';
  }

  rmdir(parent: NaiveDirectory, name: string): Outcome {
    const node = parent.entries.get(name);
    if (parent.frozen) return 'EROFS';
    if (node === undefined) return 'ENOENT';
    if (node.kind !== 'directory') return 'ENOTDIR';
    if (node.frozen) return 'EROFS';
    if (node.entries.size > 0) return 'ENOTEMPTY';
    parent.entries.delete(name);
    return 'OK';
  }

  removeSnapshot(parent: NaiveDirectory, name: string): Outcome {
    const node = parent.entries.get(name);
    if (parent.frozen) return 'EROFS';
    if (node === undefined) return 'ENOENT';
    if (!node.frozen) return 'EINVAL';
    parent.entries.delete(name);
    return 'OK';
  }

  rename(
    parent: NaiveDirectory,
    name: string,
    newParent: NaiveDirectory,
    newName: string,
    nowUs: number,
  ): Outcome {
    if (parent.frozen || newParent.frozen) return 'EROFS';
    const node = parent.entries.get(name);
    if (node === undefined) return 'ENOENT';
    const target = newParent.entries.get(newName);
    if (node === target) return 'OK';
    if (isInside(newParent, node)) return 'EINVAL';
    if (target?.kind === 'directory' && node.kind !== 'directory') return 'EISDIR';
    if (target !== undefined && target.kind !== 'directory' && node.kind === 'directory') {
      return 'ENOTDIR';
    }
    if (target?.frozen) return 'EROFS';
    if (target?.kind === 'directory' && target.entries.size > 0) return 'ENOTEMPTY';
    const linked = nodesBelow(node).some((one) => one.kind !== 'directory' && one.links.length > 1);
    if (linked && quotaRootOf(parent) !== quotaRootOf(newParent)) return 'EXDEV';
    return this.within(() => {
      if (target?.kind === 'directory') newParent.entries.delete(newName);
      else if (target !== undefined) this.remove(newParent, newName, nowUs);
      parent.entries.delete(name);
      newParent.entries.set(newName, node);
      if (node.kind === 'directory') node.parent = newParent;
      else node.links[node.links.indexOf(parent)] = newParent;
    });
  }

  clone(source: NaiveNode, parent: NaiveDirectory, name: string, frozen: boolean): Outcome {
    if (parent.frozen) return 'EROFS';
    if (parent.entries.has(name)) return 'EEXIST';
    if (isInside(parent, source)) return 'EINVAL';
    return this.within(() => parent.entries.set(name, copy(source, parent, frozen)));
  }

  truncate(node: NaiveNode, sizeBytes: number): Outcome {
    if (node.kind === 'directory') return 'EISDIR';
    if (node.kind === 'symlink') return 'EINVAL';
    if (node.frozen) return 'EROFS';
    if (sizeBytes > this.maxFileBytes) return 'EFBIG';
    return this.within(() => {
      while (node.content.length > sizeBytes) node.content.pop();
      while (node.content.length < sizeBytes) node.content.push(0);
    });
  }

  /** Chunk by chunk; where a quota stops it, what lies before the old end is written. */
  write(file: NaiveFile, offset: number, bytes: readonly number[]): Outcome {
    if (file.frozen) return 'EROFS';
    for (let done = 0; done < bytes.length; ) {
      const at = offset + done;
      const next = (Math.floor(at / this.chunkBytes) + 1) * this.chunkBytes;
      if (next > this.maxFileBytes) return 'EFBIG';
      const piece = bytes.slice(done, done + next - at);
      const before = file.content.length;
      const result = this.truncate(file, Math.max(before, at + piece.length));
      for (const [i, byte] of piece.entries()) {
        if (at + i < file.content.length) file.content[at + i] = byte;
      }
      if (result !== 'OK') return result;
      done += piece.length;
    }
    return 'OK';
  }

  setQuota(directory: NaiveDirectory, inodes: number, bytes: number): Outcome {
    const quota = inodes + bytes > 0 ? { inodes, bytes } : null;
    const linked = nodesBelow(directory).some((n) => n.kind !== 'directory' && n.links.length > 1);
    const turns = (quota === null) !== (directory.quota === null);
    if (turns && linked && quotaRootOf(directory) !== directory) return 'EXDEV';
    directory.quota = quota;
    return 'OK';
  }

  tick(nowUs: number): void {
    this.trash = this.trash.filter(({ untilUs }) => untilUs > nowUs);
  }

  restore(at: number, parent: NaiveDirectory, name: string): Outcome {
    if (parent.frozen) return 'EROFS';
    const item = this.trash[at];
    if (item === undefined) return 'ENOENT';
    if (parent.entries.has(name)) return 'EEXIST';
    return this.within(() => {
      this.trash = this.trash.filter((one) => one.file !== item.file);
      item.file.links.push(parent);
      parent.entries.set(name, item.file);
    });
  }

  /** All nodes once, with what each directory holds below it. */
  usage(directory: NaiveDirectory): [inodes: number, bytes: number] {
    let [inodes, bytes] = [0, 0];
    for (const node of new Set(nodesBelow(this.root))) {
      const home = node.kind === 'directory' ? node.parent : node.links[0]!;
      if (home === null || !isInside(home, directory)) continue;
      inodes += 1;
      bytes += node.kind === 'directory' ? 0 : node.content.length;
    }
    return [inodes, bytes];
  }

  private remove(parent: NaiveDirectory, name: string, nowUs: number): void {
    const node = parent.entries.get(name) as NaiveFile;
    parent.entries.delete(name);
    node.links.splice(node.links.indexOf(parent), 1);
    if (node.links.length > 0 || node.kind !== 'file' || node.trashUs === 0) return;
    this.trash.push({ file: node, untilUs: nowUs + node.trashUs });
  }

  /** Does it, unless some quota's sum would grow above the limit: then nothing has happened. */
  private within(change: () => unknown): Outcome {
    const limited = nodesBelow(this.root).filter((node) => node.kind === 'directory' && node.quota);
    const before = limited.map((node) => this.usage(node as NaiveDirectory));
    const links = new Map(
      [...new Set(nodesBelow(this.root)), ...this.trash.map(({ file }) => file)].map((node) => [
        node,
        node.kind === 'directory' ? new Map(node.entries) : [[...node.links], [...node.content]],
      ]),
    );
    const trash = this.trash;
    const parents = new Map(
      nodesBelow(this.root).map((node) => [node, node.kind === 'directory' ? node.parent : null]),
    );
    this.trash = [...trash];
    change();
    const broken = limited.some((node, i) => {
      const { quota } = node as NaiveDirectory;
      const after = this.usage(node as NaiveDirectory);
      const grew = (k: 0 | 1, most: number) =>
        most > 0 && after[k] > most && after[k] > before[i]![k];
      return grew(0, quota!.inodes) || grew(1, quota!.bytes);
    });
    if (!broken) return 'OK';
    this.trash = trash;
    for (const [node, was] of links) {
      if (node.kind === 'directory') {
        node.entries = was as Map<string, NaiveNode>;
        node.parent = parents.get(node)!;
      } else {
        [node.links, node.content] = was as [NaiveDirectory[], number[]];
      }
    }
    return 'EDQUOT';
  }
}

/** A node and all below it; a file once for each link. */
export function nodesBelow(node: NaiveNode): NaiveNode[] {
  if (node.kind !== 'directory') return [node];
  return [node, ...[...node.entries.values()].flatMap(nodesBelow)];
}

function isInside(directory: NaiveDirectory, top: NaiveNode): boolean {
  for (let at: NaiveDirectory | null = directory; at !== null; at = at.parent) {
    if (at === top) return true;
  }
  return false;
}

function quotaRootOf(directory: NaiveDirectory): NaiveDirectory | null {
  let at: NaiveDirectory | null = directory;
  while (at !== null && at.quota === null) at = at.parent;
  return at;
}

function newDirectory(parent: NaiveDirectory | null): NaiveDirectory {
  return { kind: 'directory', entries: new Map(), parent, frozen: false, quota: null };
}

function copy(node: NaiveNode, parent: NaiveDirectory, frozen: boolean): NaiveNode {
  if (node.kind !== 'directory') {
    return { ...node, links: [parent], content: [...node.content], frozen };
  }
  const made = { ...newDirectory(parent), frozen };
  for (const [name, child] of node.entries) made.entries.set(name, copy(child, made, frozen));
  return made;
}
