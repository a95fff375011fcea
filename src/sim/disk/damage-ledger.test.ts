import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DiskFaultMode } from '../fault-plan.ts';
import { DiskRig, durable, ignore } from './disk-rig.ts';

const modes: readonly DiskFaultMode[] = [
  'read-error',
  'write-error',
  'sync-error',
  'full',
  'slow',
  'lying-sync',
  'phantom-write',
  'misdirected-write',
];
const file = fc.constantFrom('f', 'g');
const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), file, length: fc.nat(150) }),
  fc.record({
    kind: fc.constant('writeAt' as const),
    file,
    offset: fc.nat(200),
    length: fc.nat(150),
  }),
  fc.record({ kind: fc.constant('write' as const), file, length: fc.nat(150) }),
  fc.record({ kind: fc.constant('truncate' as const), file, length: fc.nat(200) }),
  fc.record({ kind: fc.constant('rename' as const), file }),
  { arbitrary: fc.record({ kind: fc.constant('sync' as const), file }), weight: 3 },
  fc.record({ kind: fc.constant('sync directory' as const) }),
  fc.record({ kind: fc.constant('flip' as const), file, offset: fc.nat(200), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('crash' as const), powerLoss: fc.boolean() }),
  fc.record({ kind: fc.constant('wipe' as const) }),
  {
    arbitrary: fc.record({ kind: fc.constant('begin' as const), mode: fc.constantFrom(...modes) }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constant('end' as const) }), weight: 2 },
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

function carryOut(rig: DiskRig, made: Step, fill: number, troubles: (() => void)[]): void {
  const { disk } = rig;
  const { face } = disk;
  const data = (length: number) => new Uint8Array(length).fill(fill);
  if (made.kind === 'append') face.append(made.file, data(made.length), ignore);
  else if (made.kind === 'writeAt') face.writeAt(made.file, made.offset, data(made.length), ignore);
  else if (made.kind === 'write') face.write(made.file, data(made.length), ignore);
  else if (made.kind === 'truncate') face.truncate(made.file, made.length, ignore);
  else if (made.kind === 'rename') face.rename(made.file, made.file === 'f' ? 'g' : 'f', ignore);
  else if (made.kind === 'sync') face.sync(made.file, ignore);
  else if (made.kind === 'sync directory') face.syncDirectory('', ignore);
  else if (made.kind === 'flip') disk.flipBit(made.file, made.offset, made.bit);
  else if (made.kind === 'crash') rig.crash(made.powerLoss);
  else if (made.kind === 'wipe') {
    rig.crash(true);
    disk.wipe();
  } else if (made.kind === 'end') troubles.pop()?.();
  else troubles.push(disk.trouble({ mode: made.mode, perMillion: 700_000, file: '' }));
}

/** Names whose promised bytes are not the actual ones, found by comparing everything. */
function broken(rig: DiskRig): string[] {
  const { disk } = rig;
  const names = new Set([...disk.promisedFiles(), ...disk.actualFiles()]);
  return [...names].filter((name) => {
    const promised = disk.promisedBytes(name);
    const actual = disk.actualBytes(name);
    if (promised === undefined || actual === undefined) return true;
    return promised.join() !== actual.join();
  });
}

test('the ledger agrees with a comparison of all images, whatever happens', () => {
  let damagedRuns = 0;
  let repairs = 0;
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(step, { minLength: 5, maxLength: 50, size: 'max' }),
      (seed, steps) => {
        const rig = new DiskRig(seed, { diskSectorBytes: 64 });
        durable(rig, 'f', 'first');
        durable(rig, 'g', 'second');
        const troubles: (() => void)[] = [];
        let damaged = false;
        let replaced = false;
        steps.forEach((made, index) => {
          if (made.kind === 'wipe' || made.kind === 'rename') replaced = true;
          carryOut(rig, made, index + 1, troubles);
          // Some operations are still in flight when the machine crashes.
          if (index % 3 !== 2) rig.settle();
          const differing = broken(rig);
          if (differing.length > 0) expect(rig.disk.damaged, differing.join()).toBe(true);
          // Two files of equal bytes may stand under one name after a rename or on another disk.
          else if (!replaced) expect(rig.disk.damaged).toBe(false);
          if (damaged && !rig.disk.damaged) repairs++;
          damaged = rig.disk.damaged;
        });
        if (damaged) damagedRuns++;
      },
    ),
    { numRuns: 800 },
  );
  expect(damagedRuns).toBeGreaterThan(100);
  expect(repairs).toBeGreaterThan(100);
});

test('a disk that keeps its promises is never damaged', () => {
  const honest = step.filter(
    (made) =>
      made.kind !== 'flip' &&
      made.kind !== 'wipe' &&
      (made.kind !== 'begin' || modes.indexOf(made.mode) < 5),
  );
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(honest, { minLength: 5, maxLength: 50, size: 'max' }),
      (seed, steps) => {
        const rig = new DiskRig(seed, { diskSectorBytes: 64, diskCapacityBytes: 600 });
        durable(rig, 'f', 'first');
        const troubles: (() => void)[] = [];
        steps.forEach((made, index) => {
          carryOut(rig, made, index + 1, troubles);
          if (index % 3 !== 2) rig.settle();
          expect(broken(rig)).toEqual([]);
          expect(rig.disk.damaged).toBe(false);
        });
      },
    ),
    { numRuns: 400 },
  );
});
