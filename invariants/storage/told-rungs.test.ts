import { describe, expect, it } from 'vitest';
import type { FileStep } from '../../src/workload/file-protocol.ts';
import { writtenBytes } from '../../src/workload/written-bytes.ts';
import { Clients, holds, path } from '../../test/storage/paper-clients.ts';

describe('SD9 no way back', () => {
  /** One write is over, another one under way; somebody has read some of it. */
  function found(until: number): Clients {
    const clients = new Clients('SD9');
    clients.write(0, 64);
    clients.rig.timeUs += 10;
    const writer = clients.history.nextWriter();
    const bytes = writtenBytes(writer, 64);
    clients.begin('strict', { do: 'write', path, handle: 1, offset: 0, bytes }, writer);
    clients.rig.timeUs += 10;
    const mixed = writtenBytes(1, 64);
    mixed.set(bytes.subarray(0, until));
    clients.read(mixed);
    clients.rig.timeUs += 10;
    return clients;
  }

  it('holds for who finds it too, and for what nobody has found yet', () => {
    const clients = found(32);
    clients.read(writtenBytes(2, 64));
    holds(clients, 'SD9');
  });

  it('breaks for who finds what was there before', () => {
    const clients = found(64);
    clients.read(writtenBytes(1, 64));
    expect(clients.broken).toEqual(['SD9']);
  });

  it('says nothing of who began before that read was over', () => {
    const clients = found(0);
    const end = clients.reading();
    clients.rig.timeUs += 10;
    clients.read(writtenBytes(2, 64));
    end({ kind: 'bytes', bytes: writtenBytes(1, 64) });
    expect(clients.broken).toEqual([]);
  });
});

describe('SE12 done is done', () => {
  /** A removal that a client is told is done, with what the log has to do with it. */
  function removed(name: string, entries: (clients: Clients) => readonly FileStep[]): Clients {
    const clients = new Clients('SE12');
    const { rig } = clients;
    const session = rig.furnish();
    const node = { mode: 0o644, uid: 0, gid: 0 };
    rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', exclusive: true, ...node });
    const change = clients.begin('strict', { do: 'unlink', path });
    rig.ask(session, 3, { kind: 'unlink', parent: 1, name });
    change({ kind: 'none' }, null, entries(clients));
    return clients;
  }

  function step(index: number): FileStep {
    return { kind: 'unlink', index, cached: false, query: null };
  }

  it('holds for what an entry did', () => {
    const clients = removed('a', ({ rig }) => [step(0), step(rig.log.length)]);
    holds(clients, 'SE12');
  });

  it('breaks for what nobody knows, and for what was refused', () => {
    expect(removed('a', () => [step(0)]).broken).toEqual(['SE12']);
    expect(removed('b', ({ rig }) => [step(rig.log.length)]).broken).toEqual(['SE12']);
  });

  it('says nothing of what came to nothing', () => {
    const clients = new Clients('SE12');
    clients.begin('strict', { do: 'unlink', path })({ kind: 'none' }, 'ETIMEDOUT', [step(0)]);
    expect(clients.broken).toEqual([]);
  });
});
