import { expect, test } from 'vitest';
import type {
  Call,
  MetadataMessage,
} from '../../src/systems/storage/messages/metadata-messages.ts';
import type { Envelope } from '../../src/systems/storage/metadata/command.ts';
import { decodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import { inSlice } from './fake-cluster.ts';
import { RealCluster } from './real-cluster.ts';

const small = { nodes: 14, 'storage.masters': 3, 'storage.metaloggers': 1 } as const;
const setattr = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null, trashUs: null };
const lock = { kind: 'lock', inode: 2, style: 'posix', owner: 1, exclusive: true };

/** Calls that no codec brings off the wire: no file system of ours makes them. */
const malformed: readonly (readonly [what: string, command: unknown, call?: object])[] = [
  ['a size below zero', { kind: 'truncate', inode: 2, sizeBytes: -1 }],
  ['a size that is no integer', { kind: 'truncate', inode: 2, sizeBytes: 1.5 }],
  ['a size beyond all integers', { kind: 'truncate', inode: 2, sizeBytes: 2 ** 60 }],
  ['a size that is no number', { kind: 'truncate', inode: 2, sizeBytes: Number.NaN }],
  ['a quota below zero', { kind: 'set-quota', inode: 1, inodes: -1, bytes: 0 }],
  ['a mode below zero', { kind: 'setattr', inode: 2, ...setattr, mode: -1 }],
  ['a lock from below zero', { ...lock, from: -1, to: 5 }],
  ['a lock of an unknown style', { ...lock, from: 0, to: 5, style: 'both' }],
  ['a place in a file that is none', { kind: 'grant-write', inode: 2, index: -7, members: [] }],
  ['a name that is no text', { kind: 'unlink', parent: 1, name: 5 }],
  ['a value that is no bytes', { kind: 'setxattr', inode: 2, name: 'x', value: 'text' }],
  ['a number that is none', { kind: 'renew-session' }, { oldest: -1 }],
  ['an order', { kind: 'set-region-mode', region: 2, mode: 'lost', epoch: -1 }, { session: 0 }],
  ['another one', { kind: 'renew-session' }, { sequence: 0.5 }],
];

/** Whether an entry is the call that was sent. Sessions renew themselves, from number 1 on. */
function isOf({ session, sequence, command }: Envelope, kind: string | undefined): boolean {
  const isOwn = session !== 0 && (sequence === 0 || sequence === 40);
  return isOwn || (command.kind === kind && kind !== 'renew-session');
}

test.each(malformed)('a call that is malformed comes to nothing: %s', (_, command, others) =>
  inSlice(() => {
    const cluster = new RealCluster(small);
    cluster.do((files) => files.create('/f'));
    cluster.run(1_000_000);
    const before = cluster.masters().map(({ machine }) => machine.applied);
    const answers: MetadataMessage[] = [];
    cluster.step(({ env, fileSystem }) => {
      const { sessionId: session } = fileSystem;
      const call = { kind: 'call', request: 9_999, session, sequence: 40, oldest: 1 };
      const receive = fileSystem.receive.bind(fileSystem);
      fileSystem.receive = (from, message) => {
        if (message.kind === 'call-done' && message.request === 9_999) answers.push(message);
        receive(from, message);
      };
      for (const master of ['n1', 'n2', 'n3']) {
        env.network.send(master, Object.assign({}, call, { command }, others) as unknown as Call);
      }
    });
    cluster.run(3_000_000);
    // All masters live, and what is in their logs can be read.
    expect(cluster.masters()).toHaveLength(3);
    const kind = (command as { readonly kind?: string } | undefined)?.kind;
    for (const [at, { log, machine }] of cluster.masters().entries()) {
      expect(machine.applied).toBeGreaterThanOrEqual(before[at]!);
      const taken: Envelope[] = [];
      for (let index = 1; index <= log.lastIndex; index++) {
        const entry = log.entry(index);
        if (entry?.kind !== 'command') continue;
        const envelope = decodeEnvelope(entry.data);
        if (index > before[at]! && isOf(envelope, kind)) taken.push(envelope);
      }
      expect(taken).toEqual([]);
    }
    // Whoever leads has said so; the others know that they do not.
    const told = answers.map((one) => (one.kind === 'call-done' ? one.reply : null));
    expect(told.filter((reply) => reply !== null)).toEqual([{ kind: 'error', errno: 'EINVAL' }]);
    // And the cluster serves.
    cluster.do((files) => files.create('/g'));
  })(),
);

test(
  'what else clients say to masters, malformed, ends none of them',
  inSlice(() => {
    const cluster = new RealCluster(small);
    cluster.do((files) => files.create('/f'));
    const ask = { kind: 'ask', request: 9_000, wantsLease: true };
    const about = { request: 9_001, chunk: -1, fence: 0.5 };
    cluster.step(({ env, fileSystem: { sessionId: session } }) => {
      for (const message of [
        { ...ask, session, query: { kind: 'locate', inode: -1, index: Number.NaN } },
        { ...ask, session, query: { kind: 'locate', inode: 2, index: 2 ** 60 } },
        { ...ask, session: -1, query: { kind: 'lookup', parent: 1, name: 7 } },
        { ...ask, session, query: { kind: 'read-directory', inode: 1, after: 'a', most: -5 } },
        { ...about, kind: 'parts-ready', session, stored: [true, false] },
        { ...about, kind: 'write-failed', session, inode: 2, chunkIndex: -1, at: 'nobody' },
        { kind: 'recalled', recall: -1, term: 0.5, session },
      ]) {
        for (const master of ['n1', 'n2', 'n3']) {
          env.network.send(master, message as unknown as MetadataMessage);
        }
      }
    });
    cluster.run(3_000_000);
    expect(cluster.masters()).toHaveLength(3);
    cluster.do((files) => files.create('/g'));
  }),
);
