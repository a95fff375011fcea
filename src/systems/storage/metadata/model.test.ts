import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditState } from './audit.ts';
import type { Command } from './command.ts';
import { type NaiveDirectory, type NaiveFile, NaiveFiles, type NaiveNode } from './naive-files.ts';
import { attributes, locate, lookup, readDirectory } from './queries.ts';
import type { Reply } from './reply.ts';
import { rootInode } from './state.ts';
import { outcome, Rig, tinySettings } from './test-rig.ts';

const { chunkBytes, maxFileBytes } = tinySettings;

/** The state machine with a data plane of one map, worked by the rules of the write path. */
class Store {
  readonly rig: Rig = Rig.furnished();
  readonly session: number = this.rig.session();
  private readonly data: Map<number, Uint8Array> = new Map();

  constructor() {
    for (let server = 1; server <= 6; server++) {
      const place = { region: 1, zone: Math.ceil(server / 2), host: server, weight: 1 };
      this.rig.lead({ kind: 'register-server', server, ...place, capacityBytes: 1_000_000 });
    }
  }

  get state() {
    return this.rig.machine.state;
  }

  ask(command: Command): Reply {
    return this.rig.ask(this.session, command);
  }

  at(path: readonly string[]): number | null {
    let inode: number | null = rootInode;
    for (const name of path) inode = inode === null ? null : lookup(this.state, inode, name);
    return inode;
  }

  write(inode: number, offset: number, bytes: readonly number[]): string {
    this.ask({ kind: 'open', inode });
    let result = 'OK';
    for (let done = 0; done < bytes.length && result === 'OK'; ) {
      const index = Math.floor((offset + done) / chunkBytes);
      const from = offset + done - index * chunkBytes;
      const piece = bytes.slice(done, done + chunkBytes - from);
      result = this.writePiece(inode, index, from, piece);
      done += piece.length;
    }
    this.ask({ kind: 'close', inode, handle: 0, owners: [] });
    return result;
  }

  private writePiece(inode: number, index: number, from: number, piece: number[]): string {
    const grant = this.rig.grant(this.session, inode, index);
    if (grant.kind !== 'grant') return outcome(grant);
    const { chunk, fence, members, copyOf, validBytes } = grant;
    this.rig.lead({ kind: 'commit-version', chunk, fence, members });
    // A new chunk is full of rubbish, as a disk is.
    const source = copyOf === 0 ? new Uint8Array(chunkBytes).fill(0xee) : this.data.get(copyOf)!;
    const bytes = this.data.get(chunk) ?? source.slice();
    if (from > validBytes) bytes.fill(0, validBytes, from);
    bytes.set(piece, from);
    this.data.set(chunk, bytes);
    const lease = { inode, index, fence } as const;
    const settle = (end: number) =>
      outcome(this.ask({ kind: 'settle-write', ...lease, validBytes: end }));
    const settled = settle(from + piece.length);
    const room = this.state.inodes.get(inode)!.sizeBytes - index * chunkBytes;
    if (settled === 'EDQUOT' && room > from) settle(room);
    this.ask({ kind: 'release-write', ...lease });
    return settled === 'done' ? 'OK' : settled;
  }

  /** The content of a file, as a reader puts it together. */
  read(inode: number): number[] {
    const { sizeBytes } = attributes(this.state, inode)!;
    const content = new Array<number>(sizeBytes).fill(0);
    for (let index = 0; index * chunkBytes < sizeBytes; index++) {
      const place = locate(this.state, inode, index);
      if (place === null) continue;
      expect(place.unsettled).toBe(false);
      const bytes = this.data.get(place.chunk)!;
      for (let i = 0; i < place.validBytes; i++) content[index * chunkBytes + i] = bytes[i]!;
    }
    return content;
  }

  /** What the servers do when chunks are gone. */
  collect(): void {
    for (const chunk of this.data.keys()) {
      if (this.state.chunks.get(chunk) === undefined) this.data.delete(chunk);
    }
  }
}

