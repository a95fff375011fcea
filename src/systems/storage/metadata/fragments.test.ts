import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partAt } from './chunk-life.ts';
import type { Command } from './command.ts';
import { isMeant } from './conversion.ts';
import { makers, Picker } from './random-commands.ts';
import type { Reply } from './reply.ts';
import type { Chunk } from './rows.ts';
import type { MetadataState } from './state.ts';
import { Rig } from './test-rig.ts';

/** A fragment that may lie on a server. */
interface Fragment {
  readonly chunk: number;
  readonly server: number;
  readonly version: number;
  readonly generation: number;
  readonly part: number;
}

/** The disks of all servers, as bad as they can be: whatever may have been written is there. */
class Disks {
  readonly fragments: Map<string, Fragment> = new Map();
  private readonly state: MetadataState;

  constructor(state: MetadataState) {
    this.state = state;
  }

  private put(chunk: number, classId: number, members: readonly number[], of: Version): void {
    const storageClass = this.state.classes.get(classId)!;
    for (const [position, server] of members.entries()) {
      if (server === 0) continue;
      const { version, generation } = of;
      const part = partAt(storageClass, position);
      const fragment = { chunk, server, version, generation, part };
      this.fragments.set(nameOf(fragment), fragment);
    }
  }

  /** What servers do on a command; `before` is the chunk as it was, `gone` what is reported erased. */
  follow(
    command: Command,
    reply: Reply,
    before: Chunk | undefined,
    gone: readonly Fragment[],
  ): void {
    if (reply.kind === 'done') for (const fragment of gone) this.fragments.delete(nameOf(fragment));
    if (reply.kind === 'error') {
      // Too few answered a commit: all may have done their part nevertheless.
      return;
    }
    const chunk = reply.kind === 'grant' ? reply.chunk : 'chunk' in command ? command.chunk : 0;
    const row = this.state.chunks.get(chunk);
    if (row === undefined) return;
    const replicated = this.state.classes.get(row.classId)!.redundancy.kind === 'replicated';
    switch (command.kind) {
      case 'grant-write':
        // Existing replicas only reserve the version.
        if (!replicated || row.version === 0) {
          this.put(chunk, row.classId, row.grant!.members, { ...row.grant!, ...pick(row) });
        }
        return;
      case 'commit-version':
      case 'reform-members': {
        const told = before!.grant!.members;
        const reached = command.kind === 'commit-version' ? told : row.members;
        if (replicated) this.rename(chunk, before!, reached);
        this.put(chunk, row.classId, reached, row);
        // One that was told late may have kept the old version.
        const late = before!.members.filter((member) => !row.members.includes(member));
        if (before!.version > 0 && replicated) this.put(chunk, row.classId, late, before!);
        return;
      }
      case 'convert-begin':
        this.put(chunk, command.classId, command.members, {
          ...row.conversion!,
          version: row.version,
        });
        return;
      case 'plan-move': {
        const at = row.members.map((_, i) => (i === command.position ? command.to : 0));
        this.put(chunk, row.classId, at, row);
        return;
      }
    }
  }

  /** Replicas take a new version over: the old one is no more. */
  private rename(chunk: number, { version, generation }: Chunk, members: readonly number[]): void {
    for (const server of members) {
      this.fragments.delete(nameOf({ chunk, server, version, generation, part: 0 }));
    }
  }

  /** Fragments that nobody means and nobody plans to delete. */
  leaks(): string[] {
    const { state } = this;
    const leaks: string[] = [];
    for (const [name, fragment] of this.fragments) {
      const row = state.chunks.get(fragment.chunk);
      const meant = row !== undefined && isMeant(state, row, fragment);
      const planned = state.plans.keys(fragment.chunk).some((id) => {
        const plan = state.plans.get(fragment.chunk, id)!;
        return nameOf({ ...plan, chunk: fragment.chunk }) === name;
      });
      if (!meant && !planned) leaks.push(name);
    }
    return leaks;
  }
}

/** What a command reports as erased, of what is planned to be. */
function erasedBy(state: MetadataState, command: Command): readonly Fragment[] {
  const plans =
    command.kind === 'fragments-erased'
      ? command.plans
      : command.kind === 'plan-done' && command.carriedOut
        ? [command]
        : [];
  return plans.flatMap(({ chunk, plan }) => {
    const row = state.plans.get(chunk, plan);
    return row?.kind === 'delete' ? [{ ...row, chunk }] : [];
  });
}

interface Version {
  readonly version: number;
  readonly generation: number;
}

function pick({ generation }: Readonly<Chunk>): { generation: number } {
  return { generation };
}

function nameOf({ chunk, server, version, generation, part }: Fragment): string {
  return `${chunk}: ${version}.${generation}.${part} on ${server}`;
}

const mix = 'grant grant grant commit commit commit finish finish open truncate clone unlink reform'
  .split(' ')
  .concat('expire recover recover drop convert convert converted converted move done'.split(' '))
  .concat('done erased erase setclass close open create leave session server rename'.split(' '));
const leaders =
  'commit reform expire recover drop convert converted move erase erased done session server';
const step = fc.record({
  maker: fc.constantFrom(...mix),
  session: fc.nat(),
  picks: fc.array(fc.nat(5_039), { minLength: 8, maxLength: 8 }),
});

test('no fragment is forgotten: whatever may lie on a server is meant or planned for deletion', () => {
  let [most, erased] = [0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 200, size: 'max' }), (steps) => {
      const rig = Rig.furnished();
      const { state } = rig.machine;
      rig.file(rig.session(), 'a');
      const disks = new Disks(state);
      for (const { maker, session, picks } of steps) {
        const command = makers[maker]!(new Picker(rig, picks), rig);
        const sessions = state.sessions.keys();
        const of = leaders.split(' ').includes(maker)
          ? 0
          : (sessions[session % sessions.length] ?? 0);
        // A plan that is given up is one that a down server may come back with: reports find it.
        if (command.kind === 'plan-done' && !command.carriedOut) continue;
        const about = 'chunk' in command ? command.chunk : 0;
        const row = state.chunks.get(about);
        const before = row === undefined ? undefined : { ...row };
        const gone = erasedBy(state, command);
        const reply = of === 0 ? rig.lead(command) : rig.ask(of, command);
        disks.follow(command, reply, before, gone);
        erased += gone.length;
        most = Math.max(most, disks.fragments.size);
        const leaks = disks.leaks();
        if (leaks.length > 0) throw new Error(`${JSON.stringify(command)}: ${leaks.join(', ')}`);
      }
    }),
    { numRuns: 200, seed: 3 },
  );
  expect(most).toBeGreaterThan(20);
  expect(erased).toBeGreaterThan(100);
});
