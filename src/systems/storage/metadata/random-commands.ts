import type { Command } from './command.ts';
import type { Chunk } from './rows.ts';
import type { Rig } from './test-rig.ts';

/** Picks from what there is, by drawn numbers, so that most commands are about something real. */
export class Picker {
  private readonly rig: Rig;
  private readonly numbers: readonly number[];
  private at: number = 0;

  constructor(rig: Rig, numbers: readonly number[]) {
    this.rig = rig;
    this.numbers = numbers;
  }

  upTo(most: number): number {
    const number = this.numbers[this.at++ % this.numbers.length]!;
    return number % (most + 1);
  }

  of<T>(list: readonly T[]): T {
    return list[this.upTo(list.length - 1)]!;
  }

  /** Mostly one of the keys, sometimes a number that is none. */
  key(keys: readonly number[]): number {
    return keys.length === 0 || this.upTo(15) === 0 ? this.upTo(9) : this.of(keys);
  }

  inode(kind?: 'file' | 'directory'): number {
    const { inodes } = this.rig.machine.state;
    const all = inodes.keys();
    const alike = all.filter((inode) => inodes.get(inode)!.kind === kind);
    return this.key(alike.length > 0 && this.upTo(11) > 0 ? alike : all);
  }

  name(): string {
    return this.of(['a', 'b', 'c']);
  }

  /** Mostly an entry that exists. */
  entry(): { parent: number; name: string; inode: number } {
    const { dentries } = this.rig.machine.state;
    const parent = this.key(dentries.groupKeys());
    const names = dentries.keys(parent);
    const name = names.length > 0 && this.upTo(7) > 0 ? this.of(names) : this.name();
    return { parent, name, inode: dentries.get(parent, name)?.inode ?? 0 };
  }

  server(): number {
    return 1 + this.upTo(5);
  }

  members(): number[] {
    const sets = [
      [1, 3, 5],
      [2, 4, 6],
      [1, 3, 6],
      [2, 3, 5],
      [1, 4, 6],
      [3, 2, 5],
      [1, 3, 0],
      [1, 2, 3],
      [1, 1, 3],
      [4],
    ];
    return this.of(sets);
  }

  chunk(fits: (row: Readonly<Chunk>) => boolean): [number, Readonly<Chunk> | undefined] {
    const { chunks } = this.rig.machine.state;
    const keys = chunks.keys();
    const fitting = keys.filter((key) => fits(chunks.get(key)!));
    const chunk = this.key(fitting.length > 0 ? fitting : keys);
    return [chunk, chunks.get(chunk)];
  }
}

