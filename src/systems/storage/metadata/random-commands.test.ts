import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditState } from './audit.ts';
import { encodeEnvelope } from './command-codec.ts';
import { MetadataMachine } from './machine.ts';
import { makers, Picker } from './random-commands.ts';
import { rootInode } from './state.ts';
import { outcome, Rig, tinySettings } from './test-rig.ts';

const leaders = new Set(
  'commit reform expire recover drop convert converted move erase erased done'.split(' '),
);
for (const kind of 'server register remove tick region watermark session'.split(' '))
  leaders.add(kind);
const everything = Object.keys(makers);
/** Three ways to weigh them: a run is mostly about names, or about chunks, or about nothing special. */
const mixes: readonly (readonly string[])[] = [
  everything.concat('create create open link rename rename clone trash trash'.split(' '), [
    ...'unlink unlink unlink setattr setquota truncate append region'.split(' '),
  ]),
  'grant grant grant commit commit commit finish finish finish open truncate append clone'
    .split(' ')
    .concat('unlink reform expire recover recover drop convert convert converted'.split(' '))
    .concat('converted move done done erase setclass tick close open create'.split(' ')),
  everything,
];

const step = (mix: readonly string[]) =>
  fc.record({
    maker: fc.constantFrom(...mix),
    session: fc.nat(),
    timeUs: fc.nat(20),
    picks: fc.array(fc.nat(5_039), { minLength: 8, maxLength: 8 }),
  });
const run = fc.oneof(
  ...mixes.map((mix) => fc.array(step(mix), { minLength: 60, maxLength: 160, size: 'max' })),
);

test('whatever is asked, in any order: the tables agree, and twins stay equal', () => {
  const census = new Map<string, Set<string>>();
  fc.assert(
    fc.property(run, (steps) => {
      const rig = Rig.furnished();
      const { machine } = rig;
      const first = rig.session();
      const keep = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
      const trashUs = steps.length % 2 === 0 ? 300 : 0;
      rig.ask(first, { kind: 'setattr', inode: rootInode, ...keep, trashUs });
      rig.file(first, 'a');
      let twin = new MetadataMachine(tinySettings);
      twin.restore(machine.save());
      const versions = new Map<number, number>();
      for (const { maker, session, timeUs, picks } of steps) {
        const pick = new Picker(rig, picks);
        const command = makers[maker]!(pick, rig);
        rig.timeUs += timeUs;
        const sessions = machine.state.sessions.keys();
        const of = leaders.has(maker) ? 0 : (sessions[session % (sessions.length + 1)] ?? 0);
        const over = overQuota(machine);
        const sequence = of === 0 ? 0 : (machine.state.sessions.get(of)?.oldest ?? 0) + 1;
        const reply = rig.send(of, sequence, sequence, command);
        const data = encodeEnvelope({
          session: of,
          sequence,
          oldest: sequence,
          timeUs: rig.timeUs,
          command,
        });
        expect(twin.apply({ index: machine.applied, kind: 'command', data })).toEqual(reply);
        expect(twin.hash()).toBe(machine.hash());
        const seen = census.get(command.kind) ?? new Set();
        census.set(command.kind, seen.add(outcome(reply)));
        const wrong = auditState(machine.state);
        if (wrong.length > 0) throw new Error(`${JSON.stringify(command)}: ${wrong.join('; ')}`);
        for (const [directory, amount] of overQuota(machine)) {
          if (command.kind === 'set-quota') continue;
          expect(amount).toBeLessThanOrEqual(over.get(directory) ?? 0);
        }
        for (const chunk of machine.state.chunks.keys()) {
          const { version } = machine.state.chunks.get(chunk)!;
          expect(version).toBeGreaterThanOrEqual(versions.get(chunk) ?? 0);
          versions.set(chunk, version);
        }
        if (session % 16 === 0) {
          const saved = machine.save();
          expect(twin.save()).toEqual(saved);
          twin = new MetadataMachine(tinySettings);
          twin.restore(saved);
        }
      }
      expect(machine.state.inodes.get(rootInode)).toBeDefined();
    }),
    // One seed, so that the census below is not a matter of luck.
    { numRuns: 150, seed: 3 },
  );
  const errnos = new Set([...census.values()].flatMap((seen) => [...seen]));
  for (const [kind, seen] of census) {
    const succeeded = [...seen].some((word) => word === word.toLowerCase());
    if (!succeeded) throw new Error(`${kind} never succeeded: ${[...seen].join(' ')}`);
  }
  expect(census.size).toBe(46);
  for (const errno of 'EAGAIN EBADF EBUSY EDQUOT EEXIST EFBIG EINVAL EIO EISDIR ENODATA'.split(
    ' ',
  )) {
    expect(errnos).toContain(errno);
  }
  for (const errno of 'ENOENT ENOSPC ENOTCONN ENOTDIR ENOTEMPTY EPERM EROFS ESTALE EXDEV'.split(
    ' ',
  )) {
    expect(errnos).toContain(errno);
  }
});

/** Directories above their quota, and by how much. */
function overQuota({ state }: MetadataMachine): Map<number, number> {
  const over = new Map<number, number>();
  for (const directory of state.quotas.keys()) {
    const quota = state.quotas.get(directory)!;
    const { belowInodes, belowBytes } = state.inodes.get(directory)!;
    const inodes = quota.inodes > 0 ? Math.max(0, belowInodes - quota.inodes) : 0;
    const bytes = quota.bytes > 0 ? Math.max(0, belowBytes - quota.bytes) : 0;
    if (inodes + bytes > 0) over.set(directory, inodes + bytes);
  }
  return over;
}
