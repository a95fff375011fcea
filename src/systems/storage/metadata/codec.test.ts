import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditState } from './audit.ts';
import type { Command, Envelope } from './command.ts';
import { decodeEnvelope, encodeEnvelope } from './command-codec.ts';
import { errnos } from './errno.ts';
import { utf8Length } from './names.ts';
import { decodeReply, encodeReply, type Reply } from './reply.ts';
import { Rig, testClasses } from './test-rig.ts';

const n = fc.maxSafeNat();
const name = fc.string({ unit: 'binary', maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 8 });
const members = fc.array(n, { maxLength: 6 });
const flag = fc.boolean();
const at = { parent: n, name };
const made = { ...at, mode: n, uid: n, gid: n };
const only = <const Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds);
const maybe = fc.option(n);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: only('create'), ...made, exclusive: flag }),
  fc.record({ kind: only('mkdir'), ...made }),
  fc.record({ kind: only('symlink'), ...made, target: name }),
  fc.record({ kind: only('link', 'restore-trash'), inode: n, ...at }),
  fc.record({ kind: only('unlink', 'rmdir', 'remove-snapshot'), ...at }),
  fc.record({ kind: only('rename'), ...at, newParent: n, newName: name, keep: flag }),
  fc.record({ kind: only('clone'), source: n, ...at, frozen: flag }),
  fc.record({ kind: only('purge-trash', 'open'), inode: n }),
  fc.record({ kind: only('close'), inode: n, handle: n, owners: members }),
  fc.record({
    kind: only('setattr'),
    inode: n,
    mode: maybe,
    uid: maybe,
    gid: maybe,
    atimeUs: maybe,
    mtimeUs: maybe,
    trashUs: maybe,
  }),
  fc.record({ kind: only('truncate'), inode: n, sizeBytes: n }),
  fc.record({ kind: only('setxattr'), inode: n, name, value: fc.option(bytes) }),
  fc.record({ kind: only('set-class'), inode: n, classId: n }),
  fc.record({ kind: only('set-quota'), inode: n, inodes: n, bytes: n }),
  fc.record({
    kind: only('lock', 'unlock'),
    inode: n,
    style: only('posix', 'flock'),
    owner: n,
    from: n,
    to: n,
    exclusive: flag,
  }),
  fc.record({ kind: only('append'), inode: n, bytes: n }),
  fc.record({ kind: only('grant-write'), inode: n, index: n, members }),
  fc.record({ kind: only('settle-write'), inode: n, index: n, fence: n, validBytes: n }),
  fc.record({ kind: only('release-write'), inode: n, index: n, fence: n }),
  fc.record({ kind: only('open-session'), owner: n, leaseUs: n, role: only('client', 'mirror') }),
  fc.record({ kind: only('renew-session', 'close-session', 'tick') }),
  fc.record({ kind: only('expire-session'), expired: n, renewals: n }),
  fc.record({ kind: only('commit-version', 'reform-members'), chunk: n, fence: n, members }),
  fc.record({ kind: only('expire-lease'), chunk: n, fence: n }),
  fc.record({ kind: only('recover-chunk'), chunk: n }),
  fc.record({
    kind: only('drop-member'),
    chunk: n,
    version: n,
    generation: n,
    position: n,
    server: n,
  }),
  fc.record({ kind: only('convert-begin'), chunk: n, version: n, classId: n, members }),
  fc.record({ kind: only('convert-commit', 'convert-abort'), chunk: n, generation: n }),
  fc.record({ kind: only('plan-move'), chunk: n, position: n, to: n }),
  fc.record({ kind: only('plan-delete'), chunk: n, server: n, version: n, generation: n, part: n }),
  fc.record({ kind: only('plan-done'), chunk: n, plan: n, carriedOut: flag }),
  fc.record({
    kind: only('fragments-erased'),
    plans: fc.array(fc.record({ chunk: n, plan: n }), { maxLength: 4 }),
  }),
  fc.record({ kind: only('define-class'), storageClass: fc.constantFrom(...testClasses) }),
  fc.record({
    kind: only('register-server'),
    server: n,
    region: n,
    zone: n,
    host: n,
    weight: n,
    capacityBytes: n,
  }),
  fc.record({ kind: only('set-server-state'), server: n, state: only('up', 'down', 'draining') }),
  fc.record({ kind: only('remove-server'), server: n }),
  fc.record({
    kind: only('set-region-mode'),
    region: n,
    mode: only('active', 'standby', 'lost'),
    epoch: n,
  }),
  fc.record({ kind: only('advance-watermark'), region: n, index: n }),
);
const envelope: fc.Arbitrary<Envelope> = fc.record({
  session: n,
  sequence: n,
  oldest: n,
  timeUs: n,
  command,
});
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: only('error'), errno: fc.constantFrom(...errnos) }),
  fc.record({ kind: only('done') }),
  fc.record({ kind: only('inode'), inode: n }),
  fc.record({ kind: only('session'), session: n }),
  fc.record({ kind: only('plan'), plan: n }),
  fc.record({ kind: only('offset'), offsetBytes: n }),
  fc.record({ kind: only('version'), version: n, fence: n }),
  fc.record({ kind: only('conversion'), generation: n, fence: n }),
  fc.record({
    kind: only('grant'),
    chunk: n,
    version: n,
    fence: n,
    generation: n,
    members,
    copyOf: n,
    copyVersion: n,
    validBytes: n,
  }),
);

