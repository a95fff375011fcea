import { describe, expect, it } from 'vitest';
import { testClasses } from '../../src/systems/storage/metadata/test-rig.ts';
import { StorageRig } from './test-kit.ts';

const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };

describe('SF10 room is used', () => {
  const grant = { kind: 'grant-write', inode: 2, index: 0 } as const;

  /** A write is refused for want of places; servers from 4 on have been heard for so long. */
  function refused(heardUs: number): readonly string[] {
    const rig = new StorageRig('SF10');
    const session = rig.furnish();
    rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
    rig.ask(session, 3, { kind: 'open', inode: 2 });
    for (const untilUs = rig.timeUs + heardUs; rig.timeUs < untilUs; rig.timeUs += 100_000) {
      for (let node = 3; node < 9; node += 1) {
        rig.receive(node, 0, { kind: 'beat-heard', serveUs: 1 });
      }
    }
    rig.propose(session, 4, { ...grant, members: [0, 0, 0] });
    rig.append();
    // What is heard behind that helps nobody.
    for (let node = 3; node < 9; node += 1) {
      rig.receive(node, 0, { kind: 'beat-heard', serveUs: 1 });
    }
    rig.commit();
    return rig.broken;
  }

  it('holds while servers may be unknown to who leads, and breaks when they work for a while', () => {
    expect(refused(100_000)).toEqual([]);
    expect(refused(4_000_000)).toEqual(['SF10']);
  });
});

describe('SF12 placed well at once', () => {
  const flagged = { ...testClasses[0]!, id: 3, name: 'flagged' };
  const caps = { host: 1, zone: 1, region: 255 };

  /** A first write goes to these servers; those among `heard` have worked for so long. */
  function placed(members: readonly number[], heardUs: number, heard: readonly number[]) {
    const rig = new StorageRig('SF12');
    const session = rig.furnish();
    const storageClass = { ...flagged, caps, whenInfeasible: 'flag' } as const;
    rig.lead({ kind: 'define-class', storageClass });
    rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
    rig.ask(session, 3, { kind: 'open', inode: 2 });
    rig.ask(session, 4, { kind: 'set-class', inode: 2, classId: 3 });
    for (const untilUs = rig.timeUs + heardUs; rig.timeUs < untilUs; rig.timeUs += 100_000) {
      for (const server of heard) {
        rig.receive(server - 1, 0, { kind: 'beat-heard', serveUs: 1 });
      }
    }
    const all = new Map([4, 5, 6, 7, 8, 9].map((server) => [server, { freeBytes: 9_000 }]));
    rig.propose(session, 5, { kind: 'grant-write', inode: 2, index: 0, members });
    rig.append(0, { servers: { all } });
    rig.commit();
    return rig.broken;
  }

  const everybody = [4, 5, 6, 7, 8, 9];

  it('breaks for two parts in a zone while another one works, and holds for one in each', () => {
    expect(placed([4, 5, 8], 4_000_000, everybody)).toEqual(['SF12']);
    expect(placed([4, 6, 8], 4_000_000, everybody)).toEqual([]);
  });

  it('owes nothing while that zone is away, or may be unknown to who leads', () => {
    expect(placed([4, 5, 8], 4_000_000, [4, 5, 8, 9])).toEqual([]);
    expect(placed([4, 5, 8], 100_000, everybody)).toEqual([]);
  });
});