/** Holds every name, kind, link, size and byte of the store against the model. */
function compare(store: Store, model: NaiveFiles): void {
  const pairs = new Map<NaiveNode, number>();
  const visit = (node: NaiveNode, inode: number) => {
    const known = pairs.get(node);
    if (known !== undefined) {
      expect(known).toBe(inode);
      return;
    }
    pairs.set(node, inode);
    inodeOf.set(node, inode);
    const found = attributes(store.state, inode)!;
    expect([found.kind, found.frozen]).toEqual([node.kind, node.frozen]);
    if (node.kind !== 'directory') {
      expect([found.links, found.sizeBytes]).toEqual([node.links.length, node.content.length]);
      if (node.kind === 'file') expect(store.read(inode)).toEqual(node.content);
      return;
    }
    const entries = readDirectory(store.state, inode, '', 100);
    expect(entries.map(({ name }) => name)).toEqual([...node.entries.keys()].sort());
    const directories = [...node.entries.values()].filter((one) => one.kind === 'directory');
    expect(found.links).toBe(2 + directories.length);
    const { belowInodes, belowBytes } = store.state.inodes.get(inode)!;
    expect([belowInodes, belowBytes]).toEqual(model.usage(node));
    for (const entry of entries) visit(node.entries.get(entry.name)!, entry.inode);
  };
  visit(model.root, rootInode);
  expect(new Set(pairs.values()).size).toBe(pairs.size);
  expect(store.state.trash.size).toBe(model.trash.length);
}

/** Which of the existing paths, or a name in which of the directories. */
const path = fc.record({
  chosen: fc.nat(),
  name: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 3 }),
});

function pathOf(model: NaiveFiles, { chosen, name }: { chosen: number; name: string | null }) {
  const all: string[][] = [];
  const visit = (found: NaiveNode, above: string[]) => {
    if (name === null || found.kind === 'directory') all.push(above);
    if (found.kind !== 'directory') return;
    for (const [entry, child] of found.entries) visit(child, [...above, entry]);
  };
  visit(model.root, []);
  const found = all[chosen % all.length]!;
  return name === null ? found : [...found, name];
}

const step = fc.record({
  what: fc.constantFrom(
    ...'create create create mkdir mkdir mkdir symlink link link unlink unlink rmdir'.split(' '),
    ...'rename rename rename rename clone clone remove truncate truncate append'.split(' '),
    ...'write write write write write quota quota trash tick restore class'.split(' '),
  ),
  path,
  other: path,
  size: fc.nat(55),
  bytes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
  chosen: fc.boolean(),
});
type Drawn = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Step = Omit<Drawn, 'path' | 'other'> & { path: string[]; other: string[] };

const node = { mode: 0o644, uid: 0, gid: 0 };

/** Does one step to both; gives both outcomes, or null when the paths lead nowhere. */
function both(store: Store, model: NaiveFiles, one: Step): [string, string] | null {
  const [name, newName] = [one.path.at(-1) ?? '', one.other.at(-1) ?? ''];
  const [above, otherAbove] = [one.path.slice(0, -1), one.other.slice(0, -1)];
  const [dir, otherDir] = [model.at(above), model.at(otherAbove)];
  const onNames = !'quota tick class write truncate append trash'.split(' ').includes(one.what);
  if (onNames && (name === '' || newName === '')) return null;
  if (dir?.kind !== 'directory' || otherDir?.kind !== 'directory') return null;
  const [parent, newParent] = [store.at(above)!, store.at(otherAbove)!];
  const ask = (command: Command) => {
    const word = outcome(store.ask(command));
    return word === word.toLowerCase() ? 'OK' : word;
  };
  const { timeUs } = store.rig;
  const at = { parent, name };
  switch (one.what) {
    case 'create':
      return [
        model.create(dir, name, 'file'),
        ask({ kind: 'create', ...at, ...node, exclusive: true }),
      ];
    case 'mkdir':
      return [model.create(dir, name, 'directory'), ask({ kind: 'mkdir', ...at, ...node })];
    case 'symlink':
      return [
        model.create(dir, name, 'symlink'),
        ask({ kind: 'symlink', ...at, ...node, target: 'x' }),
      ];
    case 'unlink':
      return [model.unlink(dir, name, timeUs), ask({ kind: 'unlink', ...at })];
    case 'rmdir':
      return [model.rmdir(dir, name), ask({ kind: 'rmdir', ...at })];
    case 'remove':
      return [model.removeSnapshot(dir, name), ask({ kind: 'remove-snapshot', ...at })];
    case 'rename':
      return [
        model.rename(dir, name, otherDir, newName, timeUs),
        ask({ kind: 'rename', ...at, newParent, newName, keep: false }),
      ];
    case 'tick':
      store.rig.timeUs += one.size;
      model.tick(store.rig.timeUs);
      return ['OK', outcome(store.rig.lead({ kind: 'tick' })) === 'done' ? 'OK' : 'not done'];
    case 'restore': {
      const chosen = one.size % (model.trash.length + 1);
      const file = model.trash[chosen]?.file;
      const inode = file === undefined ? 0 : inodeOf.get(file)!;
      return [model.restore(chosen, dir, name), ask({ kind: 'restore-trash', inode, ...at })];
    }
    default:
      return onNode(store, model, one, otherDir, newParent, newName);
  }
}

