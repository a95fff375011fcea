import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiskRig } from './disk-rig.ts';

const sectorBytes = 64;
const ignore = () => {};

type Change =
  | { readonly kind: 'append'; readonly length: number }
  | { readonly kind: 'writeAt'; readonly offset: number; readonly length: number }
  | { readonly kind: 'write'; readonly length: number }
  | { readonly kind: 'truncate'; readonly offset: number }
  | { readonly kind: 'sync' };

const length = fc.oneof(fc.nat(20), fc.nat(200));
const change: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('append'), length }), weight: 4 },
  {
    arbitrary: fc.record({ kind: fc.constant('writeAt'), offset: fc.nat(400), length }),
    weight: 2,
  },
  fc.record({ kind: fc.constant('write'), length }),
  fc.record({ kind: fc.constant('truncate'), offset: fc.nat(400) }),
  { arbitrary: fc.record({ kind: fc.constant('sync') }), weight: 2 },
) as fc.Arbitrary<Change>;
const life = fc.record({
  done: fc.array(change, { maxLength: 12, size: 'max' }),
  inFlight: fc.array(change, { maxLength: 3 }),
  powerLoss: fc.boolean(),
});

/** What a file would hold after a change of which `limit` bytes arrive. */
function after(before: Uint8Array, made: Change, fill: number, limit: number): Uint8Array {
  if (made.kind === 'sync') return before;
  if (made.kind === 'truncate') {
    const result = new Uint8Array(made.offset);
    result.set(before.subarray(0, made.offset));
    return result;
  }
  const base = made.kind === 'write' ? new Uint8Array(0) : before;
  const offset = made.kind === 'writeAt' ? made.offset : base.length;
  const count = Math.min(limit, made.length);
  const result = new Uint8Array(Math.max(base.length, offset + count));
  result.set(base);
  result.fill(fill, offset, offset + count);
  return result;
}