export const makers: Readonly<Record<string, (pick: Picker, rig: Rig) => Command>> = {
  create: (pick) => ({
    kind: pick.of(['create', 'create', 'mkdir']),
    parent: pick.inode('directory'),
    name: pick.name(),
    mode: 1,
    uid: 0,
    gid: 0,
    exclusive: pick.upTo(1) === 0,
  }),
  symlink: (pick) => ({
    kind: 'symlink',
    parent: pick.inode('directory'),
    name: pick.name(),
    mode: 1,
    uid: 0,
    gid: 0,
    target: 'x',
  }),
  link: (pick) => ({
    kind: 'link',
    inode: pick.inode('file'),
    parent: pick.inode('directory'),
    name: pick.name(),
  }),
  unlink: (pick, { machine }) => {
    const { parent, name, inode } = pick.entry();
    const row = machine.state.inodes.get(inode);
    const kinds = ['unlink', 'rmdir', 'remove-snapshot'] as const;
    const fitting: (typeof kinds)[number] = row?.frozen
      ? 'remove-snapshot'
      : row?.kind === 'directory'
        ? 'rmdir'
        : 'unlink';
    return { kind: pick.of([fitting, fitting, ...kinds]), parent, name };
  },
  rename: (pick) => {
    const { parent, name } = pick.entry();
    const to =
      pick.upTo(1) === 0 ? pick.entry() : { parent: pick.inode('directory'), name: pick.name() };
    const keep = pick.upTo(3) === 0;
    return { kind: 'rename', parent, name, newParent: to.parent, newName: to.name, keep };
  },
  clone: (pick) => ({
    kind: 'clone',
    source: pick.inode(),
    parent: pick.inode('directory'),
    name: pick.name(),
    frozen: pick.upTo(1) === 0,
  }),
  trash: (pick, { machine }) => {
    const inode = pick.key(machine.state.trash.keys());
    const at = { parent: pick.inode('directory'), name: pick.name() };
    return pick.upTo(1) === 0
      ? { kind: 'purge-trash', inode }
      : { kind: 'restore-trash', inode, ...at };
  },
  setattr: (pick) => ({
    kind: 'setattr',
    inode: pick.inode(pick.of(['file', 'directory'])),
    mode: 2,
    uid: null,
    gid: null,
    atimeUs: null,
    mtimeUs: 5,
    trashUs: pick.of([null, 0, 50, 300]),
  }),
  truncate: (pick) => ({ kind: 'truncate', inode: pick.inode('file'), sizeBytes: pick.upTo(70) }),
  append: (pick) => ({ kind: 'append', inode: pick.inode('file'), bytes: pick.upTo(12) }),
  setxattr: (pick) => ({
    kind: 'setxattr',
    inode: pick.inode(),
    name: pick.name(),
    value: pick.upTo(2) === 0 ? null : Uint8Array.of(1),
  }),
  setclass: (pick) => ({ kind: 'set-class', inode: pick.inode(), classId: pick.upTo(2) }),
  setquota: (pick) => ({
    kind: 'set-quota',
    inode: pick.inode('directory'),
    inodes: pick.of([0, 2, 5]),
    bytes: pick.of([0, 10, 40]),
  }),
  open: (pick) => ({ kind: 'open', inode: pick.inode('file') }),
  close: (pick) => ({
    kind: 'close',
    inode: pick.inode('file'),
    handle: pick.upTo(1),
    owners: pick.of([[0], [1], [0, 1], []]),
  }),
  lock: (pick) => ({
    kind: pick.of(['lock', 'lock', 'unlock']),
    inode: pick.inode('file'),
    style: pick.of(['posix', 'flock']),
    owner: pick.upTo(1),
    from: pick.upTo(4),
    to: pick.upTo(6),
    exclusive: pick.upTo(1) === 0,
  }),
  grant: (pick) => ({
    kind: 'grant-write',
    inode: pick.inode('file'),
    index: pick.upTo(2),
    members: pick.members(),
  }),
  finish: (pick, { machine: { state } }) => {
    const [, row] = pick.chunk(({ grant }) => grant?.open === true);
    const grant = row?.grant ?? { inode: 2, index: 0, fence: 3 };
    const { inode, index } = grant;
    const fence = pick.upTo(7) === 0 ? state.applied : grant.fence;
    const lease = { inode, index, fence };
    if (pick.upTo(2) === 0) return { kind: 'release-write', ...lease };
    return { kind: 'settle-write', ...lease, validBytes: pick.upTo(9) };
  },
  commit: (pick) => {
    const [chunk, row] = pick.chunk(({ grant }) => grant !== null && !grant.open);
    const given = row?.grant?.members ?? [1, 3, 5];
    const lost = pick.upTo(7);
    const members = given.map((member, i) => (i === lost || lost > 6 ? 0 : member));
    return { kind: 'commit-version', chunk, fence: row?.grant?.fence ?? 1, members };
  },
  reform: (pick) => {
    const [chunk, row] = pick.chunk(({ grant }) => grant?.open === true);
    const lost = pick.upTo(3);
    const members = (row?.members ?? []).map((member, i) => (i === lost ? 0 : member));
    return { kind: 'reform-members', chunk, fence: row?.grant?.fence ?? 1, members };
  },
  expire: (pick) => {
    const [chunk, row] = pick.chunk(({ grant }) => grant !== null);
    return { kind: 'expire-lease', chunk, fence: row?.grant?.fence ?? 1 };
  },
  recover: (pick) => ({ kind: 'recover-chunk', chunk: pick.chunk((row) => row.unsettled)[0] }),
  drop: (pick) => {
    const [chunk, row] = pick.chunk(({ grant }) => grant === null);
    const position = pick.upTo(2);
    const server = row?.members[position] ?? 1;
    const { version, generation } = row ?? { version: 1, generation: 0 };
    return { kind: 'drop-member', chunk, version, generation, position, server };
  },
  convert: (pick) => {
    const [chunk, row] = pick.chunk(({ grant, conversion }) => !grant && !conversion);
    const { version, classId: now } = row ?? { version: 1, classId: 1 };
    const classId = pick.upTo(3) === 0 ? now : 3 - now;
    return { kind: 'convert-begin', chunk, version, classId, members: pick.members() };
  },
  converted: (pick) => {
    const [chunk, row] = pick.chunk(({ conversion }) => conversion !== null);
    const generation = row?.conversion?.generation ?? 1;
    return {
      kind: pick.of(['convert-commit', 'convert-commit', 'convert-abort']),
      chunk,
      generation,
    };
  },
  move: (pick) => {
    const [chunk, row] = pick.chunk(({ grant }) => grant === null);
    const hole = row?.members.indexOf(0) ?? -1;
    return {
      kind: 'plan-move',
      chunk,
      position: hole < 0 ? pick.upTo(2) : hole,
      to: pick.server(),
    };
  },
  erase: (pick) => {
    const [chunk, row] = pick.chunk(() => true);
    const version = pick.upTo((row?.highestVersion ?? 1) + 1);
    const generation = pick.upTo((row?.highestGeneration ?? 0) + 1);
    const part = pick.upTo(2);
    return { kind: 'plan-delete', chunk, server: pick.server(), version, generation, part };
  },
  done: (pick, { machine: { state } }) => {
    const chunk = pick.key(state.plans.groupKeys());
    const plan = pick.key(state.plans.keys(chunk));
    return { kind: 'plan-done', chunk, plan, carriedOut: pick.upTo(3) > 0 };
  },
  erased: (pick, { machine: { state } }) => {
    const plans = Array.from({ length: pick.upTo(4) }, () => {
      const chunk = pick.key(state.plans.groupKeys());
      return { chunk, plan: pick.key(state.plans.keys(chunk)) };
    });
    return { kind: 'fragments-erased', plans };
  },
  server: (pick) => ({
    kind: 'set-server-state',
    server: pick.server(),
    state: pick.of(['up', 'up', 'down', 'draining']),
  }),
  register: (pick) => {
    const server = pick.server();
    const zone = pick.of([Math.ceil(server / 2), 1]);
    const size = { weight: 1, capacityBytes: pick.of([400, 60]) };
    return { kind: 'register-server', server, region: 1, zone, host: server, ...size };
  },
  remove: (pick) => ({ kind: 'remove-server', server: pick.server() }),
  tick: () => ({ kind: 'tick' }),
  renew: () => ({ kind: 'renew-session' }),
  region: (pick, { machine: { state } }) => ({
    kind: 'set-region-mode',
    region: pick.of([1, 2]),
    mode: pick.of(['active', 'active', 'active', 'active', 'standby']),
    epoch: (state.regions.get(1)?.epoch ?? 0) + pick.of([0, 1]),
  }),
  watermark: (pick, { machine }) => ({
    kind: 'advance-watermark',
    region: 1,
    index: machine.applied - pick.upTo(9),
  }),
  session: (pick, { machine: { state } }) => {
    const expired = pick.key(state.sessions.keys());
    const renewals = (state.sessions.get(expired)?.renewals ?? 0) + pick.of([0, 1]);
    return pick.upTo(5) > 0
      ? {
          kind: 'open-session',
          owner: 1,
          leaseUs: 10,
          role: pick.of(['client', 'client', 'mirror']),
        }
      : { kind: 'expire-session', expired, renewals };
  },
  leave: (pick) => (pick.upTo(5) > 0 ? { kind: 'renew-session' } : { kind: 'close-session' }),
};
