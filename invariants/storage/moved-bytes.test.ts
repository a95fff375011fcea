import { describe, expect, it } from 'vitest';
import type { FragmentName } from '../../src/systems/storage/block-checksum.ts';
import type { LeaderReader } from './moment.ts';
import { StorageRig } from './test-kit.ts';

const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };
const servers = [4, 5, 6, 7, 8, 9];
/** More than one half of what may go at once. */
const much = 9_000;

/** Chunks 1 to 3 at rest, replicas on servers 4, 6 and 8, or stripes of two and one. */
class Cell {
  readonly rig: StorageRig = new StorageRig('SH14');
  readonly dead: Set<number> = new Set();
  #requests = 0;

  constructor(classId = 1) {
    const { rig } = this;
    const session = rig.furnish();
    rig.ask(session, 2, { kind: 'set-class', inode: 1, classId });
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      const first = 3 * at + 3;
      const members = [4, 6, 8];
      rig.ask(session, first, { kind: 'create', parent: 1, name, ...made });
      rig.ask(session, first + 1, { kind: 'open', inode: at + 2 });
      const grant = { kind: 'grant-write', inode: at + 2, index: 0, members } as const;
      const { fence } = rig.ask(session, first + 2, grant) as { fence: number };
      const chunk = at + 1;
      rig.lead({ kind: 'commit-version', chunk, fence, members });
      rig.lead({ kind: 'expire-lease', chunk, fence });
      if (classId !== 1) continue;
      const recovery = rig.lead({ kind: 'recover-chunk', chunk }) as { fence: number };
      rig.lead({ kind: 'commit-version', chunk, fence: recovery.fence, members });
    }
  }

  get leader(): LeaderReader {
    const news = (server: number) => ({
      ...{ dead: this.dead.has(server), deadSinceUs: 0 },
      ...{ ready: true, freeBytes: 9_000 },
    });
    return {
      lead: { indexes: { lacking: new Set(), chunksOf: new Map() } },
      servers: { all: new Map(servers.map((server) => [server, news(server)])) },
      bad: { isBad: () => false },
    };
  }

  name(chunk: number, part = 0): FragmentName {
    const { version, generation } = this.rig.facts.oracle.state.chunks.get(chunk)!;
    return { chunk, version, generation, part };
  }

  /** A leader plans that a part of a chunk is made on a server. */
  plan(chunk: number, to: number, position = 0): number {
    const { rig, leader } = this;
    const reply = rig.propose(0, 0, { kind: 'plan-move', chunk, position, to });
    if (reply.kind !== 'plan') throw new Error(JSON.stringify(reply));
    rig.append(0, leader);
    rig.commit();
    return reply.plan;
  }

  /** A leader gives a chunk a code. */
  convert(chunk: number, members: readonly number[]): FragmentName {
    const { rig, leader } = this;
    const name = this.name(chunk);
    const { version } = name;
    const command = { kind: 'convert-begin', chunk, version, classId: 2, members } as const;
    const reply = rig.propose(0, 0, command);
    if (reply.kind !== 'conversion') throw new Error(JSON.stringify(reply));
    rig.append(0, leader);
    rig.commit();
    return { ...name, generation: reply.generation };
  }

  /** A server asks another for a fragment; gives the number of its request. */
  ask(reader: number, giver: number, name: FragmentName, forRepair = true): number {
    this.#requests += 1;
    const request = this.#requests;
    const asked = { ...name, firstBlock: 0, blocks: 4, index: 0, forRepair };
    this.rig.send(reader - 1, giver - 1, { kind: 'read-blocks', request, ...asked });
    return request;
  }

  /** A server reads a fragment of another, and is answered with so many bytes. */
  read(reader: number, giver: number, name: FragmentName, size: number, forRepair = true): void {
    const request = this.ask(reader, giver, name, forRepair);
    const { version } = name;
    const answer = { request, fault: null, ask: '', version, blocks: [block(version, size)] };
    this.rig.receive(reader - 1, giver - 1, { kind: 'blocks-read', ...answer });
  }

  put(from: number, to: number, name: FragmentName, size: number): void {
    const blocks = [block(name.version, size)];
    const message = { request: 1, ...name, fence: 1, index: 0, blocks };
    this.rig.receive(to - 1, from - 1, { kind: 'put-part', ...message });
  }
}

function block(version: number, size: number) {
  return { version, checksum: 0, bytes: new Uint8Array(size) };
}