function handIn(rig: DiskRig, made: Change, fill: number): void {
  const { face } = rig.disk;
  if (made.kind === 'sync') face.sync('f', ignore);
  else if (made.kind === 'truncate') face.truncate('f', made.offset, ignore);
  else {
    const data = new Uint8Array(made.length).fill(fill);
    if (made.kind === 'append') face.append('f', data, ignore);
    else if (made.kind === 'write') face.write('f', data, ignore);
    else face.writeAt('f', made.offset, data, ignore);
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Checks a file after a power loss against all that it held since the last sync, oldest first. */
function checkSurvivors(survived: Uint8Array, held: readonly Uint8Array[]): void {
  const durable = held[0] as Uint8Array;
  const lengths = held.map((version) => version.length);
  expect(survived.length).toBeGreaterThanOrEqual(Math.min(...lengths));
  expect(survived.length).toBeLessThanOrEqual(Math.max(...lengths));
  // Below this the file never was without its block, so nothing but these values can be there.
  const solid = Math.min(durable.length, survived.length, ...lengths);
  for (let from = 0; from < solid; from += sectorBytes) {
    const to = Math.min(solid, from + sectorBytes);
    const sector = survived.subarray(from, to);
    expect(held.some((version) => same(version.subarray(from, to), sector))).toBe(true);
  }
}

/** All that a file may hold while these changes are in flight, none of them or all. */
function possible(start: Uint8Array, inFlight: readonly Change[], fill: number): Uint8Array[] {
  const held = [start];
  let now = start;
  inFlight.forEach((made, index) => {
    for (let limit = 0; limit < 400; limit += sectorBytes) {
      held.push(after(now, made, fill + index, limit));
    }
    now = after(now, made, fill + index, Number.MAX_SAFE_INTEGER);
    held.push(now);
  });
  return held;
}

describe('what a crash leaves', () => {
  test('is, sector by sector, something that the file held since its last sync', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(life, { minLength: 1, maxLength: 4 }), (seed, lives) => {
        const rig = new DiskRig(seed, { diskSectorBytes: sectorBytes });
        rig.disk.face.write('f', '', ignore);
        rig.disk.face.sync('f', ignore);
        rig.settle();
        rig.disk.face.syncDirectory('', ignore);
        rig.settle();
        let held: Uint8Array[] = [new Uint8Array(0)];
        let fill = 1;
        for (const { done, inFlight, powerLoss } of lives) {
          let now = held.at(-1) as Uint8Array;
          for (const made of done) {
            handIn(rig, made, fill);
            rig.settle();
            now = after(now, made, fill++, Number.MAX_SAFE_INTEGER);
            held = made.kind === 'sync' ? [now] : [...held, now];
            // A replacement cuts the file first.
            if (made.kind === 'write') held.splice(-1, 0, new Uint8Array(0));
          }
          expect(rig.disk.images('f')?.cached.slice(0, now.length)).toEqual(now);
          for (const [index, made] of inFlight.entries()) handIn(rig, made, fill + index);
          held.push(...possible(now, inFlight, fill));
          fill += inFlight.length;
          rig.crash(powerLoss);
          const left = rig.read('f') as Uint8Array;
          if (powerLoss) {
            checkSurvivors(left, held);
            held = [left];
          } else {
            expect(
              possible(now, inFlight, fill - inFlight.length).some((it) => same(it, left)),
            ).toBe(true);
            held.push(left);
          }
          expect(rig.disk.damaged).toBe(false);
          expect(rig.disk.promisedBytes('f')).toEqual(rig.disk.actualBytes('f'));
        }
      }),
      { numRuns: 400 },
    );
  });

  test('shows all kinds of tails: nothing, all, a prefix, holes, zeros and recycled records', () => {
    const shapes = new Set<string>();
    for (let seed = 0; seed < 1_500; seed++) {
      const rig = new DiskRig(seed, { diskSectorBytes: sectorBytes });
      const { face } = rig.disk;
      face.write('old', 'R'.repeat(256), ignore);
      rig.settle();
      face.remove('old', ignore);
      face.write('f', 'd'.repeat(64), ignore);
      face.sync('f', ignore);
      rig.settle();
      face.syncDirectory('', ignore);
      rig.settle();
      for (let index = 0; index < 3; index++) face.append('f', 'n'.repeat(64), ignore);
      rig.settle();
      rig.crash(true);
      const text = rig.text('f') as string;
      expect(text.startsWith('d'.repeat(64))).toBe(true);
      let shape = '';
      for (let at = 0; at < text.length; at += sectorBytes)
        shape += text[at] === '\0' ? '0' : text[at];
      shapes.add(shape);
    }
    for (const shape of ['d', 'dn', 'dnn', 'dnnn', 'd0n', 'dRn', 'dnRn', 'd0', 'dRRR', 'dnn0']) {
      expect(shapes).toContain(shape);
    }
  });

  test('old bytes come back after a cut that is written over', () => {
    const shapes = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const rig = new DiskRig(seed, { diskSectorBytes: sectorBytes });
      rig.disk.face.write('f', 'o'.repeat(192), ignore);
      rig.disk.face.sync('f', ignore);
      rig.settle();
      rig.disk.face.syncDirectory('', ignore);
      rig.settle();
      rig.disk.face.truncate('f', 64, ignore);
      rig.disk.face.append('f', 'n'.repeat(64), ignore);
      rig.settle();
      rig.crash(true);
      const text = rig.text('f') as string;
      expect(text.slice(0, 64)).toBe('o'.repeat(64));
      // The old length says that the cut was lost: then no block ever left the file.
      if (text.length === 192) expect(text).toMatch(/^[on]*$/);
      shapes.add(text.length > 64 ? `${text.length} ${text[64]}` : `${text.length}`);
    }
    for (const shape of ['192 o', '64', '128 n', '128 o', '192 n']) expect(shapes).toContain(shape);
  });
});

