import { capsFor, type StorageClass } from '../placement/storage-class.ts';
import type { Command } from './command.ts';
import { encodeEnvelope } from './command-codec.ts';
import { MetadataMachine } from './machine.ts';
import type { GrantReply, Reply } from './reply.ts';
import { type StorageSettings, simulationSettings } from './settings.ts';

/** Chunks of 8 bytes, so that tests cross their borders. */
export const tinySettings: StorageSettings = {
  ...simulationSettings,
  blockBytes: 4,
  chunkBytes: 8,
  maxFileBytes: 64,
  graceUs: 10,
};

/** Three copies over zones, and 2+1 over zones. */
export const testClasses: readonly StorageClass[] = [
  {
    id: 1,
    name: 'copies',
    redundancy: { kind: 'replicated', copies: 3 },
    caps: capsFor({ kind: 'replicated', copies: 3 }, 'host'),
    strategy: 'spread',
    whenInfeasible: 'refuse',
    landing: 0,
  },
  {
    id: 2,
    name: 'coded',
    redundancy: { kind: 'erasure', dataParts: 2, parityParts: 1 },
    caps: capsFor({ kind: 'erasure', dataParts: 2, parityParts: 1 }, 'zone'),
    strategy: 'spread',
    whenInfeasible: 'refuse',
    landing: 0,
  },
];

/** A machine, and requests to it that come in order. */
export class Rig {
  readonly machine: MetadataMachine;
  timeUs: number = 0;
  private readonly sequences: Map<number, number> = new Map();

  constructor(settings: StorageSettings = tinySettings) {
    this.machine = new MetadataMachine(settings);
  }

  /** Six servers in three zones, both classes, the first of them on the root. */
  static furnished(settings: StorageSettings = tinySettings): Rig {
    const rig = new Rig(settings);
    for (const storageClass of testClasses) rig.lead({ kind: 'define-class', storageClass });
    for (let server = 1; server <= 6; server++) {
      const zone = Math.ceil(server / 2);
      const place = { region: 1, zone, host: server, weight: 1, capacityBytes: 400 };
      rig.lead({ kind: 'register-server', server, ...place });
    }
    const session = rig.session();
    rig.ask(session, { kind: 'set-class', inode: 1, classId: 1 });
    rig.ask(session, { kind: 'close-session' });
    return rig;
  }

  /** A command of the leader. */
  lead(command: Command): Reply {
    return this.send(0, 0, 0, command);
  }

  /** The next request of a session, all earlier ones answered. */
  ask(session: number, command: Command): Reply {
    const sequence = (this.sequences.get(session) ?? 0) + 1;
    this.sequences.set(session, sequence);
    return this.send(session, sequence, sequence, command);
  }

  send(session: number, sequence: number, oldest: number, command: Command): Reply {
    const { timeUs, machine } = this;
    const data = encodeEnvelope({ session, sequence, oldest, timeUs, command });
    return machine.apply({ index: machine.applied + 1, kind: 'command', data })!;
  }

  session(): number {
    const reply = this.lead({ kind: 'open-session', owner: 7, leaseUs: 1_000, role: 'client' });
    if (reply.kind !== 'session') throw new Error('no session');
    return reply.session;
  }

  /** Makes a file in the root and opens it; gives the inode. */
  file(session: number, name: string): number {
    const node = { mode: 0o644, uid: 0, gid: 0, exclusive: false };
    const reply = this.ask(session, { kind: 'create', parent: 1, name, ...node });
    if (reply.kind !== 'inode') throw new Error('no file');
    this.ask(session, { kind: 'open', inode: reply.inode });
    return reply.inode;
  }

  grant(session: number, inode: number, index: number, members: number[] = [1, 3, 5]): Reply {
    return this.ask(session, { kind: 'grant-write', inode, index, members });
  }

  /** A granted and committed version, on all proposed members. */
  write(session: number, inode: number, index: number, members?: number[]): GrantReply {
    const grant = this.grant(session, inode, index, members);
    if (grant.kind !== 'grant') throw new Error(JSON.stringify(grant));
    const { chunk, fence, members: all } = grant;
    const reply = this.lead({ kind: 'commit-version', chunk, fence, members: all });
    if (reply.kind !== 'version') throw new Error(JSON.stringify(reply));
    return grant;
  }
}

/** The errno of a refusal, or the kind of another reply. */
export function outcome(reply: Reply): string {
  return reply.kind === 'error' ? reply.errno : reply.kind;
}