describe('SH14 what is moved was allowed', () => {
  it('breaks when more goes into a server than rate and burst allow', () => {
    const cell = new Cell();
    cell.plan(1, 5);
    cell.plan(2, 5, 1);
    cell.read(5, 4, cell.name(1), much);
    expect(cell.rig.broken).toEqual([]);
    cell.read(5, 6, cell.name(2), much);
    expect(cell.rig.broken).toEqual(['SH14']);
  });

  it('breaks when more comes out of a server, whoever takes it', () => {
    const cell = new Cell();
    cell.plan(1, 5);
    cell.plan(2, 7);
    cell.read(7, 4, cell.name(2), much);
    cell.read(5, 4, cell.name(1), much);
    expect(cell.rig.broken).toEqual(['SH14']);
  });

  it('breaks when what is read for a part is more than the part, and goes by what came', () => {
    const moved = (size: number): readonly string[] => {
      const cell = new Cell(2);
      cell.dead.add(4);
      // One of three is lost, and two are needed: nothing more may be lost.
      cell.plan(1, 5);
      for (const giver of [6, 8]) cell.read(5, giver, cell.name(1, giver / 2 - 2), much);
      cell.dead.clear();
      cell.plan(2, 5);
      cell.read(5, 4, cell.name(2), size);
      return cell.rig.broken;
    };
    expect(moved(64)).toEqual(['SH14']);
    expect(moved(0)).toEqual([]);
  });

  it('goes by when something was begun, not by when it comes', () => {
    const cell = new Cell();
    cell.plan(1, 5);
    cell.rig.timeUs += 1_000_000;
    cell.plan(2, 5, 1);
    // What was begun last comes first.
    cell.read(5, 6, cell.name(2), much);
    cell.read(5, 4, cell.name(1), much);
    expect(cell.rig.broken).toEqual([]);
    expect(cell.rig.premise('SH14')).toBe(2);
  });

  it('lets a chunk go that can lose nothing more, and counts what goes for it', () => {
    const cell = new Cell();
    cell.plan(1, 5);
    cell.dead.add(6).add(8);
    cell.plan(2, 5);
    cell.read(5, 4, cell.name(1), much);
    cell.read(5, 4, cell.name(2), much);
    expect(cell.rig.broken).toEqual([]);
    cell.dead.clear();
    cell.plan(3, 5);
    cell.read(5, 4, cell.name(3), 64);
    expect(cell.rig.broken).toEqual(['SH14']);
  });

  it('does not count copies, reads of clients and of others, nor what comes when a plan is over', () => {
    const cell = new Cell();
    const plan = cell.plan(1, 5);
    const name = cell.name(1);
    cell.read(5, 4, name, much);
    cell.read(5, 4, name, much);
    // Another stands in for one that does not answer: no leader could know.
    cell.read(5, 6, name, much);
    cell.read(7, 4, name, much);
    cell.read(5, 4, cell.name(2), much, false);
    cell.rig.lead({ kind: 'plan-done', chunk: 1, plan, carriedOut: true });
    cell.read(5, 8, name, much);
    expect(cell.rig.broken).toEqual([]);
    cell.plan(2, 5);
    cell.read(5, 6, cell.name(2), much);
    expect(cell.rig.broken).toEqual(['SH14']);
  });

  it('counts what a change of code puts onto servers, and takes out of the one that makes it', () => {
    const cell = new Cell();
    const first = cell.convert(1, [4, 6, 8]);
    cell.put(4, 6, { ...first, part: 1 }, 6_000);
    cell.put(4, 8, { ...first, part: 2 }, 6_000);
    cell.put(4, 8, { ...first, part: 2 }, 6_000);
    expect(cell.rig.broken).toEqual([]);
    const second = cell.convert(2, [4, 7, 9]);
    cell.put(4, 7, { ...second, part: 1 }, 6_000);
    expect(cell.rig.broken).toEqual(['SH14']);
    // The same bytes onto one server, from two.
    const other = new Cell();
    const one = other.convert(1, [4, 6, 8]);
    other.dead.add(4);
    const two = other.convert(2, [5, 7, 8]);
    other.put(4, 8, { ...one, part: 2 }, much);
    expect(other.rig.broken).toEqual([]);
    other.put(6, 8, { ...two, part: 2 }, much);
    expect(other.rig.broken).toEqual(['SH14']);
  });

  it('has repairs and changes of code apart, for neither waits for the other', () => {
    const cell = new Cell();
    cell.plan(1, 5);
    const name = cell.convert(2, [5, 6, 8]);
    cell.read(5, 4, cell.name(1), much);
    cell.put(4, 5, name, much);
    expect(cell.rig.broken).toEqual([]);
    expect(cell.rig.premise('SH14')).toBe(2);
  });

  it('breaks when more is asked for at a time than it takes, but not when nobody answers', () => {
    const asked = (waitUs: number, ...tasks: readonly number[]): readonly string[] => {
      const cell = new Cell(2);
      cell.dead.add(4);
      cell.plan(1, 5);
      const order = { term: 1, index: 1, dataParts: 2, parityParts: 1, sources: [] };
      for (const task of tasks) {
        cell.rig.receive(4, 0, { kind: 'rebuild-part', ...cell.name(1), ...order, task });
      }
      for (const giver of [6, 8, 4]) {
        cell.rig.timeUs += waitUs;
        cell.ask(5, giver, cell.name(1, giver / 2 - 2));
      }
      return cell.rig.broken;
    };
    expect(asked(0, 1)).toEqual(['SH14']);
    expect(asked(0, 1, 1)).toEqual(['SH14']);
    const { dataTimeoutUs } = new StorageRig('SH14').facts.timings;
    expect(asked(dataTimeoutUs, 1)).toEqual([]);
    // Two leaders, one after the other, have ordered it.
    expect(asked(0, 1, 2)).toEqual([]);
  });
});