describe('commands', () => {
  test('come back from their bytes, every kind', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(envelope, (value) => {
        kinds.add(value.command.kind);
        expect(decodeEnvelope(encodeEnvelope(value))).toEqual(value);
      }),
      { numRuns: 3_000 },
    );
    expect(kinds.size).toBe(47);
  });

  test('cut short, or with something behind, they are refused', () => {
    fc.assert(
      fc.property(envelope, (value) => {
        const data = encodeEnvelope(value);
        expect(() => decodeEnvelope(Uint8Array.of(...data, 0))).toThrow(RangeError);
        for (let length = 0; length < data.length; length++) {
          expect(() => decodeEnvelope(data.subarray(0, length))).toThrow(RangeError);
        }
      }),
    );
  });

  test('any bytes are either refused or a command whose bytes they are', () => {
    const anything = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(anything, (data) => {
        let read: Envelope;
        try {
          read = decodeEnvelope(data);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(encodeEnvelope(read)).toEqual(data);
      }),
      { numRuns: 5_000 },
    );
  });

  test('are small', () => {
    const unlink = { kind: 'unlink', parent: 70, name: 'log.txt' } as const;
    const data = encodeEnvelope({
      session: 12,
      sequence: 3,
      oldest: 3,
      timeUs: 5,
      command: unlink,
    });
    expect(data.length).toBe(4 + 1 + 1 + 4 + 7);
  });
});

test('whatever the numbers: nothing throws, and the state comes back from its bytes', () => {
  const some = fc.record({ envelope, real: fc.boolean() });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 40 }), (steps) => {
      const rig = Rig.furnished();
      const session = rig.session();
      rig.write(session, rig.file(session, 'a'), 0);
      for (const { envelope: drawn, real } of steps) {
        rig.timeUs = drawn.timeUs;
        // Half of the numbers are made small, so that they mean something.
        const small = JSON.parse(JSON.stringify(drawn.command), (_key, value) =>
          typeof value === 'number' && real && value > 9 ? value % 4 : value,
        );
        if (small.value) small.value = Uint8Array.of(1);
        rig.ask(session, small);
        rig.lead(small);
      }
      expect(auditState(rig.machine.state)).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('replies come back from their bytes', () => {
  fc.assert(
    fc.property(reply, (value) => {
      const data = encodeReply(value);
      expect(decodeReply(data)).toEqual(value);
      expect(() => decodeReply(data.subarray(0, -1))).toThrow(RangeError);
    }),
  );
});

test('the length of a name is that of its UTF-8', () => {
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Length(text)).toBe(encoder.encode(text).length);
    }),
    { examples: [['\ud800'], ['\udc00\ud800'], ['😀a'], ['é€']] },
  );
});