describe('names', () => {
  const name = fc.constantFrom('a', 'b', 'x/a', 'x/b');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('create' as const), name }),
    fc.record({ kind: fc.constant('remove' as const), name }),
    fc.record({ kind: fc.constant('rename' as const), name, to: name }),
    fc.record({ kind: fc.constant('sync' as const), directory: fc.constantFrom('', 'x') }),
  );

  test('each name stands for what it stood for since the sync of its directory, and no file is lost', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 25, size: 'max' }), (seed, steps) => {
        const rig = new DiskRig(seed);
        const { face } = rig.disk;
        /** What each name has stood for since its directory was synced. */
        const stood = new Map<string, Set<string | undefined>>();
        const now = new Map<string, string>();
        /** Files that nobody removed or replaced since they were durable. */
        const owed = new Set<string>();
        let contents = 0;
        const put = (at: string, content: string | undefined) => {
          if (content === undefined) now.delete(at);
          else now.set(at, content);
          const known = stood.get(at) ?? new Set([undefined]);
          stood.set(at, known.add(content));
        };
        for (const made of steps) {
          if (made.kind === 'sync') {
            face.syncDirectory(made.directory, ignore);
            for (const [at, content] of now) {
              if (at.startsWith('x/') !== (made.directory === 'x')) continue;
              owed.add(content);
            }
            for (const at of ['a', 'b', 'x/a', 'x/b']) {
              if (at.startsWith('x/') === (made.directory === 'x'))
                stood.set(at, new Set([now.get(at)]));
            }
          } else if (made.kind === 'create') {
            if (now.has(made.name)) continue;
            const content = `file ${contents++}`;
            face.write(made.name, content, ignore);
            face.sync(made.name, ignore);
            put(made.name, content);
          } else if (made.kind === 'remove') {
            face.remove(made.name, ignore);
            owed.delete(now.get(made.name) ?? '');
            put(made.name, undefined);
          } else {
            const content = now.get(made.name);
            if (content === undefined || made.name === made.to) continue;
            face.rename(made.name, made.to, ignore);
            owed.delete(now.get(made.to) ?? '');
            put(made.to, content);
            put(made.name, undefined);
          }
          rig.settle();
        }
        rig.crash(true);
        const left = new Map<string, string>();
        for (const file of rig.disk.cachedFiles()) left.set(file, rig.text(file) as string);
        for (const at of ['a', 'b', 'x/a', 'x/b']) {
          const allowed = stood.get(at) ?? new Set([undefined]);
          expect(allowed, `${at} after the crash`).toContain(left.get(at));
        }
        expect(new Set(left.values()).size).toBe(left.size);
        for (const content of owed) expect([...left.values()]).toContain(content);
        expect(rig.disk.actualFiles()).toEqual(rig.disk.promisedFiles());
        expect(rig.disk.damaged).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('a rename without directory sync leaves the old or the new file, both happen', () => {
    const seen = new Set<string | undefined>();
    for (let seed = 0; seed < 40; seed++) {
      const rig = new DiskRig(seed);
      const { face } = rig.disk;
      face.write('state', 'old', ignore);
      face.sync('state', ignore);
      rig.settle();
      face.syncDirectory('', ignore);
      rig.settle();
      face.write('tmp', 'new', ignore);
      face.sync('tmp', ignore);
      face.rename('tmp', 'state', ignore);
      rig.settle();
      rig.crash(true);
      seen.add(rig.text('state'));
    }
    expect([...seen].sort()).toEqual(['new', 'old']);
  });

  test('many changes without a directory sync settle by themselves, as in a journal', () => {
    const rig = DiskRig.calm();
    for (let index = 0; index < 2_000; index++) {
      rig.disk.face.write('tmp', `${index}`, ignore);
      rig.disk.face.sync('tmp', ignore);
      rig.disk.face.rename('tmp', 'state', ignore);
      rig.settle();
    }
    rig.crash(true);
    expect(Number(rig.text('state'))).toBeGreaterThan(1_000);
    expect(rig.disk.damaged).toBe(false);
  });
});
