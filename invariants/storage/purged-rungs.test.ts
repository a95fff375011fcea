import { describe, expect, it } from 'vitest';
import type { RemovedFile } from '../../src/workload/file-protocol.ts';
import { Clients, holds } from '../../test/storage/paper-clients.ts';
import { client, StorageRig } from './test-kit.ts';

const others = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };

/** A file of inode 9 in the trash, on paper. */
const gone: RemovedFile = { inode: 9, parent: 1, name: 'a', sinceUs: 1, untilUs: 2 };

describe('SE14 purged is gone', () => {
  /** A client was told that inode 9 is purged. */
  function purged(): Clients {
    const clients = new Clients('SE14');
    clients.begin('strict', { do: 'purge', path: '/', inode: 9 })({ kind: 'none' });
    clients.rig.timeUs += 10;
    return clients;
  }

  it('holds when it is in no list, and does not come back', () => {
    const clients = purged();
    clients.begin('strict', { do: 'list-trash', path: '/' })({ kind: 'trash', files: [] });
    holds(clients, 'SE14');
    const restore = clients.begin('strict', { do: 'restore', path: '/r', inode: 9 });
    restore({ kind: 'none' }, 'ENOENT');
    expect(clients.rig.premise('SE14')).toBe(2);
    expect(clients.broken).toEqual([]);
  });

  it('breaks when it comes back, is purged again, is listed or has a name', () => {
    const back = purged();
    back.begin('strict', { do: 'restore', path: '/r', inode: 9 })({ kind: 'number', number: 9 });
    expect(back.broken).toEqual(['SE14']);
    const again = purged();
    again.begin('strict', { do: 'purge', path: '/', inode: 9 })({ kind: 'none' });
    expect(again.broken).toEqual(['SE14']);
    const listed = purged();
    listed.begin('strict', { do: 'list-trash', path: '/' })({ kind: 'trash', files: [gone] });
    expect(listed.broken).toEqual(['SE14']);
    const named = purged();
    named.begin('strict', { do: 'readdir', path: '/' })({ kind: 'words', words: ['a:b:9'] });
    expect(named.broken).toEqual(['SE14']);
  });

  it('says nothing of what began before the purge was over, or of one with no known end', () => {
    const clients = new Clients('SE14');
    const purge = clients.begin('strict', { do: 'purge', path: '/', inode: 9 });
    const list = clients.begin('strict', { do: 'list-trash', path: '/' });
    purge({ kind: 'none' });
    list({ kind: 'trash', files: [gone] });
    expect(clients.broken).toEqual([]);
    const unknown = new Clients('SE14');
    unknown.begin('strict', { do: 'purge', path: '/', inode: 9 })({ kind: 'none' }, 'ETIMEDOUT');
    unknown.begin('strict', { do: 'restore', path: '/r', inode: 9 })({ kind: 'number', number: 9 });
    expect(unknown.broken).toEqual([]);
  });
});

describe('the trash, as the log gives it', () => {
  /** Files 2 and 3 are in the trash; gives what a list of them says, and the session. */
  function removed(only: string) {
    const rig = new StorageRig(only);
    const session = rig.furnish();
    rig.ask(session, 2, { kind: 'setattr', inode: 1, ...others, trashUs: 50_000 });
    rig.ask(session, 3, { kind: 'create', parent: 1, name: 'a', ...made });
    rig.ask(session, 4, { kind: 'create', parent: 1, name: 'b', ...made });
    const files = ['a', 'b'].map((name, at): RemovedFile => {
      rig.ask(session, 5 + at, { kind: 'unlink', parent: 1, name });
      const sinceUs = rig.wallUs;
      return { inode: 2 + at, parent: 1, name, sinceUs, untilUs: sinceUs + 50_000 };
    });
    return { rig, session, files };
  }

  /** A client asks for a page of the trash, and is told these files. */
  function told(
    pick: (files: readonly RemovedFile[]) => readonly RemovedFile[],
    after = 0,
    most = 64,
  ) {
    const { rig, files } = removed('SE10');
    const query = { kind: 'list-trash', after, most };
    const ask = { kind: 'ask', request: 1, session: 1, wantsLease: false, query };
    rig.send(client, 0, ask);
    const answer = { kind: 'trash', files: pick(files) };
    const head = { request: 1, outcome: 'done', leader: 'n1', leaseUs: 0 };
    rig.receive(client, 0, { kind: 'answered', ...head, index: rig.log.length, answer });
    return rig;
  }

  it('SE10 holds for all of it, and for a page', () => {
    const all = told((files) => files);
    expect([all.broken, all.premise('SE10')]).toEqual([[], 1]);
    expect(told(([first]) => [first!], 0, 1).broken).toEqual([]);
    expect(told(([, second]) => [second!], 2, 64).broken).toEqual([]);
  });

  it('SE10 breaks for what is missing, changed, in the wrong place or not there', () => {
    expect(told(([first]) => [first!]).broken).toEqual(['SE10']);
    expect(told(([, second]) => [second!], 0, 1).broken).toEqual(['SE10']);
    expect(told((files) => files.toReversed()).broken).toEqual(['SE10']);
    expect(told((files) => [...files, gone]).broken).toEqual(['SE10']);
    const later = (file: RemovedFile) => ({ ...file, untilUs: file.untilUs + 1 });
    expect(told((files) => files.map(later)).broken).toEqual(['SE10']);
  });

  it('SE6 and SE4 hold for a purge, and break when what is there is refused as missing', () => {
    for (const only of ['SE4', 'SE6']) {
      const { rig, session } = removed(only);
      rig.ask(session, 7, { kind: 'purge-trash', inode: 2 });
      rig.ask(session, 8, { kind: 'restore-trash', inode: 2, parent: 1, name: 'c' });
      rig.ask(session, 9, { kind: 'restore-trash', inode: 3, parent: 1, name: 'c' });
      expect(rig.broken).toEqual([]);
    }
    const { rig, session } = removed('SE6');
    rig.facts.oracle.files.trash.add(9);
    rig.ask(session, 7, { kind: 'restore-trash', inode: 9, parent: 1, name: 'c' });
    expect(rig.broken).toEqual(['SE6']);
  });

  it('SE4 breaks when the tables keep another place than the one that was left', () => {
    const { rig, session } = removed('SE4');
    rig.ask(session, 7, { kind: 'restore-trash', inode: 3, parent: 1, name: 'c' });
    rig.bend(({ state }) => {
      state.trash.edit(3).name = 'b';
    });
    rig.ask(session, 8, { kind: 'unlink', parent: 1, name: 'c' });
    expect(rig.broken).toEqual(['SE4']);
  });
});