/** Which inode is which node, as the last comparisons found. */
const inodeOf = new Map<NaiveNode, number>();

function onNode(
  store: Store,
  model: NaiveFiles,
  one: Step,
  otherDir: NaiveDirectory,
  newParent: number,
  newName: string,
): [string, string] | null {
  const found = model.at(one.path);
  if (found === undefined) return null;
  const inode = store.at(one.path)!;
  const ask = (command: Command) => {
    const word = outcome(store.ask(command));
    return word === word.toLowerCase() ? 'OK' : word;
  };
  const to = { parent: newParent, name: newName };
  switch (one.what) {
    case 'link':
      return [model.link(found, otherDir, newName), ask({ kind: 'link', inode, ...to })];
    case 'clone': {
      const frozen = one.chosen;
      return [
        model.clone(found, otherDir, newName, frozen),
        ask({ kind: 'clone', source: inode, ...to, frozen }),
      ];
    }
    case 'truncate':
      return [
        model.truncate(found, one.size * 2),
        ask({ kind: 'truncate', inode, sizeBytes: one.size * 2 }),
      ];
    case 'write':
      if (found.kind !== 'file') return null;
      return [model.write(found, one.size, one.bytes), store.write(inode, one.size, one.bytes)];
    case 'append': {
      if (found.kind !== 'file') return null;
      const end = found.content.length + one.bytes.length;
      const expected = model.truncate(found, end);
      store.ask({ kind: 'open', inode });
      const reply = ask({ kind: 'append', inode, bytes: one.bytes.length });
      store.ask({ kind: 'close', inode, handle: 0, owners: [] });
      return [expected, reply];
    }
    case 'quota': {
      if (found.kind !== 'directory') return null;
      const lifted = !one.chosen || (one.path.length === 0 && one.size > 8);
      const [inodes, bytes] = lifted ? [0, 0] : [one.size % 8, one.bytes.length * 3];
      return [
        model.setQuota(found, inodes, bytes),
        ask({ kind: 'set-quota', inode, inodes, bytes }),
      ];
    }
    case 'class':
      return found.frozen
        ? ['EROFS', ask({ kind: 'set-class', inode, classId: 2 })]
        : ['OK', ask({ kind: 'set-class', inode, classId: one.chosen ? 2 : 1 })];
    default:
      return setTrash(found, inode, one, ask);
  }
}

function setTrash(
  found: NaiveNode,
  inode: number,
  one: Step,
  ask: (command: Command) => string,
): [string, string] | null {
  if (found.kind !== 'file') return null;
  const others = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
  const reply = ask({ kind: 'setattr', inode, ...others, trashUs: one.size });
  if (found.frozen) return ['EROFS', reply];
  (found as NaiveFile).trashUs = one.size;
  return ['OK', reply];
}

test('files, names, quotas, clones and the trash are those of a naive model, byte by byte', () => {
  const census = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }), (steps) => {
      const store = new Store();
      const model = new NaiveFiles(maxFileBytes, chunkBytes);
      inodeOf.clear();
      for (const drawn of steps) {
        const [path, other] = [pathOf(model, drawn.path), pathOf(model, drawn.other)];
        const one = { ...drawn, path, other };
        store.rig.timeUs += 1;
        const outcomes = both(store, model, one);
        if (outcomes === null) continue;
        const [expected, got] = outcomes;
        const key = `${one.what} ${expected}`;
        census.set(key, (census.get(key) ?? 0) + 1);
        if (expected !== got) throw new Error(`${JSON.stringify(one)}: ${expected}, not ${got}`);
        store.collect();
        compare(store, model);
      }
      expect(auditState(store.state)).toEqual([]);
    }),
    // One seed, so that the census below is not a matter of luck.
    { numRuns: 900, seed: 5 },
  );
  for (const must of [
    ...'create EDQUOT,create EROFS,link EXDEV,link EPERM,unlink EISDIR,rmdir ENOTEMPTY'.split(','),
    ...'rename EINVAL,rename EISDIR,rename ENOTDIR,rename ENOTEMPTY,rename EDQUOT'.split(','),
    ...'rename EXDEV,clone EDQUOT,clone EINVAL,write EDQUOT,write EROFS,write OK'.split(','),
    ...'truncate EFBIG,truncate EDQUOT,append EDQUOT,remove OK,quota EXDEV,class OK'.split(','),
    ...'restore OK,write EFBIG'.split(','),
  ]) {
    expect([...census.keys()]).toContain(must);
  }
});
