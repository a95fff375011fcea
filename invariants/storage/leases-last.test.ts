import { describe, expect, it } from 'vitest';
import { StorageRig } from './test-kit.ts';

const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };

describe('SE11 leases last', () => {
  const expire = { kind: 'expire-session', renewals: 0 } as const;

  it('holds for a session that was silent for its lease, and breaks for one that was not', () => {
    for (const [silentUs, broken] of [
      [3_100_000, []],
      [1_000_000, ['SE11']],
    ] as const) {
      const rig = new StorageRig('SE11');
      const session = rig.session();
      rig.timeUs += silentUs;
      rig.lead({ ...expire, expired: session });
      expect(rig.broken).toEqual(broken);
      expect(rig.premise('SE11')).toBe(broken.length === 0 ? 1 : 0);
    }
  });

  it('is owed to a writer from the grant on, and to no recovery that found no member', () => {
    for (const [lastsUs, broken] of [
      [3_100_000, []],
      [1_000, ['SE11']],
    ] as const) {
      const rig = new StorageRig('SE11');
      const session = rig.furnish();
      rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
      rig.ask(session, 3, { kind: 'open', inode: 2 });
      const grant = { kind: 'grant-write', inode: 2, index: 0, members: [4, 6, 8] } as const;
      const { fence } = rig.ask(session, 4, grant) as { fence: number };
      rig.lead({ kind: 'commit-version', chunk: 1, fence, members: [4, 6, 8] });
      rig.timeUs += lastsUs;
      rig.lead({ kind: 'expire-lease', chunk: 1, fence });
      expect(rig.broken).toEqual(broken);
      const recovery = rig.lead({ kind: 'recover-chunk', chunk: 1 }) as { fence: number };
      rig.lead({ kind: 'expire-lease', chunk: 1, fence: recovery.fence });
      expect(rig.broken).toEqual(broken);
    }
  });
});
