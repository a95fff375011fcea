import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/systems/storage/metadata/command.ts';
import { Clients, holds } from '../../test/storage/paper-clients.ts';
import { StorageRig, writing } from './test-kit.ts';

const drain = (server: number, state: 'draining' | 'up'): Command => ({
  kind: 'set-server-state',
  server,
  state,
});

describe('SB6 servers as told', () => {
  /** A client asks for something of the first server, and is told that an entry has done it. */
  function told(what: 'drain' | 'undrain' | 'remove-server', ...commands: Command[]): Clients {
    const clients = new Clients('SB6');
    clients.rig.furnish();
    const end = clients.begin('strict', { do: what, path: '/', server: 6 });
    for (const command of commands) clients.rig.lead(command);
    const index = clients.rig.log.length;
    const step = { kind: what, index, cached: false, query: null };
    end({ kind: 'none' }, null, [step]);
    return clients;
  }

  const remove: Command = { kind: 'remove-server', server: 4 };

  it('holds when the log says so', () => {
    holds(told('drain', drain(4, 'draining')), 'SB6');
    holds(told('undrain', drain(4, 'draining'), drain(4, 'up')), 'SB6');
    holds(told('remove-server', drain(4, 'draining'), remove), 'SB6');
  });

  it('breaks when the log has another state of it, or another server', () => {
    expect(told('undrain', drain(4, 'draining')).broken).toEqual(['SB6']);
    expect(told('drain', drain(5, 'draining')).broken).toEqual(['SB6']);
    expect(told('remove-server', drain(4, 'draining')).broken).toEqual(['SB6']);
  });

  it('says nothing of what was refused', () => {
    const clients = new Clients('SB6');
    clients.rig.furnish();
    const end = clients.begin('strict', { do: 'remove-server', path: '/', server: 0 });
    end({ kind: 'none' }, 'EBUSY', [
      { kind: 'remove-server', index: 5, cached: false, query: null },
    ]);
    expect([clients.broken, clients.rig.premise('SB6')]).toEqual([[], 0]);
  });
});

describe('SG6 what is removed holds nothing', () => {
  it('holds for a server that is empty', () => {
    const rig = new StorageRig('SG6');
    rig.furnish();
    rig.lead(drain(4, 'draining'));
    rig.lead({ kind: 'remove-server', server: 4 });
    expect([rig.broken, rig.premise('SG6')]).toEqual([[], 1]);
  });

  it('breaks for a member of a chunk, and for one with something to do', () => {
    const member = writing('SG6');
    member.rig.lead({ kind: 'commit-version', chunk: 1, fence: member.fence, members: [4, 6, 8] });
    member.rig.bend(({ state }) => state.servers.delete(4));
    member.rig.lead({ kind: 'tick' });
    expect(member.rig.broken).toEqual(['SG6']);
    const planned = writing('SG6');
    planned.rig.bend(({ state }) => {
      const plan = { version: 1, generation: 0, part: 0, position: 0, source: 0, dueUs: 0 };
      state.plans.insert(7, 1, { kind: 'delete', server: 5, ...plan });
      state.servers.delete(5);
    });
    planned.rig.lead({ kind: 'tick' });
    expect(planned.rig.broken).toEqual(['SG6']);
  });
});
